"""Who sees which plans and follow-ups, for many people at once: the rules of `reached_by` on facts at hand.

A query per person would make a thousand open pages wait (docs/decisions/0016-notices.md). Only numbers and ids come out
of here; words are read through `reached_by` itself, and a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from keyuan.activities.models import FollowUp, Plan
from keyuan.activities.models.follow_up import SEEN_WITH
from keyuan.org.models import User
from keyuan.records.readers import Asked, Pairs

_FACTS = (
    "owner", "department", "customer", "customer__deleted_at", "customer__owner", "customer__department",
    "lead", "lead__deleted_at", "lead__owner", "lead__department",
)  # fmt: skip


def follow_up_pairs(asked: Asked) -> Pairs:
    """Those of these people and ids of follow-ups where the person sees the follow-up; one query for all."""
    rows = FollowUp.objects.unscoped(reason="who sees what is told is asked for many people at once")
    return _pairs(asked, rows, (), _sees_follow_up)


def plan_pairs(asked: Asked) -> Pairs:
    """The same for plans."""
    rows = Plan.objects.unscoped(reason="who sees what is told is asked for many people at once")
    return _pairs(asked, rows, ("participants",), _sees_plan)


def _pairs(asked: Asked, rows: Any, more: tuple[str, ...], sees: Callable[[User, dict[str, Any]], bool]) -> Pairs:
    found = rows.living().filter(pk__in={pk for _user, pk in asked}).values("pk", *_FACTS, *more)
    facts = {row["pk"]: row for row in found if row["customer__deleted_at"] is None and _lead_lives(row)}
    return {(user.pk, pk) for user, pk in asked if pk in facts and sees(user, facts[pk])}


def _lead_lives(row: dict[str, Any]) -> bool:
    return row["customer"] is not None or row["lead__deleted_at"] is None


def _sees_follow_up(user: User, row: dict[str, Any]) -> bool:
    return user.may("follow_up", "view") and (_sees_customer(user, row) or _sees_lead(user, row))


def _sees_plan(user: User, row: dict[str, Any]) -> bool:
    if not user.may("plan", "view"):
        return False
    is_theirs = user.reach("plan", "view").covers(row["owner"], row["department"])
    return is_theirs or user.pk in row["participants"] or _sees_customer(user, row) or _sees_lead(user, row, plan=True)


def _sees_customer(user: User, row: dict[str, Any]) -> bool:
    reach = user.reach("customer", SEEN_WITH)
    return row["customer"] is not None and reach.covers(row["customer__owner"], row["customer__department"])


def _sees_lead(user: User, row: dict[str, Any], *, plan: bool = False) -> bool:
    """A plan is seen through its lead, a follow-up only as long as the lead has become no customer."""
    if row["lead"] is None or (row["customer"] is not None and not plan):
        return False
    return user.reach("lead", SEEN_WITH).covers(row["lead__owner"], row["lead__department"])
