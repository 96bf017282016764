"""What a customer is told to be worth: its opportunities as a block of its page, and two facts of its strip."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Count, Q, Sum, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from keyuan.customers.models import Customer
from keyuan.opportunities.detail import in_days
from keyuan.opportunities.lists import load_opportunities
from keyuan.opportunities.models import Opportunity
from keyuan.opportunities.stages import stages_of
from keyuan.org.models import User
from keyuan.records.namebook import NameBook
from keyuan.ui import cells

SHOWN = 10
OPEN, WON = Q(outcome="open"), Q(outcome="won")
LOOKS = {"open": "a", "won": "ok", "lost": ""}


def deals_of(customer: Customer, user: User) -> Any:
    """The opportunities of a customer that `user` sees: open ones first, by the day that is expected."""
    order = Case(When(outcome="open", then=Value(0)), default=Value(1))
    rows = Opportunity.objects.visible_to(user).filter(customer=customer)
    return rows.order_by(order, Case(When(outcome="open", then="expected_on")), "-closed_on", "-pk")


def block(customer: Customer, user: User) -> dict[str, Any]:
    """The first of them as they are shown, and how many there are."""
    rows = deals_of(customer, user)
    counts = rows.order_by().aggregate(all=Count("pk"), open=Count("pk", filter=OPEN))
    found = list(rows.select_related("customer")[:SHOWN])
    book = NameBook(user)
    load_opportunities(found, book)
    fields = user.rights
    return {
        "customer": customer,
        "deals": [_shown(one, book) for one in found],
        "open": counts["open"],
        "count": counts["all"],
        "more": counts["all"] > SHOWN,
        "sees_amount": fields.sees("opportunity", "amount"),
        "sees_probability": fields.sees("opportunity", "probability"),
        "sees_day": fields.sees("opportunity", "expected_on"),
        "may_open": user.may("opportunity", "create"),
    }


def _shown(deal: Opportunity, book: NameBook) -> dict[str, Any]:
    stage = stages_of(book).by_id[deal.stage_id]
    days = (timezone.now() - deal.stage_since).days + 1
    return {"row": deal, "stage": cells.tag(str(stage), LOOKS[deal.outcome]), "days": in_days(days)}


def deal_facts(customer: Customer, user: User) -> list[dict[str, Any]]:
    """What is under way with a customer, and what was won; nothing where amounts are hidden from the reader."""
    if not user.may("opportunity", "view") or not user.rights.sees("opportunity", "amount"):
        return []
    found = (
        Opportunity.objects.visible_to(user)
        .filter(customer=customer)
        .aggregate(
            open=Sum("amount", filter=OPEN),
            opens=Count("pk", filter=OPEN),
            won=Sum("amount", filter=WON),
            wins=Count("pk", filter=WON),
        )
    )
    under_way = ngettext("%(n)d deal", "%(n)d deals", found["opens"]) % {"n": found["opens"]}
    wins = ngettext("%(n)d won", "%(n)d won", found["wins"]) % {"n": found["wins"]}
    return [
        _fact(_("Open opportunities"), found["open"], under_way),
        _fact(_("Won in all"), found["won"], wins),
    ]


def _fact(label: str, amount: Any, small: str) -> dict[str, Any]:
    return {"label": label, "value": cells.money_short(amount), "small": small if amount is not None else ""}
