"""Leads that were not followed up in time: each step is one statement, its notices in the same transaction.

How late a lead is follows from when it was taken, so nothing is written down on it: the moment since which enough
working time has passed is worked out once, and an index finds what was taken before. What was done is a row of its own,
which makes each step happen once for each taking, whatever is killed.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from keyuan.leads.models import Lead
from keyuan.leads.models.standing import OPEN, STEPS
from keyuan.leads.responding.notices import tell_owner, tell_superior
from keyuan.leads.responding.rules import ESCALATE, REMIND, TAKE_BACK, ResponseRules, response_rules
from keyuan.org.models import User
from keyuan.people.absences import away_on
from keyuan.pools.claiming import NOBODYS
from keyuan.pools.membership import home_pools
from keyuan.pools.models import Pool
from keyuan.pools.notices import tell_taken_back
from keyuan.records.history import Operation

CHUNK = 2000
LATEST = timedelta(days=30)
"""What has been due for longer is let be: nobody was told in time, and the index is read no further."""
WHY = "response"
"""In the details of the event: it was taken back because nobody answered."""

LATE = """
    FROM lead l WHERE l.deleted_at IS NULL AND l.owner_id IS NOT NULL AND l.state = ANY(%(open)s)
    AND l.taken_at BETWEEN %(since)s AND %(until)s
    AND NOT (l.created_by_id = l.owner_id AND l.taken_at <= l.created_at + interval '1 second')
    AND (l.last_followed_at IS NULL OR l.last_followed_at < l.taken_at)
    AND NOT EXISTS (
        SELECT FROM event e WHERE e.record_type = 'lead' AND e.record_id = l.id AND e.at > l.taken_at
        AND e.name = ANY(%(steps)s)
    )
"""
"""Leads that somebody got, did not write down themselves, and has neither followed up nor moved on since."""
DO_STEP = f"""
    INSERT INTO response_step (lead_id, taken_at, step, at)
    SELECT l.id, l.taken_at, %(step)s, now() {LATE}
    AND NOT (%(step)s = 3 AND l.is_locked)
    AND NOT EXISTS (
        SELECT FROM response_step s WHERE s.lead_id = l.id AND s.taken_at = l.taken_at AND s.step = %(step)s
    )
    ORDER BY l.id LIMIT {CHUNK} FOR NO KEY UPDATE OF l
    ON CONFLICT DO NOTHING RETURNING lead_id
"""


def watch(now: datetime | None = None) -> dict[int, int]:
    """Do what is due: remind, tell superiors, take back. How many leads each step was about."""
    rules, now = response_rules(), now or timezone.now()
    done: dict[int, int] = defaultdict(int)
    for step in rules.steps:
        while number := _do(step, rules, now):
            done[step] += number
            if number < CHUNK:
                break
    return dict(done)


@transaction.atomic
def _do(step: int, rules: ResponseRules, now: datetime) -> int:
    """One chunk of one step."""
    until = rules.working_time().before(now, rules.steps[step])
    pks = _late(step, rules, until)
    owners: dict[int, list[Lead]] = defaultdict(list)
    for lead in Lead.rows.filter(pk__in=pks).order_by("pk"):
        owners[lead.owner_id].append(lead)
    people = User.objects.select_related("superior").in_bulk(list(owners))
    verb = {REMIND: _remind, ESCALATE: _escalate, TAKE_BACK: _take_back}[step]
    verb([(people[pk], leads) for pk, leads in owners.items()], rules)
    return len(pks)


def _late(step: int, rules: ResponseRules, until: datetime) -> list[int]:
    since = max(rules.begun or until, until - LATEST)
    given: dict[str, Any] = {"step": step, "since": since, "until": until}
    with connection.cursor() as cursor:
        cursor.execute(DO_STEP, given | {"open": list(OPEN), "steps": list(STEPS)})
        return [row[0] for row in cursor.fetchall()]


def _remind(late: list[tuple[User, list[Lead]]], rules: ResponseRules) -> None:
    away = away_on(timezone.localdate())
    for owner, leads in late:
        tell_owner(owner, leads, away)


def _escalate(late: list[tuple[User, list[Lead]]], rules: ResponseRules) -> None:
    for owner, leads in late:
        tell_superior(owner, leads)


def _take_back(late: list[tuple[User, list[Lead]]], rules: ResponseRules) -> None:
    """Into the pool whose rules hold for the owner; to whom none is open, nothing is taken."""
    homes = home_pools([owner.pk for owner, _leads in late], "lead")
    operation: Operation | None = None
    for owner, leads in late:
        pool = homes[owner.pk]
        if pool is not None:
            operation = operation or Operation.begin("lead.recycled", by=User.objects.robot())
            _give_back(owner, leads, pool, operation)


def _give_back(owner: User, leads: list[Lead], pool: Pool, operation: Operation) -> None:
    values = {**NOBODYS, "pool": pool, "released_at": operation.at, "last_owner": owner}
    details = {"by_rule": True, "why": WHY}
    rows = Lead.rows.filter(pk__in=[one.pk for one in leads])
    rows.change(by=operation.by, operation=operation, event="recycled", details=details, **values)
    tell_taken_back(owner.pk, pool, len(leads), operation)
