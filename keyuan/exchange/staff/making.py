"""The job of an import of staff: passwords are hashed, which takes its time, then everybody is created at once."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from keyuan.exchange.models import StaffImport
from keyuan.exchange.notices import tell_staff
from keyuan.exchange.staff import keys
from keyuan.exchange.staff.checking import Check, Person
from keyuan.exchange.staff.columns import label, places
from keyuan.exchange.staff.house import House
from keyuan.org.administrators import lock_organisation
from keyuan.org.models import Department, User
from keyuan.people.departments import add_department
from keyuan.people.joining import Newcomer, create_members
from keyuan.records.errors import RuleBroken
from keyuan.records.history import Operation
from keyuan.records.text import normalise

STEP = 10


def make(of: StaffImport) -> None:
    """Create everybody on the sheet.

    Raises:
        RuleBroken: the house has changed meanwhile so that a row is wrong; nobody is created.
    """
    hashes = dict(_hashes(of))
    by = User.objects.get(pk=of.by.pk)
    by.source = "import"
    with transaction.atomic():
        lock_organisation()
        now = StaffImport.objects.select_for_update().get(pk=of.pk)
        if now.state != StaffImport.State.RUNNING:
            return
        assert now.operation is not None
        rows = [(number, cells) for number, cells in now.rows]
        check = Check(rows, places(now.header), House(by), make=now.make_departments)
        _refuse(check)
        newcomers = _newcomers(check, hashes, now, by)
        create_members(list(newcomers.values()), by=by, operation=now.operation)
        now.people = [[number, one.user.pk] for number, one in newcomers.items() if one.user]
        now.state, now.finished_at, now.covered, now.rows = StaffImport.State.DONE, timezone.now(), b"", []
        now.save(update_fields=["people", "state", "finished_at", "covered", "rows"])
        tell_staff(now)


def stop(of: StaffImport, sentence: str) -> None:
    """Nobody was created, and this is why; the key is forgotten."""
    values = {
        "state": StaffImport.State.FAILED,
        "failure": sentence,
        "covered": b"",
        "rows": [],
        "finished_at": timezone.now(),
    }
    with transaction.atomic():
        if StaffImport.objects.filter(pk=of.pk, state=StaffImport.State.RUNNING).update(**values):
            tell_staff(StaffImport.objects.get(pk=of.pk))


def _hashes(of: StaffImport) -> Iterator[tuple[int, str]]:
    """A slow hash for the password of each row, one after the other: each uses all cores by itself."""
    key = keys.uncover(bytes(of.covered))
    numbers = [number for number, _cells in of.rows]
    for done, number in enumerate(numbers, 1):
        yield number, make_password(keys.password(key, number))
        if done % STEP == 0 or done == len(numbers):
            StaffImport.objects.filter(pk=of.pk).update(done=done)


def _refuse(check: Check) -> None:
    if check.refused:
        first = check.refused[0]
        name, sentence = first.problems[0]
        told = {"row": first.number, "column": label(name), "why": sentence}
        raise RuleBroken(_("Row %(row)d, %(column)s: %(why)s Nobody was created; upload the sheet again.") % told)


def _newcomers(check: Check, hashes: dict[int, str], of: StaffImport, by: User) -> dict[int, Newcomer]:
    departments = Departments(by, of.operation)
    found = {
        one.number: Newcomer(_fields(one), departments.of(one), hashes[one.number], one.roles) for one in check.people
    }
    superiors = [one.superior for one in check.people if one.superior is not None]
    there = User.objects.in_bulk([pk for kind, pk in superiors if kind == "user"])
    for one in check.people:
        if one.superior is not None:
            kind, number = one.superior
            found[one.number].superior = there[number] if kind == "user" else found[number]
    return found


def _fields(one: Person) -> dict[str, object]:
    fields: dict[str, object] = {name: one.values[name] for name in ("name", "username", "position", "phone", "email")}
    if one.values["language"]:
        fields["preferences"] = {"language": one.values["language"]}
    return fields


class Departments:
    """The department of each row; those that are missing are made when the first row needs them."""

    def __init__(self, by: User, operation: Operation | None) -> None:
        self.by, self.operation = by, operation
        self.made: dict[tuple[int, str], Department] = {}

    def of(self, one: Person) -> Department:
        assert one.department is not None
        at = one.department
        for name in one.below:
            key = at.pk, normalise(name)
            if key not in self.made:
                self.made[key] = add_department(by=self.by, name=name, parent=at, operation=self.operation)
            at = self.made[key]
        return at
