"""The two passes over an import: the check, which writes nothing but its findings, and the import itself.

Each chunk of rows is one transaction together with its checkpoint, so that a killed process loses nothing and
writes nothing twice.
"""

from __future__ import annotations

import gc
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, OperationalError, connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from keyuan.customers.fields import CUSTOMER
from keyuan.engine.clashes import is_clash
from keyuan.exchange.ahead import Ahead, Chunk, working_ahead
from keyuan.exchange.beside import Beside, write_missing
from keyuan.exchange.cleaning import RowReader
from keyuan.exchange.columns import Mapping
from keyuan.exchange.deciding import Decider, join
from keyuan.exchange.drafts import Draft
from keyuan.exchange.matching import Seen
from keyuan.exchange.merging import merge, stand, write_merged
from keyuan.exchange.models import Import, ImportRow
from keyuan.exchange.notices import tell_import
from keyuan.exchange.numbers import Numbers
from keyuan.exchange.options import Options
from keyuan.exchange.problems import BAD, INFO, WARN
from keyuan.exchange.reading import read_table
from keyuan.exchange.reading.table import Row
from keyuan.exchange.storage import path_of
from keyuan.exchange.targets import NAME, targets_for
from keyuan.exchange.writing import Writing, create_customers, save_new_tags
from keyuan.org.models import User
from keyuan.records.adding import as_copied, as_json, copy_lines
from keyuan.records.errors import NotAllowed, RuleBroken

CHUNK, ATTEMPTS = 2000, 5
TURN = 0.0003  # seconds


@dataclass
class Work:
    """Everything a pass needs: the import, its person as one who imports, readers and counters."""

    of: Import
    by: User
    options: Options
    reader: RowReader
    decider: Decider
    counts: Counter[str]
    numbers: Numbers = field(default_factory=Numbers)

    @classmethod
    def on(cls, of: Import, *, keep: bool) -> Work:
        """
        Raises:
            NotAllowed: the person may not import (any more).
        """
        by = User.objects.get(pk=of.by_id)
        by.source = "import"
        if not by.may("customer", "import"):
            raise NotAllowed(_("You may not import customers."))
        options = Options.of(of.options)
        mapping = Mapping.of(of.mapping, targets_for(by), len(of.header))
        if not mapping.gives(NAME):
            raise RuleBroken(_("Choose the column with “%(field)s”.") % {"field": CUSTOMER.fields[NAME].label})
        reader = RowReader(by, mapping, leave_bad=options.leave_bad, tag=options.tag)
        made: dict[Any, int] = dict(
            ImportRow.objects.filter(of=of, outcome="created", record_id__gt=0).values_list("record_id", "number")
            if of.written_to
            else ()
        )
        return cls(of, by, options, reader, Decider(by, options, made, keep=keep), Counter(flat(of.counts)))

    def count(self, drafts: Sequence[Draft], contacts: int) -> None:
        self.counts["contacts"] += contacts
        count(drafts, self.counts)


def count(drafts: Sequence[Draft], counts: Counter[str]) -> None:
    """Add the outcomes of a chunk and their reasons."""
    for draft in drafts:
        counts[draft.outcome] += 1
        if draft.outcome in ("created", "updated", "unchanged") and draft.name_column >= 0:
            counts[f"name:{draft.name_column}"] += 1
        levels = {BAD: "refused", WARN: "warned", INFO: "skipped"}
        reasons = {(levels[one.level], one.reason) for one in draft.problems}
        if draft.outcome == "refused":
            reasons = {pair for pair in reasons if pair[0] == "refused"}
        if any(level == "warned" for level, _reason in reasons):
            counts["warned"] += 1
        counts.update(f"{level}:{reason}" for level, reason in reasons)


def flat(counts: dict[str, Any]) -> dict[str, int]:
    return {name: number for name, number in counts.items() if isinstance(number, int)}


def in_language_of(user: User) -> Any:
    """Sentences of jobs are in the language of the person."""
    return translation.override(user.preferences.get("language") or "zh-hans")


@contextmanager
def without_collector() -> Iterator[None]:
    """The search for cycles among millions of small values costs a third of the time, and finds none."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@contextmanager
def taking_turns() -> Iterator[None]:
    """The thread that feeds the database gets the interpreter at once, so that the database never waits for long."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(TURN)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


# Staging


