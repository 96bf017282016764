"""The lists of follow-ups and plans: system views, what rows need, cells."""

from __future__ import annotations

from html import escape
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from keyuan.activities.fields import FOLLOW_UP, PLAN
from keyuan.activities.models.follow_up import SEEN_WITH
from keyuan.activities.timeline import meet_deals, meet_follow_ups, meet_leads
from keyuan.customers.fields import CUSTOMER
from keyuan.customers.models import Contact, Customer
from keyuan.leads.models import Lead
from keyuan.opportunities.models import Opportunity
from keyuan.records.namebook import NameBook
from keyuan.records.veil import veil
from keyuan.ui import cells
from keyuan.ui.lists.cells import SPECIAL
from keyuan.ui.lists.page import ListOf, View

_OPEN = {"field": "state", "op": "=", "value": "open"}
_MINE = {"field": "owner", "op": "me"}

FOLLOW_UP_VIEWS = (
    View("mine", gettext_lazy("My follow-ups"), "user-check", {"field": "author", "op": "me"}),
    View(
        "department", pgettext_lazy("activities", "My department"), "users", {"field": "author", "op": "my-department"}
    ),
    View("all", gettext_lazy("All follow-ups"), "history"),
    View("week", gettext_lazy("This week"), "calendar-week", {"field": "at", "op": "within", "value": "this-week"}),
    View(
        "ineffective",
        gettext_lazy("Do not count"),
        "circle-x",
        {
            "and": [
                {"field": "author", "op": "me"},
                {"field": "is_effective", "op": "=", "value": False},
            ]
        },
    ),
)
PLAN_VIEWS = (
    View("mine", gettext_lazy("My plans"), "list-check", {"and": [_MINE, _OPEN]}),
    View(
        "overdue",
        gettext_lazy("Overdue"),
        "calendar-x",
        {"and": [_MINE, {"field": "is_overdue", "op": "=", "value": True}]},
        hot=True,
    ),
    View(
        "visits",
        gettext_lazy("Visits"),
        "map-pin",
        {"and": [_MINE, _OPEN, {"field": "kind", "op": "=", "value": "visit"}]},
    ),
    View("with_me", gettext_lazy("With me"), "user-plus", {"and": [{"field": "participants", "op": "me"}, _OPEN]}),
    View(
        "department",
        pgettext_lazy("activities", "My department"),
        "users",
        {"field": "department", "op": "my-department"},
    ),
    View(
        "done",
        pgettext_lazy("plans", "Done"),
        "checks",
        {"and": [_MINE, {"field": "state", "op": "=", "value": "done"}]},
        sort="-starts_at",
    ),
    View("all", gettext_lazy("All plans"), "calendar", sort="-starts_at"),
)


def load_follow_up_rows(rows: list[Any], book: NameBook) -> None:
    """Authors and contacts of one page; what the reader may not see is blank."""
    meet_follow_ups(rows, book)
    veil(CUSTOMER, _customers(rows), book.user)


def load_plan_rows(rows: list[Any], book: NameBook) -> None:
    """People and contacts of one page; a customer whom the reader may not see is told by name alone."""
    book.meet(pk for row in rows for pk in (row.owner_id, row.created_by_id, *row.participants))
    book.meet_records(Contact, (pk for row in rows for pk in row.contacts))
    veil(PLAN, rows, book.user)
    meet_deals(rows, book)
    meet_leads(rows, book)
    veil(CUSTOMER, _customers(rows), book.user)
    reach = book.user.reach("customer", SEEN_WITH)
    for customer in _customers(rows):
        customer.is_seen = reach.covers(customer.owner_id, customer.department_id)


def _customers(rows: list[Any]) -> list[Any]:
    return [row.customer for row in rows if row._state.fields_cache.get("customer") is not None]


