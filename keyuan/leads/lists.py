"""The list of leads: system views, what rows need, cells."""

from __future__ import annotations

from html import escape
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from keyuan.campaigns.lists import campaign_cell, meet_campaigns
from keyuan.customers.lists import explain_contacts, load_tags
from keyuan.customers.models import Contact, Customer
from keyuan.leads.fields import LEAD
from keyuan.leads.models.standing import State
from keyuan.opportunities.models import Opportunity
from keyuan.pools.lists import came_cell, due_cell, left_mark, load_pools, pool_list, soon_view
from keyuan.records.namebook import NameBook
from keyuan.records.veil import veil
from keyuan.ui import cells
from keyuan.ui.lists.cells import SPECIAL
from keyuan.ui.lists.page import ListOf, View

_MINE = {"field": "owner", "op": "me"}
_OPEN = {"field": "state", "op": "in", "value": ["new", "working", "valid"]}


def _in_state(state: str) -> dict[str, Any]:
    return {"field": "state", "op": "=", "value": state}


LEAD_VIEWS = (
    View("mine", gettext_lazy("My leads"), "user-check", {"and": [_MINE, _OPEN]}),
    View(
        "assigned",
        gettext_lazy("Assigned to me"),
        "user-plus",
        {"and": [_MINE, _OPEN, {"not": {"field": "created_by", "op": "me"}}]},
        sort="-taken_at",
    ),
    View("all", gettext_lazy("All leads"), "list"),
    View("new", pgettext_lazy("leads", "To follow up"), "calendar-due", _in_state("new")),
    View(
        "today",
        gettext_lazy("To contact today"),
        "calendar",
        {"and": [_MINE, _OPEN, {"field": "next_contact_at", "op": "within", "value": "today"}]},
        sort="next_contact_at",
    ),
    View(
        "late",
        pgettext_lazy("leads", "Overdue"),
        "calendar-x",
        {"and": [_MINE, {"field": "is_late", "op": "=", "value": True}]},
        hot=True,
        sort="next_contact_at",
    ),
    View(
        "unopened",
        gettext_lazy("Not opened yet"),
        "bell",
        {"and": [_MINE, _OPEN, {"field": "opened_at", "op": "empty"}]},
        hot=True,
    ),
    soon_view("lead"),
    View("valid", pgettext_lazy("lead", "Valid"), "circle-check", _in_state("valid")),
    View("invalid", pgettext_lazy("lead", "Invalid"), "circle-x", _in_state("invalid")),
    View("converted", pgettext_lazy("lead", "Converted"), "building", _in_state("converted")),
)
BECAME = (
    (Customer, "converted_customer"),
    (Contact, "converted_contact"),
    (Opportunity, "converted_opportunity"),
)
LOOKS = {State.NEW: "c1", State.WORKING: "c2", State.VALID: "c3", State.INVALID: "cb", State.CONVERTED: "c4"}
RATINGS = {"hot": "bad", "warm": "warn"}


def load_leads(rows: list[Any], book: NameBook) -> None:
    """People, tags, and what leads have become, of one page."""
    book.meet(pk for row in rows for pk in (row.owner_id, row.created_by_id, row.updated_by_id, row.converted_by_id))
    load_tags("lead", rows, book)
    for model, name in BECAME:
        book.meet_records(model, (getattr(row, f"{name}_id") for row in rows))
    load_pools(rows, book)
    veil(LEAD, rows, book.user)
    meet_campaigns(rows, book)


# Cells


def state_cell(kind: Any, value: str, book: NameBook) -> SafeString:
    return cells.status(kind.plain(value, book), LOOKS[State(value)]) if value else cells.EMPTY


def rating_cell(kind: Any, value: int | None, book: NameBook) -> SafeString:
    option = book.option(value)
    return cells.tag(str(option), RATINGS.get(option.key, "")) if option else cells.EMPTY


def became_cell(model: Any, address: str) -> Any:
    """What a lead has become, as a link; nothing of what the reader may not see."""

    def cell(kind: Any, value: Any, book: NameBook) -> SafeString:
        name = book.meet_records(model, [value.pk]).get(value.pk) if value is not None else ""
        if not name:
            return cells.EMPTY
        return SafeString(f'<a href="{address}{value.pk}/">{escape(name)}</a>')

    return cell


def lead_name(row: Any, book: NameBook, matched: str) -> SafeString:
    """Avatar, linked name, whether its owner has yet to open it, tags, and what the search matched."""
    url, name = reverse("leads:detail", args=[row.pk]), escape(row.heading)
    said = f'<span class="t3 fs12">{escape(matched)}</span>' if matched else ""
    return SafeString(
        f'<span class="cellf">{cells.avatar(row.heading, bool(row.company))}'
        f'<a class="n trunc" href="{url}" title="{name}">{name}</a>{new_mark(row)}'
        f"{cells.user_tags(row.known_tags)}{left_mark(row)}{said}</span>"
    )


def new_mark(row: Any) -> SafeString:
    """The mark of a lead that its owner has not opened yet."""
    return cells.tag(pgettext("lead", "New"), "a new") if row.is_new_to_owner else SafeString("")


def show_lead_cells() -> None:
    """Declare the cells that are special to leads; called once at start."""
    SPECIAL["lead", "state"] = state_cell
    SPECIAL["lead", "rating"] = rating_cell
    SPECIAL["lead", "campaign"] = campaign_cell
    SPECIAL["lead", "converted_customer"] = became_cell(Customer, "/customers/")
    SPECIAL["lead", "converted_contact"] = became_cell(Contact, "/contacts/")
    SPECIAL["lead", "converted_opportunity"] = became_cell(Opportunity, "/opportunities/")
    SPECIAL["lead", "came"] = came_cell
    SPECIAL["lead", "due_on"] = due_cell
    SPECIAL["lead", "last_followed_at"] = lambda kind, value, book: cells.last_follow_up(value)
    SPECIAL["lead", "next_contact_at"] = lambda kind, value, book: cells.next_contact(value)


LEAD_LIST = ListOf(
    LEAD,
    "leads:list",
    pgettext_lazy("heading", "Leads"),
    LEAD_VIEWS,
    "leads/list.html",
    lead_name,
    load=load_leads,
    needs=("company", "due_on", "name", "mobile", "phone", "state", "opened_at", "owner", "department", "created_by",
           "updated_by", "converted_by", "next_contact_at", "campaign", *(name for _model, name in BECAME)),
    loaded=("tags",),
    explain=explain_contacts,
    related_columns=tuple(name for _model, name in BECAME),
    on_phone={
        "state": "mark",
        "name": "second",
        "mobile": "second end",
        "last_followed_at": "third said",
        "next_contact_at": "third end said",
    },
    search_hint=gettext_lazy("Simple search: company, name, phone, pinyin"),
    bulk="leads/bulk.html",
    none="leads/none.html",
)  # fmt: skip
LEAD_POOL = pool_list(
    LEAD_LIST,
    route="leads:pool",
    title=gettext_lazy("Lead pool"),
    columns=("name", "rating", "source", "came", "last_owner", "last_followed_at", "released_at", "score"),
    on_phone={"name": "second", "source": "second end", "came": "third", "last_owner": "third end said"},
)
