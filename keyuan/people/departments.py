"""Verbs about departments. The tree is changed by one administrator at a time, paths by one statement."""

from typing import Any

from django.db import transaction
from django.db.models import ProtectedError, Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext as _

from keyuan.org.administrators import lock_organisation, require_administrator
from keyuan.org.models import Department, User
from keyuan.people import log
from keyuan.records.errors import RuleBroken
from keyuan.records.history import Operation

TOLD = ("name", "parent", "head")


@transaction.atomic
def add_department(
    *, by: User, name: str, parent: Department, head: User | None = None, operation: Operation | None = None
) -> Department:
    """A new department below another, behind its siblings."""
    require_administrator(by)
    lock_organisation()
    parent = _again(parent)
    _refuse_namesake(name, parent, None)
    department = Department.objects.create(name=name, parent=parent, head=head)
    department.path = f"{parent.path}{department.pk}/"
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
    department = _again(department)
    before = log.picture(department, *TOLD)
    _refuse_namesake(name, parent or department.parent, department)
    if parent is not None and parent.pk != department.parent_id:
        _move(department, _again(parent))
    department.name, department.head = name, head
    department.save(update_fields=["name", "head"])
    log.write_difference("department", department.pk, before, log.picture(department, *TOLD), by=by)
    return department


def _move(department: Department, parent: Department) -> None:
    if department.parent_id is None:
        raise RuleBroken(_("The root department stays where it is."))
    if parent.path.startswith(department.path):
        raise RuleBroken(_("A department can't lie below itself."))
    old, new = department.path, f"{parent.path}{department.pk}/"
    moved = Concat(Value(new), Substr("path", len(old) + 1))
    Department.objects.under(department).update(path=moved)
    department.parent, department.path = parent, new
    department.save(update_fields=["parent"])


@transaction.atomic
def delete_department(department: Department, *, by: User) -> None:
    """Delete a department in which nobody and nothing is.

    Raises:
        NotAllowed: `by` is no administrator.
        RuleBroken: says what still is in it.
    """
    require_administrator(by)
    lock_organisation()
    department = _again(department)
    if department.parent_id is None:
        raise RuleBroken(_("The root department can't be deleted."))
    before = log.picture(department, *TOLD)
    pk = department.pk
    _refuse_filled(department)
    try:
        with transaction.atomic():
            department.delete()
    except ProtectedError as error:
        raise RuleBroken(_("Records still belong to this department. Transfer them first.")) from error
    log.write("department", pk, "deleted", by=by, before=before, after={})


def _refuse_filled(department: Department) -> None:
    if number := department.children.count():
        raise RuleBroken(_("%(n)d departments lie below it. Move or delete them first.") % {"n": number})
    if number := department.members.count():
        raise RuleBroken(_("%(n)d people belong to it. Move them first.") % {"n": number})


def _again(department: Department) -> Department:
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
