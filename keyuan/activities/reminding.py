"""Reminders as their moment comes, and plans that nobody has done, told to the superior (A4)."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from keyuan.activities.models import Plan
from keyuan.activities.rules import activity_rules
from keyuan.activities.telling import OVERDUE, REMINDED, days_late, people_of
from keyuan.notices.models import Notice
from keyuan.notices.telling import tell
from keyuan.org.models import User
from keyuan.people.absences import Away, away_on
from keyuan.pools.deputies import tell_with_deputy

LOG = logging.getLogger(__name__)
AT_ONCE = 200
TOO_LATE = timedelta(days=1)
"""What should have been told before is told no more: the machine was off for longer."""
LOOKED_BACK = timedelta(days=30)

_CLAIM = """
    DELETE FROM plan_reminder WHERE id IN (
        SELECT id FROM plan_reminder WHERE at <= now() ORDER BY at LIMIT %s FOR UPDATE SKIP LOCKED
    ) RETURNING plan_id, minutes, at
"""


def remind() -> int:
    """Turn reminders whose moment has come into notices; how many there were. Called each second in a transaction.

    A reminder goes in the transaction in which its notices are written: killed in between, both are as before.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [AT_ONCE])
        claimed = cursor.fetchall()
    if not claimed:
        return 0
    found = Plan.objects.unscoped(reason="people are reminded of the plans they take part in").open()
    plans = found.in_bulk([plan for plan, _minutes, _at in claimed])
    robot, away = User.objects.robot(), away_on(timezone.localdate())
    for plan, minutes, at in claimed:
        if plan in plans and at > timezone.now() - TOO_LATE:
            _remind(plans[plan], minutes, at, robot, away)
    return len(claimed)


def _remind(plan: Plan, minutes: int, at: datetime, robot: User, away: Away) -> None:
    """What goes wrong with one keeps nobody else from theirs."""
    key = f"plan:{plan.pk}:reminder:{minutes}:{at.isoformat()}"
    try:
        with transaction.atomic():
            tell(REMINDED, to=people_of(plan) - {plan.owner_id}, record_id=plan.pk, by=robot, key=key)
            if plan.owner_id:
                tell_with_deputy(REMINDED, plan.owner_id, away, record_id=plan.pk, by=robot, key=key, details={})
    except Exception:
        LOG.exception("reminder of plan %s", plan.pk)


def escalate() -> int:
    """Tell the superiors of plans that are overdue for as many days as administrators say; how many plans."""
    days = activity_rules().escalate_days
    if not days:
        return 0
    until = timezone.now() - timedelta(days=days)
    rows = Plan.objects.unscoped(reason="superiors are told what their people have let pass").open()
    late = rows.filter(due_at__lt=until, due_at__gt=until - LOOKED_BACK, owner__superior__isnull=False)
    told = Notice.objects.filter(
        user=OuterRef("owner__superior"), kind=OVERDUE, record_id=OuterRef("pk"), at__gt=OuterRef("due_at")
    )
    late, robot, number = late.filter(~Exists(told)), User.objects.robot(), 0
    for plan in late.select_related("owner").order_by("due_at", "pk").iterator(chunk_size=500):
        number += _escalate(plan, robot)
    return number


def _escalate(plan: Any, robot: User) -> int:
    key = f"plan:{plan.pk}:overdue:{plan.due_at.isoformat()}"
    details = {"days": days_late(plan), "owner": plan.owner_id}
    return len(tell(OVERDUE, to=[plan.owner.superior_id], record_id=plan.pk, by=robot, key=key, details=details))