def customer_cell(kind: Any, value: Customer | None, book: NameBook) -> SafeString:
    if value is None:
        return cells.EMPTY
    name = escape(value.short_or_name)
    if not getattr(value, "is_seen", True):
        return SafeString(name)
    return SafeString(
        f'<a href="{reverse("customers:detail", args=[value.pk])}" title="{escape(value.name)}">{name}</a>'
    )


def deal_cell(kind: Any, value: Opportunity | None, book: NameBook) -> SafeString:
    if value is None:
        return cells.EMPTY
    return SafeString(f'<a href="{reverse("opportunities:detail", args=[value.pk])}">{escape(value.name)}</a>')


def lead_cell(kind: Any, value: Lead | None, book: NameBook) -> SafeString:
    if value is None:
        return cells.EMPTY
    return SafeString(f'<a href="{reverse("leads:detail", args=[value.pk])}">{escape(value.heading)}</a>')


def lead_mark(row: Any) -> str:
    """The lead that a row is about, beside its name."""
    return cells.tag(row.lead.heading, "o") if row.lead_id and row.lead is not None else ""


def kind_cell(kind: Any, value: int | None, book: NameBook) -> SafeString:
    option = book.option(value)
    if option is None:
        return cells.EMPTY
    icon = cells.icon(option.extra.get("icon", "dots"), "s")
    return SafeString(f'<span class="row-f g4 nowrap t2">{icon}{escape(str(option))}</span>')


def _named(url: str, text: str, mark: str) -> SafeString:
    link = f'<a class="n trunc" href="{url}" data-drawer="narrow" title="{text}">{text}</a>'
    return SafeString(f'<span class="cellf">{link}{mark}</span>')


def follow_up_name(row: Any, book: NameBook, matched: str) -> SafeString:
    """The first line of what happened, which opens the whole."""
    url = reverse("activities:detail", args=[row.pk])
    line = escape(str(row) or "—")
    mark = "" if row.is_effective else cells.tag(_("Does not count"))
    return _named(url, line, lead_mark(row) + mark)


def plan_name(row: Any, book: NameBook, matched: str) -> SafeString:
    url = f"/activities/plans/{row.pk}/"
    subject = escape(row.subject)
    mark = cells.tag(_("Overdue"), "bad") if row.is_overdue() else ""
    return _named(url, subject, lead_mark(row) + mark)


def show_activity_cells() -> None:
    """Declare the cells that are special to follow-ups and plans; called once at start."""
    SPECIAL["follow_up", "customer"] = SPECIAL["plan", "customer"] = customer_cell
    SPECIAL["follow_up", "opportunity"] = SPECIAL["plan", "opportunity"] = deal_cell
    SPECIAL["follow_up", "lead"] = SPECIAL["plan", "lead"] = lead_cell
    SPECIAL["follow_up", "kind"] = SPECIAL["plan", "kind"] = kind_cell
    SPECIAL["plan", "starts_at"] = lambda kind, value, book: cells.next_contact(value)


FOLLOW_UP_LIST = ListOf(
    FOLLOW_UP,
    "activities:list",
    pgettext_lazy("heading", "Follow-ups"),
    FOLLOW_UP_VIEWS,
    "activities/list.html",
    follow_up_name,
    load=load_follow_up_rows,
    related=("customer",),
    on_phone={"customer": "second", "kind": "mark", "at": "third", "author": "third end"},
    bulk="activities/bulk.html",
    none="activities/none.html",
    search_hint=gettext_lazy("Content, customer"),
)
PLAN_LIST = ListOf(
    PLAN,
    "activities:plan_list",
    pgettext_lazy("heading", "Plans"),
    PLAN_VIEWS,
    "activities/plan_list.html",
    plan_name,
    load=load_plan_rows,
    related=("customer",),
    on_phone={"customer": "second", "kind": "mark", "starts_at": "third", "owner": "third end"},
    bulk="activities/bulk.html",
    none="activities/no_plans.html",
    search_hint=gettext_lazy("Subject, notes, customer"),
)
