"""The lists of opportunities and products: system views, what rows need, cells."""

from __future__ import annotations

from html import escape
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from keyuan.campaigns.lists import campaign_cell, meet_campaigns
from keyuan.customers.fields import CUSTOMER
from keyuan.customers.lists import load_tags
from keyuan.customers.models import Contact, Customer
from keyuan.opportunities.fields import OPPORTUNITY, PRODUCT
from keyuan.opportunities.models import Product, Stage
from keyuan.opportunities.models.opportunity import SEEN_WITH
from keyuan.opportunities.stages import stages_of
from keyuan.records.namebook import NameBook
from keyuan.records.veil import veil
from keyuan.ui import cells
from keyuan.ui.lists.cells import SPECIAL
from keyuan.ui.lists.page import ListOf, View

SHAPE = "opportunities_as"
"""The preference that says which shape of the opportunities somebody chose last: `board` or `list`."""
_OPEN = {"field": "outcome", "op": "=", "value": "open"}
_MINE = {"field": "owner", "op": "me"}
_BY_DAY = "expected_on"

OPPORTUNITY_VIEWS = (
    View("mine", gettext_lazy("My opportunities"), "user-check", {"and": [_MINE, _OPEN]}, sort=_BY_DAY),
    View(
        "department",
        pgettext_lazy("opportunities", "My department"),
        "layout-kanban",
        {"and": [{"field": "department", "op": "my-department"}, _OPEN]},
        sort=_BY_DAY,
    ),
    View(
        "this_month",
        gettext_lazy("Expected this month"),
        "calendar-due",
        {"and": [{"field": "expected_on", "op": "within", "value": "this-month"}, _OPEN]},
        sort=_BY_DAY,
    ),
    View(
        "stagnant",
        pgettext_lazy("opportunities", "Stagnant"),
        "hourglass",
        {"field": "is_stagnant", "op": "=", "value": True},
        hot=True,
        sort=_BY_DAY,
    ),
    View(
        "overdue",
        pgettext_lazy("opportunities", "Overdue"),
        "calendar-x",
        {"field": "is_overdue", "op": "=", "value": True},
        hot=True,
        sort=_BY_DAY,
    ),
    View(
        "won",
        gettext_lazy("Won this quarter"),
        "trophy",
        {
            "and": [
                {"field": "outcome", "op": "=", "value": "won"},
                {"field": "closed_on", "op": "within", "value": "this-quarter"},
            ]
        },
    ),
    View("lost", pgettext_lazy("opportunities", "Lost"), "circle-x", {"field": "outcome", "op": "=", "value": "lost"}),
    View(
        "slipping",
        gettext_lazy("Postponed three times"),
        "clock",
        {"and": [{"field": "slips", "op": ">=", "value": 3}, _OPEN]},
    ),
    View("all", gettext_lazy("All opportunities"), "list"),
)
PRODUCT_VIEWS = (
    View("on_sale", gettext_lazy("On sale"), "box", {"field": "is_on_sale", "op": "=", "value": True}),
    View(
        "services",
        gettext_lazy("Services"),
        "briefcase",
        {
            "and": [
                {"field": "is_on_sale", "op": "=", "value": True},
                {"field": "nature", "op": "=", "value": "service"},
            ]
        },
    ),
    View("off_sale", gettext_lazy("Off sale"), "circle-x", {"field": "is_on_sale", "op": "=", "value": False}),
    View("all", gettext_lazy("All products"), "list"),
)


def load_opportunities(rows: list[Any], book: NameBook) -> None:
    """People, contacts, products, tags of one page; a customer whom the reader may not see is told by name alone."""
    book.meet(pk for row in rows for pk in (row.owner_id, row.created_by_id, row.updated_by_id))
    book.meet_records(Contact, (pk for row in rows for pk in row.contacts))
    book.meet_records(Product, (pk for row in rows for pk in row.products))
    load_tags("opportunity", rows, book)
    load_standing(rows, book)
    meet_campaigns(rows, book)


