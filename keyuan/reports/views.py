"""The home page: what to begin with on the first day, and the figures of those who have data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from keyuan.customers.fields import CUSTOMER
from keyuan.customers.models import Customer
from keyuan.org.http import Request
from keyuan.org.models import User
from keyuan.records.listing import Listing
from keyuan.records.veil import veil
from keyuan.ui import formats
from keyuan.ui.audience import signed_in
from keyuan.ui.pages import page

SHOWN = 8
BEHIND = {
    "and": [
        {"field": "owner", "op": "me"},
        {"field": "behind_schedule", "op": "=", "value": True},
        {"field": "relationship", "op": "!=", "value": "lost"},
    ]
}


@require_GET
@signed_in
def home(request: Request) -> HttpResponse:
    user = request.user
    now = timezone.localtime()
    context: dict[str, Any] = {
        "title": _("Home"),
        "greeting": greeting(now.hour),
        "today": now,
        "steps": list(first_steps(user)),
        "sees_customers": user.may("customer", "view"),
    }
    if context["sees_customers"]:
        context |= customers_of(user, now.date())
    return page(request, "reports/home.html", context)


def greeting(hour: int) -> str:
    """What one says at this hour."""
    if hour < 5 or hour >= 22:
        return _("It is late")
    if hour < 12:
        return _("Good morning")
    return _("Good afternoon") if hour < 18 else _("Good evening")


def first_steps(user: User) -> Iterator[dict[str, Any]]:
    """What this person may begin with."""
    if user.may("customer", "create"):
        why = _("Write down one you will call this week")
        yield {"label": _("New customer"), "why": why, "icon": "building", "url": "/customers/new/", "drawer": True}
    if user.may("customer", "import"):
        why = _("Bring the Excel or CSV sheet you keep today")
        yield {"label": _("Import a sheet"), "why": why, "icon": "file-import", "url": "/imports/"}
    if user.may("people", "create"):
        why = _("Create accounts; everybody gets an initial password")
        yield {
            "label": _("Invite colleagues"),
            "why": why,
            "icon": "user-plus",
            "url": "/admin/users/new/",
            "drawer": True,
        }
    if user.is_administrator:
        why = _("Company name, safety notice, classes and lists")
        yield {"label": _("Set up the house"), "why": why, "icon": "settings", "url": "/admin/"}


def customers_of(user: User, today: date) -> dict[str, Any]:
    """Figures and the customers behind schedule, out of what this person may see."""
    seen = Customer.objects.visible_to(user)
    behind, number = behind_schedule(user)
    latest = list(seen.select_related("owner").order_by("-created_at", "-pk")[:SHOWN])
    veil(CUSTOMER, [*behind, *latest], user)
    return {
        "has_customers": seen.exists(),
        "figures": figures(user, seen, today, number),
        "behind": behind,
        "behind_number": number,
        "latest": latest,
    }


def behind_schedule(user: User) -> tuple[list[Customer], int]:
    """The customers who wait longest, and how many wait; nobody for those who do not see the rhythm."""
    if "behind_schedule" not in CUSTOMER.visible_fields(user):
        return [], 0
    behind = Listing(CUSTOMER, user, base=BEHIND, sort="last_followed_at")
    rows = behind.rows.select_related("category").order_by("last_followed_at", "pk")[:SHOWN]
    return list(rows), behind.count().number


def figures(user: User, seen: Any, today: date, late: int) -> list[dict[str, Any]]:
    """Four figures: my customers, new this month, behind schedule, all I may see."""
    mine = seen.filter(owner=user)
    this, last = new_in_months(mine, today)
    return [
        {"label": _("My customers"), "value": formats.count(mine.count()), "url": "/customers/?view=mine"},
        {
            "label": _("New this month"),
            "value": formats.count(this),
            "change": formats.change((this - last) * 100 / last) if last else "",
            "good": this >= last if last else None,
            "against": _("%(n)s in the same days of last month") % {"n": formats.count(last)},
        },
        {
            "label": _("Behind schedule"),
            "value": formats.count(late),
            "url": "/customers/?view=due",
            "against": _("by the rhythm of their level"),
        },
        {"label": _("Customers I may see"), "value": formats.count(seen.count()), "url": "/customers/?view=all"},
    ]


def new_in_months(rows: Any, today: date) -> tuple[int, int]:
    """How many were created in this month so far, and in the same days of the month before."""
    first = today.replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1)
    same_day = min(before + timedelta(days=today.day), first)
    spans = ((first, today + timedelta(days=1)), (before, same_day))
    this, last = (rows.filter(created_at__gte=midnight(a), created_at__lt=midnight(b)).count() for a, b in spans)
    return this, last


def midnight(day: date) -> datetime:
    """The beginning of a day on the organisation's clock."""
    return timezone.make_aware(datetime.combine(day, time.min))
