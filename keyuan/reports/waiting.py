"""The customers that wait for somebody: contact is due today or overdue, then those behind their level's rhythm."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from keyuan.activities.fields import PLAN
from keyuan.activities.models import Plan
from keyuan.customers.fields import CUSTOMER
from keyuan.customers.models import Customer
from keyuan.org.models import User
from keyuan.records.listing import Count, Listing
from keyuan.records.namebook import NameBook
from keyuan.records.query import Node
from keyuan.records.veil import veil
from keyuan.reports.asked import Asked
from keyuan.ui.lists.asked import as_param

SHOWN = 6
_NOT_LOST: Node = {"field": "relationship", "op": "!=", "value": "lost"}
_LONG_AGO = Value(datetime(1970, 1, 1, tzinfo=UTC))
_BEHIND: Node = {"field": "behind_schedule", "op": "=", "value": True}


def due() -> Node:
    """Contact was agreed for today or before."""
    return {"field": "next_contact_at", "op": "<=", "value": timezone.localdate().isoformat()}


def knows_rhythm(user: User) -> bool:
    return "behind_schedule" in CUSTOMER.visible_fields(user)


def node_of(asked: Asked) -> Node:
    """All who wait. Of a whole department only what was agreed counts: the rhythm is each owner's own concern."""
    waits = {"or": [due(), _BEHIND]} if asked.is_mine and knows_rhythm(asked.user) else due()
    return {"and": [*asked.mine("owner"), waits, _NOT_LOST]}


def count_of(asked: Asked) -> Count:
    return Listing(CUSTOMER, asked.user, node=node_of(asked)).count()


def url_of(asked: Asked) -> str:
    """The list of all who wait, those due longest first."""
    given = {"view": "all", "filter": as_param(node_of(asked)), "sort": "next_contact_at"}
    return f"{reverse('customers:list')}?{urlencode(given)}"


def rows_of(asked: Asked, book: NameBook) -> list[Customer]:
    """The first of those who wait, each with its next plan as `next_plan`."""
    rows = _due_rows(asked)
    if len(rows) < SHOWN and asked.is_mine and knows_rhythm(asked.user):
        rows += _behind_rows(asked)[: SHOWN - len(rows)]
    plans = next_plans(rows, asked.user)
    for row in rows:
        row.next_plan = plans.get(row.pk)
    book.meet(row.owner_id for row in rows)
    veil(CUSTOMER, rows, asked.user)
    return rows


def _due_rows(asked: Asked) -> list[Any]:
    node: Node = {"and": [*asked.mine("owner"), due(), _NOT_LOST]}
    # Of one owner PostgreSQL sorts; it would walk an index past what others own to find a few, were it offered one.
    order = Coalesce("next_contact_at", "created_at") if asked.is_mine else F("next_contact_at")
    return list(Listing(CUSTOMER, asked.user, node=node).rows.order_by(order.asc(), "pk")[:SHOWN])


def _behind_rows(asked: Asked) -> list[Any]:
    node: Node = {"and": [*asked.mine("owner"), _BEHIND, {"not": due()}, _NOT_LOST]}
    rows = Listing(CUSTOMER, asked.user, node=node).rows
    return list(rows.order_by(Coalesce("last_followed_at", _LONG_AGO), "pk")[:SHOWN])


def next_plans(rows: list[Any], user: User) -> dict[int, Plan]:
    """The next open plan of each of these customers, as far as this person sees plans."""
    plans = Plan.objects.visible_to(user).open().filter(customer__in=[row.pk for row in rows], starts_at__isnull=False)
    found = {plan.customer_id: plan for plan in plans.order_by("-starts_at", "-pk")}
    veil(PLAN, found.values(), user)
    return found