def rows_of(of: Import) -> list[Row]:
    """The rows of the uploaded file."""
    return read_table(path_of(of.digest)).rows


def chunks(rows: Sequence[Row], size: int = CHUNK) -> Iterator[Sequence[Row]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def stage(of: Import, rows: Sequence[Row]) -> None:
    """Put the bare rows where the import takes them from; used where nobody asks for a check."""
    with transaction.atomic():
        ImportRow.objects.filter(of=of).delete()
        lines = [f"{number}\t{as_copied(cells)}" for number, cells in rows]
        same = {"import_id": of.pk, "outcome": "", "is_flagged": False, "problems": "[]"}
        copy_lines(ImportRow, ["number", "cells"], lines, same)


# The check


def check(of: Import) -> None:
    """Every row as the import would take it; what would happen is noted per row, and nothing else is written."""
    begin_check(of)
    work = Work.on(of, keep=False)
    rows = rows_of(of)
    with without_collector():
        for chunk in chunks(rows):
            drafts = work.reader.read(chunk)
            work.count(drafts, preview(drafts, work))
            if not note_checked(of, chunk, drafts, work.counts):
                return
    end_check(of, len(rows))


def begin_check(of: Import) -> None:
    """Forget what an earlier check has found."""
    with transaction.atomic():
        of.checked_to, of.counts = 0, {}
        of.save(update_fields=["checked_to", "counts"])
        ImportRow.objects.filter(of=of).delete()


def end_check(of: Import, rows: int) -> None:
    """All is looked at."""
    of.state, of.checked_at, of.row_count = Import.State.CHECKED, timezone.now(), rows
    of.save(update_fields=["state", "checked_at", "row_count"])


def note_checked(of: Import, rows: Sequence[Row], drafts: Sequence[Draft], counts: Counter[str]) -> bool:
    """Keep the findings of one chunk; False where another check of this import has begun meanwhile."""
    with transaction.atomic():
        now = Import.objects.select_for_update().get(pk=of.pk)
        if (now.state, now.checked_to) != (Import.State.CHECKING, of.checked_to):
            return False
        _stage_checked(of, rows, drafts)
        of.checked_to += len(rows)
        of.counts = dict(counts)
        of.save(update_fields=["checked_to", "counts"])
    return True


def preview(drafts: Sequence[Draft], work: Work) -> int:
    """What would become of these rows; how many contacts would be added."""
    decided = work.decider.decide(drafts)
    contacts = sum(len(draft.people) for draft in decided.creates)
    for draft in decided.creates:
        draft.outcome = "created"
    for draft, earlier in decided.joins:
        before = len(earlier.people)
        join(draft, earlier)
        contacts += len(earlier.people) - before
    standings = stand({draft.record_id for draft, _policy in decided.updates if draft.record_id}, lock=False)
    for draft, policy in decided.updates:
        if draft.record_id in standings:
            merge(draft, standings[draft.record_id], policy, work.by)
    return contacts + sum(len(one.new) for one in standings.values())


def _stage_checked(of: Import, rows: Sequence[Row], drafts: Sequence[Draft]) -> None:
    lines = [
        "\t".join(map(as_copied, (number, cells, draft.outcome, draft.is_flagged, as_text(draft), draft.record_id)))
        for (number, cells), draft in zip(rows, drafts, strict=True)
    ]
    columns = ["number", "cells", "outcome", "is_flagged", "problems", "record_id"]
    copy_lines(ImportRow, columns, lines, {"import_id": of.pk})


def as_text(draft: Draft) -> str:
    return as_json([one.as_json() for one in draft.problems]) if draft.problems else "[]"


# The import


def write(of: Import) -> None:
    """Import the staged rows that are not yet written."""
    write_missing(of, CHUNK)
    apart = not connection.in_atomic_block
    with working_ahead() as thread, working_ahead() as another, taking_turns(), without_collector():
        beside = Beside(another) if apart else None
        work, attempt = Work.on(of, keep=True), 1
        ahead = Ahead(of.pk, work.reader, work.numbers, thread, CHUNK)
        while True:
            try:
                more = _write_next(work, ahead, beside)
            except OperationalError as error:
                if attempt == ATTEMPTS or not is_clash(error):
                    raise
                work, attempt = Work.on(Import.objects.get(pk=of.pk), keep=True), attempt + 1
                ahead = Ahead(of.pk, work.reader, work.numbers, thread, CHUNK)
                continue
            attempt = 1
            if not more:
                return


def _write_next(work: Work, ahead: Ahead, beside: Beside | None) -> bool:
    """One chunk as one transaction, and its search text beside it; whether there may be more."""
    if beside is None:
        with transaction.atomic():
            return _write_chunk(work, ahead, None)
    try:
        with transaction.atomic():
            more = _write_chunk(work, ahead, beside)
            beside.wait()
    except BaseException:
        beside.rollback()
        raise
    try:
        beside.commit()
    except DatabaseError:
        write_missing(Import.objects.get(pk=work.of.pk), CHUNK)
    return more


def _write_chunk(work: Work, ahead: Ahead, beside: Beside | None) -> bool:
    """One chunk with its checkpoint; whether there may be more."""
    of = Import.objects.select_for_update().get(pk=work.of.pk)
    if of.state != Import.State.IMPORTING:
        return False
    chunk = ahead.take(of.written_to)
    staged, drafts = chunk.rows, chunk.drafts
    work.counts = Counter(flat(of.counts))
    if staged:
        if beside is not None:
            beside.sort_in()
        work.reader.find_parents(drafts)
        contacts = _write(chunk, work, of, beside)
        ahead.note_written(chunk)
        work.count(drafts, contacts)
        note(of, drafts)
        of.written_to = staged[-1][0]
    else:  # all rows are committed, and their search text as well
        of.state, of.finished_at = Import.State.DONE, timezone.now()
    of.counts = dict(work.counts)
    of.save(update_fields=["counts", "written_to", "state", "finished_at"])
    if not staged:
        tell_import(of)
    return bool(staged)


def _write(chunk: Chunk, work: Work, of: Import, beside: Beside | None) -> int:
    """Decide about these rows and write them; how many contacts were added."""
    work.decider.seen = Seen()  # rows of earlier chunks are in the database
    assert of.operation is not None
    of.operation.by = work.by
    to = Writing(work.by, of.operation, timezone.now(), of.pk, work.numbers)
    drafts = chunk.drafts
    decided = work.decider.decide(drafts, chunk.known)
    save_new_tags([draft for draft in drafts if not draft.is_refused])
    for draft, earlier in decided.joins:
        join(draft, earlier)
    if not decided.updates:  # which write search text themselves, and must not wait for the other transaction
        to.beside = beside
    contacts = create_customers(decided.creates, to)
    for draft, earlier in decided.joins:
        _follow(draft, earlier.draft)
    standings = stand({draft.record_id for draft, _policy in decided.updates if draft.record_id}, lock=True)
    for draft, policy in decided.updates:
        if draft.record_id in standings:
            merge(draft, standings[draft.record_id], policy, work.by)
        else:
            draft.refuse("meanwhile", _("Somebody deleted this customer meanwhile"), draft.name_column, draft.name)
            draft.outcome = "refused"
    contacts += write_merged(list(standings.values()), to)
    made = {
        draft.record_id: draft.number for draft in decided.creates if draft.outcome == "created" and draft.record_id
    }
    work.decider.made_here = dict(work.decider.made_here) | made
    return contacts


def _follow(draft: Draft, first: Draft | None) -> None:
    """A row that was joined to an earlier one shares its fate."""
    if first is None:
        return
    draft.record_id = first.record_id
    if first.outcome == "refused":
        draft.outcome = "refused"
        draft.problems += [one for one in first.problems if one.level == BAD]


def note(of: Import, drafts: Sequence[Draft]) -> None:
    """What became of the rows."""
    statement = """
        UPDATE import_row r SET outcome = g.outcome, is_flagged = g.is_flagged, problems = g.problems,
            record_id = g.record_id
        FROM jsonb_to_recordset(%s::jsonb)
            AS g(number int, outcome text, is_flagged bool, problems jsonb, record_id bigint)
        WHERE r.import_id = %s AND r.number = g.number
    """
    given = [
        {
            "number": draft.number,
            "outcome": draft.outcome,
            "is_flagged": draft.is_flagged,
            "problems": [one.as_json() for one in draft.problems],
            "record_id": draft.record_id,
        }
        for draft in drafts
    ]
    with connection.cursor() as cursor:
        cursor.execute(statement, [as_json(given), of.pk])
