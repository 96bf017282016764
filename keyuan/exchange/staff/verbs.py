"""The verbs of an import of staff: take a sheet in, check it, confirm it, fetch the initial passwords once."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from keyuan.exchange import tasks
from keyuan.exchange.models import StaffImport
from keyuan.exchange.reading import Table, read_table
from keyuan.exchange.staff import keys
from keyuan.exchange.staff.checking import Check
from keyuan.exchange.staff.columns import FIELDS, REQUIRED, label, places
from keyuan.exchange.staff.house import House
from keyuan.exchange.writer import Sheet
from keyuan.org.models import User
from keyuan.people import log
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.history import Operation

MOST, LARGEST, LONGEST_NAME = 5000, 10 * 1024 * 1024, 200


def require_maker(user: User) -> None:
    """Raises NotAllowed unless this person may create people."""
    if not user.may("people", "create"):
        raise NotAllowed(_("You may not create people."))


def take_in(by: User, file: Any, *, make_departments: bool = True) -> StaffImport:
    """Read a sheet of staff; nothing is created.

    Args:
        file: an upload with `name` and `chunks()`.
        make_departments: whether departments that do not exist are made; administrators only.

    Raises:
        NotAllowed: the person may not create people.
        RuleBroken: too large, unreadable, or without the columns that are needed.
    """
    require_maker(by)
    table = _read(file.chunks())
    if len(table.rows) > MOST:
        raise RuleBroken(_("There are more than %(most)d rows. Split the file.") % {"most": MOST})
    missing = [label(name) for name in REQUIRED if name not in places(table.header)]
    if missing:
        told = {"columns": pgettext("list", ", ").join(missing)}
        raise RuleBroken(_("The first row names no column %(columns)s. Begin from the template.") % told)
    return StaffImport.objects.create(
        by=by,
        file_name=Path(str(file.name).replace("\\", "/")).name[-LONGEST_NAME:],
        header=table.header,
        rows=[[number, cells] for number, cells in table.rows],
        row_count=len(table.rows),
        make_departments=make_departments and by.is_administrator,
    )


def _read(pieces: Iterable[bytes]) -> Table:
    """The table of an upload, which is nowhere afterwards."""
    with tempfile.NamedTemporaryFile() as draft:
        size = 0
        for piece in pieces:
            size += len(piece)
            if size > LARGEST:
                raise RuleBroken(_("The file is larger than 10 MB. Split it into several files."))
            draft.write(piece)
        draft.flush()
        return read_table(Path(draft.name))


def check(of: StaffImport, by: User) -> Check:
    """The sheet before the house as it is now."""
    rows = [(number, cells) for number, cells in of.rows]
    return Check(rows, places(of.header), House(by), make=of.make_departments)


@transaction.atomic
def confirm(of: StaffImport, *, by: User) -> str:
    """Create the people in the background; the one-time key to their initial passwords, which is kept nowhere else.

    Raises:
        RuleBroken: a row is wrong, or the import runs already.
    """
    require_maker(by)
    locked = StaffImport.objects.visible_to(by).select_for_update().filter(pk=of.pk).first()
    if locked is None:
        raise NotAllowed(_("This is somebody else's import."))
    if locked.state != StaffImport.State.CHECKED:
        raise RuleBroken(_("This import has begun already."))
    if refused := len(check(locked, by).refused):
        raise RuleBroken(_("%(n)d rows can't be created. Mend the sheet and upload it again.") % {"n": refused})
    key = keys.new_key()
    by.source = "import"
    locked.operation = Operation.begin("user.imported", by=by)
    locked.state, locked.covered, locked.fingerprint = StaffImport.State.RUNNING, keys.cover(key), keys.fingerprint(key)
    locked.save(update_fields=["operation", "state", "covered", "fingerprint"])
    log.write("staff_import", locked.pk, "imported", by=by, operation=locked.operation, rows=locked.row_count)
    tasks.make_staff.configure(lock=f"staff-import-{locked.pk}").defer(import_id=locked.pk)
    return key.hex()


def fetch(of: StaffImport, key: str, path: Path, *, by: User) -> None:
    """Write the initial passwords into a sheet at `path`: this once.

    Raises:
        NotAllowed: the person may not create people any more.
        RuleBroken: they were fetched already, or this browser has not the key to them.
    """
    require_maker(by)
    try:
        known = bytes.fromhex(key)
    except ValueError:
        known = b""
    with transaction.atomic():
        locked = StaffImport.objects.visible_to(by).select_for_update().get(pk=of.pk)
        if locked.state != StaffImport.State.DONE:
            raise RuleBroken(_("Wait until the people are created."))
        if locked.fetched_at is not None:
            raise RuleBroken(_("The initial passwords were downloaded already. Reset those that are missing."))
        if keys.fingerprint(known) != locked.fingerprint:
            raise RuleBroken(
                _("Only the browser that confirmed the import can download the initial passwords, for one day.")
            )
        locked.fetched_at = timezone.now()
        locked.save(update_fields=["fetched_at"])
        log.write("staff_import", locked.pk, "fetched", by=by)
    _write(path, locked, known, by)


def _write(path: Path, of: StaffImport, key: bytes, by: User) -> None:
    rows = {pk: number for number, pk in of.people}
    people = User.objects.filter(pk__in=rows).select_related("department")
    with Sheet(path, str(by), title=_("Initial passwords")) as sheet:
        sheet.widths([14, 20, 24, 20, 44])
        sheet.header([label("name"), label("username"), label("department"), _("Initial password"), _("Note")])
        for one in sorted(people, key=lambda one: rows[one.pk]):
            fresh = one.must_change_password and one.epoch == 0
            secret = keys.password(key, rows[one.pk]) if fresh else ""
            note = "" if fresh else _("Has another password meanwhile")
            sheet.row([one.name, one.username, str(one.department or ""), secret, note])


def write_template(path: Path, by: User) -> None:
    """An empty sheet with the columns, two invented people, and the words that may stand in it."""
    house = House(by)
    roles = list(dict.fromkeys(str(role) for role in house.roles.values())) if by.is_administrator else []
    fields = [name for name in FIELDS if name != "roles" or roles]
    with Sheet(path, str(by), title=_("Staff")) as sheet:
        sheet.widths([18] * len(fields))
        sheet.header([f"{label(name)} *" if name in REQUIRED else label(name) for name in fields])
        for place, name in enumerate(fields):
            sheet.choices(place, {"roles": roles, "language": ["中文", "English"]}.get(name, []), MOST)
