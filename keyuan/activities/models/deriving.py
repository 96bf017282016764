"""What follows from follow-ups and plans: search text, dates of the customers they hang on, waiting reminders.

Everything here can be written again at any time from the rows alone; none of it is history.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.db import connection

from keyuan.activities.rules import activity_rules, why_not_effective
from keyuan.customers.models import Customer
from keyuan.leads.models import Lead
from keyuan.opportunities.models import Opportunity
from keyuan.records.search_text import Kind, write_search_text
from keyuan.records.text import normalise

CHUNK = 2000


def model(name: str) -> Any:
    return apps.get_model("keyuan", name)


def plan_text(subject: str, notes: str) -> str:
    """The open text by which a plan is found. A place may be hidden from people, so nobody is led by it."""
    return "\n".join(part for part in map(normalise, (subject, notes)) if part)


def derive_follow_ups(pks: Sequence[int], fields: set[str] | None) -> None:
    """Write again what follows from these follow-ups; `fields` are those that changed, None for all."""
    for start in range(0, len(pks), CHUNK):
        _derive_follow_ups(pks[start : start + CHUNK], fields)


def _derive_follow_ups(pks: Sequence[int], fields: set[str] | None) -> None:
    found = list(model("FollowUp").rows.filter(pk__in=pks).select_related("kind").order_by("pk"))
    if fields is None or "content" in fields:
        texts = [(one.pk, Kind.TEXT.value, normalise(one.content)) for one in found]
        write_search_text(model("FollowUpSearch"), texts)
    _write_effective(found)
    push_dates({one.customer_id for one in found if one.customer_id})
    push_deal_facts({one.opportunity_id for one in found if one.opportunity_id})
    push_lead_dates({one.lead_id for one in found if one.lead_id})


def _write_effective(found: Sequence[Any]) -> None:
    """Which of these count, by the rules as they stand when something is written."""
    rules = activity_rules()
    counts = {True: [], False: []}  # type: dict[bool, list[int]]
    for one in found:
        reasons = why_not_effective(
            rules, kind=one.kind.key, content=one.content, contacts=one.contacts, result=one.result_id
        )
        if one.is_effective == bool(reasons):
            counts[not reasons].append(one.pk)
    for value, pks in counts.items():
        if pks:
            model("FollowUp").rows.filter(pk__in=pks).update(is_effective=value)


def derive_plans(pks: Sequence[int], fields: set[str] | None) -> None:
    """Write again what follows from these plans; `fields` are those that changed, None for all."""
    for start in range(0, len(pks), CHUNK):
        _derive_plans(pks[start : start + CHUNK], fields)


def _derive_plans(pks: Sequence[int], fields: set[str] | None) -> None:
    found = list(
        model("Plan")
        .rows.filter(pk__in=pks)
        .values_list("pk", "customer_id", "subject", "notes", "opportunity_id", "lead_id")
    )
    if fields is None or fields & {"subject", "notes"}:
        texts = [(pk, Kind.TEXT.value, plan_text(*parts)) for pk, _customer, *parts, _deal, _lead in found]
        write_search_text(model("PlanSearch"), texts)
    if fields is None or fields & {"starts_at", "reminders", "state"}:
        lay_reminders(pks)
    push_dates({customer for _pk, customer, *_parts in found if customer})
    push_deal_facts({deal for *_parts, deal, _lead in found if deal})
    push_lead_dates({lead for *_parts, lead in found if lead})


DATES = """
    SELECT c.id,
        (SELECT max(f.at) FROM follow_up f WHERE f.customer_id = c.id AND f.is_effective AND f.deleted_at IS NULL),
        (SELECT min(p.starts_at) FROM plan p WHERE p.customer_id = c.id AND p.state = 'open' AND p.deleted_at IS NULL)
    FROM unnest(%s::bigint[]) AS c(id)
"""


def push_dates(customers: set[int]) -> None:
    """Tell these customers when they were followed up last, and when they are contacted next."""
    if not customers:
        return
    Customer.hold(customers)
    with connection.cursor() as cursor:
        cursor.execute(DATES, [sorted(customers)])
        Customer.touched(cursor.fetchall())


LEAD_DATES = DATES.replace("customer_id", "lead_id").replace("p.state", "p.customer_id IS NULL AND p.state")
"""What is planned with the customer that a lead became is no next contact of the lead."""


def push_lead_dates(leads: set[int]) -> None:
    """Tell these leads when they were followed up last, and when they are contacted next."""
    if leads:
        with connection.cursor() as cursor:
            cursor.execute(LEAD_DATES, [sorted(leads)])
            Lead.touched(cursor.fetchall())


DEAL_FACTS = """
    SELECT o.id,
        (SELECT max(f.at) FROM follow_up f WHERE f.opportunity_id = o.id AND f.is_effective AND f.deleted_at IS NULL),
        (SELECT min(p.starts_at) FROM plan p
            WHERE p.opportunity_id = o.id AND p.state = 'open' AND p.deleted_at IS NULL),
        ARRAY(SELECT DISTINCT f.kind_id FROM follow_up f
            WHERE f.opportunity_id = o.id AND f.is_effective AND f.deleted_at IS NULL ORDER BY f.kind_id)
    FROM unnest(%s::bigint[]) AS o(id)
"""


def push_deal_facts(opportunities: set[int]) -> None:
    """Tell these opportunities when they were followed up last and how, and when they are contacted next."""
    if opportunities:
        with connection.cursor() as cursor:
            cursor.execute(DEAL_FACTS, [sorted(opportunities)])
            Opportunity.touched(cursor.fetchall())


REMINDERS = """
    WITH wanted AS (
        SELECT p.id AS plan_id, m AS minutes, p.starts_at - make_interval(mins => m) AS at
        FROM plan p CROSS JOIN LATERAL unnest(p.reminders) AS m
        WHERE p.id = ANY(%(pks)s) AND p.state = 'open' AND p.deleted_at IS NULL AND p.starts_at IS NOT NULL
            AND p.starts_at - make_interval(mins => m) > now() - interval '1 minute'
    ), gone AS (
        DELETE FROM plan_reminder r WHERE r.plan_id = ANY(%(pks)s)
            AND NOT EXISTS (SELECT FROM wanted w WHERE (w.plan_id, w.minutes) = (r.plan_id, r.minutes))
    )
    INSERT INTO plan_reminder (plan_id, minutes, at) SELECT DISTINCT plan_id, minutes, at FROM wanted
    ON CONFLICT (plan_id, minutes) DO UPDATE SET at = excluded.at WHERE plan_reminder.at <> excluded.at
"""


def lay_reminders(pks: Sequence[int]) -> None:
    """Make the reminders that wait those of the plans as they stand; what is past is not told any more."""
    with connection.cursor() as cursor:
        cursor.execute(REMINDERS, {"pks": list(pks)})
