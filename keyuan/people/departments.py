"""Verbs about departments. The tree is changed by one administrator at a time, paths by one statement."""

from collections import Counter
from typing import Any

from django.db import transaction
from django.db.models import Max, Value
from django.db.models.functions import Concat, Length, Substr
from django.utils.translation import gettext as _

from keyuan.org.administrators import lock_organisation, require_administrator
from keyuan.org.models import Department, User
from keyuan.people import log
from keyuan.records.errors import RuleBroken
from keyuan.records.history import Operation

TOLD = ("name", "parent", "head")
LONGEST_PATH = 400


@transaction.atomic
def add_department(
    *, by: User, name: str, parent: Department, head: User | None = None, operation: Operation | None = None
) -> Department:
    """A new department below another, behind its siblings."""
    require_administrator(by)
    lock_organisation()
    parent = again(parent)
    _refuse_namesake(name, parent, None)
    last = Department.objects.filter(parent=parent).aggregate(last=Max("position"))["last"]
    department = Department.objects.create(name=name, parent=parent, head=head, position=(last or 0) + 1)
    department.path = f"{parent.path}{department.pk}/"
    _refuse_too_deep(len(department.path))
    department.save(update_fields=["path"])
    after = log.picture(department, *TOLD)
    log.write("department", department.pk, "created", by=by, before={}, after=after, operation=operation)
    return department


@transaction.atomic
def edit_department(
    department: Department, *, by: User, name: str, parent: Department | None, head: User | None
) -> Department:
    """Rename, give a head, or move with everything below; rights follow with the next request (W1).

    Raises:
        NotAllowed: `by` is no administrator.
        RuleBroken: it would lie below itself, or two siblings would have the same name.
    """
    require_administrator(by)
    lock_organisation()
    department = again(department)
    before = log.picture(department, *TOLD)
    _refuse_namesake(name, parent or department.parent, department)
    if parent is not None and parent.pk != department.parent_id:
        _move(department, again(parent))
    department.name, department.head = name, head
    department.save(update_fields=["name", "head"])
    log.write_difference("department", department.pk, before, log.picture(department, *TOLD), by=by)
    return department


@transaction.atomic
def place_department(
    department: Department, *, by: User, parent: Department, before: Department | None = None
) -> Department:
    """Put a department below `parent`, in front of one of its children or behind them all.

    Raises:
        NotAllowed: `by` is no administrator.
        RuleBroken: it would lie below itself, or beside a namesake.
    """
    require_administrator(by)
    lock_organisation()
    department, parent = again(department), again(parent)
    told = log.picture(department, *TOLD, "position")
    if parent.pk != department.parent_id:
        _refuse_namesake(department.name, parent, department)
        _move(department, parent)
    row = list(Department.objects.filter(parent=parent).exclude(pk=department.pk))
    at = next((place for place, one in enumerate(row) if before and one.pk == before.pk), len(row))
    _number([*row[:at], department, *row[at:]])
    log.write_difference("department", department.pk, told, log.picture(again(department), *TOLD, "position"), by=by)
    return department


@transaction.atomic
def shift_department(department: Department, step: int, *, by: User) -> None:
    """One place up (-1) or down (1) among its siblings."""
    require_administrator(by)
    lock_organisation()
    department = again(department)
    row = list(Department.objects.filter(parent=department.parent))
    at = [one.pk for one in row].index(department.pk)
    to = at + step
    if 0 <= to < len(row):
        row[at], row[to] = row[to], row[at]
        _number(row)
        log.write_difference("department", department.pk, {"position": at + 1}, {"position": to + 1}, by=by)


def _number(row: list[Department]) -> None:
    """Give siblings the positions 1, 2, 3 …"""
    changed = [one for place, one in enumerate(row, 1) if one.position != place]
    for place, one in enumerate(row, 1):
        one.position = place
    Department.objects.bulk_update(changed, ["position"])


def _move(department: Department, parent: Department) -> None:
    if department.parent_id is None:
        raise RuleBroken(_("The root department stays where it is."))
    if parent.path.startswith(department.path):
        raise RuleBroken(_("A department can't lie below itself."))
    old, new = department.path, f"{parent.path}{department.pk}/"
    deepest = Department.objects.under(department).aggregate(most=Max(Length("path")))["most"] or len(old)
    _refuse_too_deep(deepest - len(old) + len(new))
    Department.objects.under(department).update(path=Concat(Value(new), Substr("path", len(old) + 1)))
    department.parent, department.path = parent, new
    department.save(update_fields=["parent"])


def _refuse_too_deep(length: int) -> None:
    if length > LONGEST_PATH:
        raise RuleBroken(_("The tree would become too deep. Choose a place nearer to the root."))


def again(department: Department) -> Department:
    """This department as it stands now. Raises RuleBroken when it is gone."""
    found = Department.objects.filter(pk=department.pk).select_related("parent").first()
    if found is None:
        raise RuleBroken(_("This department no longer exists."))
    return found


def _refuse_namesake(name: str, parent: Department | None, itself: Department | None) -> None:
    siblings = Department.objects.filter(parent=parent, name__iexact=name)
    if itself is not None:
        siblings = siblings.exclude(pk=itself.pk)
    if siblings.exists():
        raise RuleBroken(_("There is a department “%(name)s” here already.") % {"name": name})


def tree() -> list[Department]:
    """All departments, parents before children and siblings in their order; the root first."""
    below: dict[Any, list[Department]] = {}
    for department in Department.objects.select_related("head"):
        below.setdefault(department.parent_id, []).append(department)
    found: list[Department] = []
    waiting = list(reversed(below.get(None, [])))
    while waiting:
        department = waiting.pop()
        found.append(department)
        waiting += reversed(below.get(department.pk, []))
    return found


def counted(rows: list[Department]) -> list[Department]:
    """Give each row of the tree its enabled members: `own`, and `all` with those below it."""
    own = Counter(User.objects.people().filter(is_active=True).values_list("department_id", flat=True))
    total: Counter[int] = Counter()
    for row in rows:
        for pk in row.path.split("/")[:-1]:
            total[int(pk)] += own[row.pk]
    for row in rows:
        row.own, row.all = own[row.pk], total[row.pk]  # type: ignore[attr-defined]
    return rows
