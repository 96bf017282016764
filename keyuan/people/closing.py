"""A department is closed: what is in it moves to another one, as one operation, and nothing is lost (W1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from keyuan.org.administrators import lock_organisation, require_administrator
from keyuan.org.models import Department, Grant, User
from keyuan.people import log
from keyuan.people.departments import TOLD, again, place_department
from keyuan.people.models import Relocation
from keyuan.records.errors import RuleBroken
from keyuan.records.history import Operation
from keyuan.records.moving import count_lying, lying_in, move_part


@dataclass(frozen=True)
class Inside:
    """What is in a department itself; what lies below it goes with its children."""

    departments: int
    people: int
    records: int

    def __bool__(self) -> bool:
        return any((self.departments, self.people, self.records))


def inside(department: Department) -> Inside:
    """How much there is to move before a department can go; disabled people and deleted records count as well."""
    return Inside(department.children.count(), department.members.count(), count_lying(department))


@transaction.atomic
def delete_department(department: Department, *, by: User, target: Department | None = None) -> None:
    """Delete a department; its children, people, records and the roles that name it go to `target`.

    Raises:
        NotAllowed: `by` is no administrator.
        RuleBroken: it is the root, something is in it and nobody said where to, or `target` lies below it.
    """
    require_administrator(by)
    lock_organisation()
    department = again(department)
    if department.parent_id is None:
        raise RuleBroken(_("The root department can't be deleted."))
    if Relocation.objects.filter(department=department, finished_at=None).exists():
        raise RuleBroken(_("Records are still moving into this department. Wait until they are there."))
    if target is None and inside(department):
        raise RuleBroken(_("Something is in this department. Choose where it goes."))
    before, pk = log.picture(department, *TOLD), department.pk
    operation = Operation.begin("department.deleted", by=by)
    if target is not None:
        target = again(target)
        if target.path.startswith(department.path):
            raise RuleBroken(_("Choose a department that does not lie below this one."))
        _empty(department, target, by, operation)
    _forget_in_roles(department, target, by, operation)
    department.delete()
    log.write("department", pk, "deleted", by=by, before=before, after={}, operation=operation)


def _empty(department: Department, target: Department, by: User, operation: Operation) -> None:
    for child in department.children.all():
        place_department(child, by=by, parent=target)
    people = list(department.members.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    User.objects.filter(pk__in=people).update(department=target)
    for one in people:
        values: tuple[dict[str, Any], ...] = {"department": department.pk}, {"department": target.pk}
        log.write("user", one, "edited", by=by, before=values[0], after=values[1], operation=operation)
    for model, pks in lying_in(department):
        move_part(model, pks, target, by=by, operation=operation)


def _forget_in_roles(department: Department, target: Department | None, by: User, operation: Operation) -> None:
    """Roles that reach this department by name reach its target instead."""
    for grant in Grant.objects.filter(departments__contains=[department.pk]).order_by("pk"):
        before = list(grant.departments)
        instead = [target.pk] if target is not None else []
        grant.departments = list(dict.fromkeys([*(pk for pk in before if pk != department.pk), *instead]))
        grant.save(update_fields=["departments"])
        changed = {f"{grant.module}.departments": before}, {f"{grant.module}.departments": grant.departments}
        log.write("role", grant.role_id, "granted", by=by, before=changed[0], after=changed[1], operation=operation)
