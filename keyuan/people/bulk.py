"""Verbs about many people at once, each as one operation with a line in the log for everybody whom it changes (W1)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from keyuan.org.administrators import keeping_an_administrator, require_administrator
from keyuan.org.models import Department, Role, User
from keyuan.people import log, relocating
from keyuan.people.models import Relocation
from keyuan.records.errors import RuleBroken
from keyuan.records.history import Operation


def _locked(people: Collection[int]) -> list[User]:
    """These people, locked in the order of their ids; the robot is none of them."""
    return list(User.objects.people().select_for_update(of=("self",)).filter(pk__in=people).order_by("pk"))


def set_all_enabled(people: Collection[int], enabled: bool, *, by: User) -> int:
    """Let these people sign in, or end all their sessions and tokens at once; how many changed.

    Raises:
        NotAllowed: `by` is no administrator.
        RuleBroken: `by` is among those to be disabled, or no administrator would remain.
    """
    require_administrator(by)
    if not enabled and by.pk in people:
        raise RuleBroken(_("You are among them. Nobody disables themselves together with others."))
    with keeping_an_administrator():
        changed = [one for one in _locked(people) if one.is_active != enabled]
        if not changed:
            return 0
        happened = "enabled" if enabled else "disabled"
        operation = Operation.begin(f"user.{happened}", by=by)
        values: dict[str, Any] = {"is_active": enabled} | ({} if enabled else {"epoch": F("epoch") + 1})
        User.objects.filter(pk__in=[one.pk for one in changed]).update(**values)
        for one in changed:
            log.write("user", one.pk, happened, by=by, operation=operation)
        return len(changed)


def move_all(
    people: Collection[int], department: Department, *, by: User, along: bool = False
) -> tuple[int, Relocation | None]:
    """Move these people into `department`, with their records or without; how many moved, and the job for the records.

    Raises:
        NotAllowed: `by` is no administrator.
        RuleBroken: records of one of them are still moving.
    """
    require_administrator(by)
    with keeping_an_administrator():
        moving = [one for one in _locked(people) if one.department_id != department.pk]
        if not moving:
            return 0, None
        for one in moving:
            relocating.require_settled(one)
        operation = Operation.begin("user.moved", by=by)
        for one in moving:
            before = {"department": one.department_id}
            log.write("user", one.pk, "edited", by=by, before=before, after={"department": department.pk},
                      operation=operation)  # fmt: skip
        pks = [one.pk for one in moving]
        User.objects.filter(pk__in=pks).update(department=department)
        job = relocating.take_along(pks, department, by=by, operation=operation) if along else None
        return len(moving), job


def give_role(people: Collection[int], role: Role, *, by: User, take: bool = False) -> int:
    """Give these people a role beside those they have, or take it away; how many changed.

    Raises:
        NotAllowed: `by` is no administrator.
        RuleBroken: no administrator would remain.
    """
    require_administrator(by)
    through: Any = User.roles.through
    with keeping_an_administrator():
        had = set(through.objects.filter(role=role, user_id__in=people).values_list("user_id", flat=True))
        changed = [one for one in _locked(people) if (one.pk in had) == take]
        if not changed:
            return 0
        operation = Operation.begin("user.role_taken" if take else "user.role_given", by=by)
        before: dict[int, list[int]] = {one.pk: [] for one in changed}
        for pk, held in (
            through.objects.filter(user_id__in=before).order_by("role_id").values_list("user_id", "role_id")
        ):
            before[pk].append(held)
        if take:
            through.objects.filter(role=role, user_id__in=[one.pk for one in changed]).delete()
        else:
            through.objects.bulk_create(through(user_id=one.pk, role_id=role.pk) for one in changed)
        for one in changed:
            after = [pk for pk in before[one.pk] if pk != role.pk] if take else sorted([*before[one.pk], role.pk])
            log.write("user", one.pk, "edited", by=by, before={"roles": before[one.pk]}, after={"roles": after},
                      operation=operation)  # fmt: skip
        return len(changed)
