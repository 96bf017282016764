"""The verbs of an import: start, map columns, check, confirm. Page, command line and API call them alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from keyuan.exchange import running, tasks
from keyuan.exchange.columns import Mapping
from keyuan.exchange.counting import Report
from keyuan.exchange.guessing import signature
from keyuan.exchange.kinds import KINDS, kind_of, targets_of
from keyuan.exchange.models import OUTCOMES, Import, RememberedColumns
from keyuan.exchange.options import Options
from keyuan.exchange.reading import Table, read_table
from keyuan.exchange.storage import keep, path_of
from keyuan.org.models import User
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.history import Operation, write_event

LONGEST_NAME, SAMPLES, LOOKED_AT = 200, 3, 200


@dataclass(frozen=True)
class Status:
    """How an import stands, for pages and the API.

    Attributes:
        state: uploaded, checking, checked, importing, done or failed.
        done, total: rows behind it, and all.
        counts: created, updated, unchanged, skipped, refused, warned, contacts.
        failure: why it stopped, in words.
    """

    id: int
    state: str
    done: int
    total: int
    percent: int
    counts: dict[str, int]
    failure: str


def start_import(user: User, file: Any, kind: str = "customers") -> Import:
    """Take in a file and guess what its columns mean.

    Args:
        file: an upload with `name` and `chunks()`.
        kind: what its rows are: `customers`, each with at most one contact, or `follow-ups`.

    Raises:
        NotAllowed: the person may not import.
        RuleBroken: too large, or it can't be read; with the place and the reason.
    """
    return _take_in(user, str(file.name), file.chunks(), kind)[0]


def _take_in(user: User, name: str, pieces: Iterable[bytes], kind: str) -> tuple[Import, Table]:
    if kind not in KINDS:
        raise RuleBroken(_("There is no import of “%(kind)s”.") % {"kind": kind[:40]})
    KINDS[kind].require(user)
    digest, size = keep(pieces)
    table = read_table(path_of(digest))
    targets = KINDS[kind].targets(user)
    kept = RememberedColumns.objects.filter(user=user, signature=signature(table.header, kind)).first()
    width = len(table.header)
    mapping = Mapping.of(kept.mapping, targets, width) if kept else KINDS[kind].guess(table.header, targets)
    of = Import.objects.create(
        by=user,
        kind=kind,
        file_name=Path(name.replace("\\", "/")).name[-LONGEST_NAME:],
        digest=digest,
        size=size,
        reading=table.reading | {"samples": samples_of(table)},
        header=table.header,
        row_count=len(table.rows),
        mapping=mapping.as_json(),
        options=Options().as_json(),
    )
    return of, table


def samples_of(table: Table) -> list[list[str]]:
    """For each column the first few different texts in it."""
    found: list[list[str]] = [[] for _header in table.header]
    for _number, cells in table.rows[:LOOKED_AT]:
        for texts, text in zip(found, cells, strict=False):
            short = text.strip()[:60]
            if short and len(texts) < SAMPLES and short not in texts:
                texts.append(short)
    return found


@transaction.atomic
def map_columns(of: Import, mapping: Mapping, *, by: User) -> Import:
    """Say which column means what, and remember it for files with the same headers.

    Raises:
        RuleBroken: no column gives what every row needs, or the import runs already.
    """
    of = _changeable(of, by)
    mapping = Mapping.of(mapping.as_json(), targets_of(of, by), len(of.header))
    kind_of(of).require_columns(mapping)
    of.mapping, of.state = mapping.as_json(), Import.State.UPLOADED
    of.save(update_fields=["mapping", "state"])
    RememberedColumns.objects.update_or_create(
        user=by,
        signature=signature(of.header, of.kind),
        defaults={"mapping": of.mapping, "at": timezone.now()},
    )
    return of


@transaction.atomic
def choose(of: Import, options: Options, *, by: User) -> Import:
    """Say what happens to duplicates; what was checked before must be checked again."""
    of = _changeable(of, by)
    if of.options != options.as_json():
        of.options, of.state = options.as_json(), Import.State.UPLOADED
        of.save(update_fields=["options", "state"])
    return of


@transaction.atomic
def dry_run(of: Import, *, by: User) -> Import:
    """Check every row in the background; nothing is imported."""
    of = _changeable(of, by)
    of.state, of.failure, of.checked_to, of.counts = Import.State.CHECKING, "", 0, {}
    of.save(update_fields=["state", "failure", "checked_to", "counts"])
    tasks.check_import.configure(lock=f"import-{of.pk}").defer(import_id=of.pk)
    return of


@transaction.atomic
def confirm(of: Import, *, by: User) -> Import:
    """Import what was checked, in the background.

    Raises:
        RuleBroken: it has not been checked with these columns and options, or runs already.
    """
    of = _changeable(of, by)
    if of.state != Import.State.CHECKED:
        raise RuleBroken(_("Check the rows first."))
    _begin(of, by)
    tasks.write_import.configure(lock=f"import-{of.pk}").defer(import_id=of.pk)
    return of


def _begin(of: Import, by: User) -> None:
    by.source = "import"
    of.operation = Operation.begin(f"{kind_of(of).module}.imported", by=by)
    of.state, of.started_at, of.written_to, of.counts = Import.State.IMPORTING, timezone.now(), 0, {}
    of.failure = ""
    of.save(update_fields=["operation", "state", "started_at", "written_to", "counts", "failure"])
    write_event(
        "imported",
        operation=of.operation,
        record_type="import",
        record_id=of.pk,
        customer_id=None,
        details={"file": of.file_name, "rows": of.row_count, "digest": of.digest},
    )


def _changeable(of: Import, by: User) -> Import:
    """This import, locked, if the person may change it and it does not run.

    Raises:
        NotAllowed, RuleBroken.
    """
    kind_of(of).require(by)
    found = Import.objects.visible_to(by).select_for_update().filter(pk=of.pk).first()
    if found is None:
        raise NotAllowed(_("This is somebody else's import."))
    if found.state in (Import.State.IMPORTING, Import.State.DONE) or found.written_to:
        raise RuleBroken(_("This import has begun already."))
    return found


def status(of: Import) -> Status:
    """How an import stands now."""
    counts = {name: of.counts.get(name, 0) for name in (*OUTCOMES, "warned", "contacts")}
    return Status(of.pk, of.state, of.progress, of.row_count, of.percent, counts, of.failure)


def import_file(kind: str, path: Path, username: str, dry_run: bool = False) -> Report:
    """Import a file at once, with guessed columns and the usual options: the command line.

    Raises:
        RuleBroken, NotAllowed: as the page refuses.
        ObjectDoesNotExist: there is no such user.
        LookupError: there is no such file.
    """
    user = User.objects.people().get(username__iexact=username)
    user.source = "import"
    try:
        with path.open("rb") as file:
            of, table = _take_in(user, path.name, iter(lambda: file.read(1 << 20), b""), kind)
    except OSError as error:
        raise LookupError(_("The file %(path)s can't be read.") % {"path": path}) from error
    if dry_run:
        Import.objects.filter(pk=of.pk).update(state=Import.State.CHECKING)
        of.state = Import.State.CHECKING
        kind_of(of).require_columns(Mapping.of(of.mapping, targets_of(of, user), len(of.header)))
        kind_of(of).check(of)
    else:
        with transaction.atomic():
            kind_of(of).require_columns(Mapping.of(of.mapping, targets_of(of, user), len(of.header)))
            running.stage(of, table.rows)
            _begin(of, user)
        kind_of(of).write(of)
    of.refresh_from_db()
    return Report(of)