def load_standing(rows: list[Any], book: NameBook) -> None:
    """How each stands, and what of it and its customer the reader may see."""
    known = stages_of(book)
    for row in rows:
        stage = known.by_id.get(row.stage_id)
        row.stagnation_now = row.stagnation(stage.slow_days if stage else None)
    veil(OPPORTUNITY, rows, book.user)
    customers = [row.customer for row in rows if row._state.fields_cache.get("customer") is not None]
    veil(CUSTOMER, customers, book.user)
    reach = book.user.reach("customer", SEEN_WITH)
    for customer in customers:
        customer.is_seen = reach.covers(customer.owner_id, customer.department_id)


def customer_cell(kind: Any, value: Customer | None, book: NameBook) -> SafeString:
    if value is None:
        return cells.EMPTY
    name = escape(value.short_or_name)
    if not getattr(value, "is_seen", True):
        return SafeString(name)
    return SafeString(
        f'<a href="{reverse("customers:detail", args=[value.pk])}" title="{escape(value.name)}">{name}</a>'
    )


def stage_cell(kind: Any, value: int | None, book: NameBook) -> SafeString:
    """The stage with its place on the way, so that colour does not speak alone."""
    stage = stages_of(book).by_id.get(value or 0)
    if stage is None:
        return cells.EMPTY
    look = {Stage.Kind.WON: "ok", Stage.Kind.LOST: "bad"}.get(Stage.Kind(stage.kind), "")
    return cells.tag(str(stage), look) if look else SafeString(escape(str(stage)))


def opportunity_name(row: Any, book: NameBook, matched: str) -> SafeString:
    url = reverse("opportunities:detail", args=[row.pk])
    tags = cells.user_tags(row.known_tags)
    return SafeString(
        f'<span class="cellf"><a class="n trunc" href="{url}" title="{escape(row.name)}">{escape(row.name)}</a>'
        f"{standing(row)}{tags}</span>"
    )


def standing(row: Any) -> SafeString:
    """What is wrong with it in one tag: past its day, or standing still."""
    if row.is_overdue:
        return cells.tag(pgettext("opportunity", "Overdue"), "bad")
    if row.stagnation_now:
        days = row.stagnant_days
        said = ngettext("Still for %(n)d day", "Still for %(n)d days", days) % {"n": days}
        return cells.tag(said, "bad" if row.stagnation_now == "stuck" else "warn")
    return SafeString("")


def product_name(row: Any, book: NameBook, matched: str) -> SafeString:
    url = reverse("products:detail", args=[row.pk])
    mark = "" if row.is_on_sale else cells.tag(_("Off sale"))
    return SafeString(f'<span class="cellf"><a class="n trunc" href="{url}">{escape(row.name)}</a>{mark}</span>')


def load_products(rows: list[Any], book: NameBook) -> None:
    book.meet(pk for row in rows for pk in (row.created_by_id, row.updated_by_id))
    veil(PRODUCT, rows, book.user)


def show_opportunity_cells() -> None:
    """Declare the cells that are special to opportunities; called once at start."""
    SPECIAL["opportunity", "customer"] = customer_cell
    SPECIAL["opportunity", "stage"] = stage_cell
    SPECIAL["opportunity", "campaign"] = campaign_cell
    SPECIAL["opportunity", "last_followed_at"] = lambda kind, value, book: cells.last_follow_up(value)
    SPECIAL["opportunity", "next_contact_at"] = lambda kind, value, book: cells.next_contact(value)


OPPORTUNITY_LIST = ListOf(
    OPPORTUNITY,
    "opportunities:list",
    pgettext_lazy("heading", "Opportunities"),
    OPPORTUNITY_VIEWS,
    "opportunities/list.html",
    opportunity_name,
    load=load_opportunities,
    related=("customer",),
    on_phone={
        "stage": "mark",
        "customer": "second",
        "amount": "second end",
        "expected_on": "third said",
        "owner": "third end",
    },
    search_hint=gettext_lazy("Simple search: opportunity, customer"),
    bulk="opportunities/bulk.html",
    none="opportunities/none.html",
)
PRODUCT_LIST = ListOf(
    PRODUCT,
    "products:list",
    pgettext_lazy("heading", "Products"),
    PRODUCT_VIEWS,
    "opportunities/products/list.html",
    product_name,
    load=load_products,
    on_phone={"code": "second", "list_price": "second end", "category": "third", "unit": "third end"},
    search_hint=gettext_lazy("Simple search: name, code"),
    bulk="opportunities/products/bulk.html",
    none="opportunities/products/none.html",
)
