"""Whom verbs of follow-ups and plans tell about what they did."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from keyuan.notices.telling import tell
from keyuan.org.models import User

if TYPE_CHECKING:
    from keyuan.activities.models import FollowUp, Plan

REMINDED, INVITED, MOVED, CANCELLED, OVERDUE = (
    "plan.reminder", "plan.invited", "plan.moved", "plan.cancelled", "plan.overdue",
)  # fmt: skip
FOLLOWED = "follow_up.written"


def people_of(plan: Plan) -> set[int]:
    return {pk for pk in (plan.owner_id, *plan.participants) if pk}


def tell_invited(plan: Plan, people: set[int], by: User) -> None:
    """They take part from now on, or it is theirs."""
    if people:
        tell(INVITED, to=people, record_id=plan.pk, by=by, key=f"plan:{plan.pk}:in:{plan.version}")


def tell_changed(plan: Plan, before: tuple[set[int], datetime | None], by: User) -> None:
    """Who takes part is told of another time; who has joined, of the plan."""
    people, at = before
    tell_invited(plan, people_of(plan) - people, by)
    if plan.starts_at != at:
        to, key = people_of(plan) & people, f"plan:{plan.pk}:at:{plan.version}"
        tell(MOVED, to=to, record_id=plan.pk, by=by, key=key, details=_moved_to(plan))


def _moved_to(plan: Plan) -> dict[str, Any]:
    """To when somebody moved it stays true, wherever it is moved later."""
    return {"at": plan.starts_at.isoformat() if plan.starts_at else None, "all_day": plan.is_all_day}


def tell_cancelled(plan: Plan, by: User) -> None:
    tell(CANCELLED, to=people_of(plan), record_id=plan.pk, by=by, key=f"plan:{plan.pk}:cancelled:{plan.version}")


def tell_followed(follow_up: FollowUp, by: User) -> None:
    """The owner of a customer is told what a colleague wrote."""
    owner = follow_up.about.owner_id
    if owner is None or owner == by.pk:
        return
    tell(FOLLOWED, to=[owner], record_id=follow_up.pk, by=by, key=f"follow-up:{follow_up.pk}")


def days_late(plan: Plan) -> int:
    """Whole days since a plan was due."""
    assert plan.due_at is not None
    return (timezone.localdate() - timezone.localdate(plan.due_at)).days
