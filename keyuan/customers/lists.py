"""The lists of customers and contacts: system views, what rows need, what a search matched."""

from __future__ import annotations

from functools import cache
from html import escape
from itertools import starmap
from typing import Any, NamedTuple

from django.db import connection
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from keyuan.customers.fields import CONTACT, CUSTOMER
from keyuan.customers.finding import shows
from keyuan.customers.models import Customer
from keyuan.customers.models.contact import sees_contacts
from keyuan.pools.lists import came_cell, due_cell, left_mark, load_pools, pool_list, soon_view
from keyuan.records.cleaners.phone import masked
from keyuan.records.models import Tag
from keyuan.records.namebook import NameBook
from keyuan.records.text import digits
from keyuan.records.veil import veil
from keyuan.ui import cells
from keyuan.ui.lists.cells import SPECIAL
from keyuan.ui.lists.page import ListOf, View

_NOT_LOST = {"field": "relationship", "op": "!=", "value": "lost"}

CUSTOMER_VIEWS = (
    View("all", gettext_lazy("All customers"), "building"),
    View("department", gettext_lazy("My department"), "users", {"field": "department", "op": "my-department"}),
    View("mine", gettext_lazy("Mine"), "user-check", {"field": "owner", "op": "me"}),
    View(
        "due",
        gettext_lazy("To follow up"),
        "calendar-due",
        {"and": [{"field": "owner", "op": "me"}, {"field": "behind_schedule", "op": "=", "value": True}, _NOT_LOST]},
        hot=True,
    ),
    View(
        "no_next",
        gettext_lazy("No next step"),
        "flag-3",
        {"and": [{"field": "owner", "op": "me"}, {"field": "next_contact_at", "op": "empty"}, _NOT_LOST]},
    ),
    soon_view("customer"),
    View("watched", gettext_lazy("Watched"), "tag", {"field": "tags", "op": "any", "value": ["重点关注"]}),
    View(
        "quiet",
        gettext_lazy("No follow-up for 30 days"),
        "hourglass",
        {
            "and": [
                {"not": {"field": "created_at", "op": "within", "value": "30d"}},
                {"not": {"field": "last_followed_at", "op": "within", "value": "30d"}},
                _NOT_LOST,
            ]
        },
        hot=True,
    ),
)
CONTACT_VIEWS = (
    View("all", gettext_lazy("All contacts"), "address-book", {"field": "has_left", "op": "=", "value": False}),
    View(
        "deciders",
        gettext_lazy("Decision makers"),
        "user-check",
        {
            "and": [
                {"field": "roles", "op": "any", "value": ["decision_maker"]},
                {"field": "has_left", "op": "=", "value": False},
            ]
        },
    ),
    View("left", gettext_lazy("Have left"), "users", {"field": "has_left", "op": "=", "value": True}),
)


def load_customers(rows: list[Any], book: NameBook) -> None:
    """Owners, tags, primary contacts and stars of one page, a query each."""
    pks = [row.pk for row in rows]
    book.meet(pk for row in rows for pk in (row.owner_id, row.created_by_id, row.updated_by_id))
    load_tags("customer", rows, book)
    primary = {one.customer_id: one for one in contacts_seen(PRIMARY, pks, book)}
    starred = {pk for (pk,) in fetched(STARRED, pks, book.user.pk)}
    for row in rows:
        row.primary_contact = primary.get(row.pk) if sees_contacts(book.user, row) else None
        row.is_starred = row.pk in starred
    load_pools(rows, book)
    veil(CUSTOMER, rows, book.user)


class ContactSeen(NamedTuple):
    """What a list of customers shows of a contact."""

    pk: int
    customer_id: int
    name: str
    mobile: str
    phone: str


def contacts_seen(sql: str, pks: list[int], book: NameBook) -> list[ContactSeen]:
    """The contacts of these customers, their numbers as far as the reader sees them."""
    found = list(starmap(ContactSeen, fetched(sql, pks)))
    fields = CONTACT.visible_fields(book.user)
    if fields is CONTACT.fields:
        return found
    numbers = [(name, fields.get(name)) for name in ("mobile", "phone")]
    return [one._replace(**{name: seen.read(one) if seen else "" for name, seen in numbers}) for one in found]  # type: ignore[arg-type]


CONTACTS = """
    SELECT id, customer_id, name, mobile, phone FROM contact
    WHERE customer_id = ANY(%s::bigint[]) AND deleted_at IS NULL ORDER BY id
"""
PRIMARY = CONTACTS.replace("ORDER BY id", "AND is_primary")
STARRED = (
    "SELECT record_id FROM favourite WHERE record_id = ANY(%s::bigint[]) AND user_id = %s AND record_type = 'customer'"
)
TAGGED = "SELECT {0}_id, tag_id FROM {0}_tag WHERE {0}_id = ANY(%s::bigint[])"


def fetched(sql: str, *given: Any) -> list[tuple[Any, ...]]:
    """The rows of a small query of each page of a list: as it stands it takes a third of what Django needs."""
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.fetchall()


def load_tags(module: str, rows: list[Any], book: NameBook) -> None:
    """The tags of these records that the person may use, in one query: `row.known_tags`, and `row.tags.all()`."""
    known: dict[int, list[Tag]] = {}
    for pk, tag in fetched(TAGGED.format(module), [row.pk for row in rows]):
        if tag in book.tags:
            known.setdefault(pk, []).append(book.tags[tag])
    for tags in known.values():
        tags.sort(key=lambda tag: (tag.group, tag.name, tag.pk))
    for row in rows:
        row.known_tags = known.get(row.pk, [])
        row._prefetched_objects_cache = {"tags": row.known_tags}


def load_contacts(rows: list[Any], book: NameBook) -> None:
    book.meet(pk for row in rows for pk in (row.created_by_id, row.updated_by_id))
    load_tags("contact", rows, book)
    veil(CONTACT, rows, book.user)
    veil(CUSTOMER, [row.customer for row in rows if "customer" in row._state.fields_cache], book.user)


# Cells

_STAR = '<span class="starred" title="{title}">{icon}</span>'


def _page_of(room: str, row: Any) -> str:
    return f"{_list_of(room)}{row.pk}/"


@cache
def _list_of(room: str) -> str:
    return reverse(f"{room}:list")


def customer_name(row: Any, book: NameBook, matched: str) -> SafeString:
    """Avatar, linked name, star, the first tag, and what the search matched."""
    star = (
        _STAR.format(title=escape(_("Favourite")), icon=cells.icon("star-filled", "s"))
        if getattr(row, "is_starred", False)
        else ""
    )
    tags = cells.user_tags(row.known_tags)
    return SafeString(
        f'<span class="cellf">{cells.avatar(row.short_or_name, True)}'
        f'<a class="n trunc" href="{_page_of("customers", row)}" title="{escape(row.name)}">'
        f"{escape(row.name)}</a>{star}{tags}{left_mark(row)}{_matched(matched)}</span>"
    )


REACHED = ("owner", "department", "created_by", "updated_by")


def contact_name(row: Any, book: NameBook, matched: str) -> SafeString:
    url = _page_of("contacts", row)
    left = cells.tag(_("Has left"), "warn") if row.has_left else ""
    return SafeString(
        f'<span class="cellf">{cells.avatar(row.name)}<a class="n trunc" href="{url}">{escape(row.name)}</a>'
        f"{left}{cells.user_tags(row.known_tags)}{_matched(matched)}</span>"
    )


def _matched(text: str) -> str:
    return f'<span class="t3 fs12">{escape(text)}</span>' if text else ""


def _primary_contact(kind: Any, value: Any, book: NameBook) -> SafeString:
    if value is None:
        return cells.EMPTY
    number = (value.mobile or value.phone).split(";")[0]
    told = f' <span class="t3 cph">{escape(masked(number))}</span>' if number else ""
    return SafeString(f"{escape(value.name)}{told}")


def _customer_link(kind: Any, value: Customer | None, book: NameBook) -> SafeString:
    if value is None:
        return cells.EMPTY
    return SafeString(f'<a href="{_page_of("customers", value)}">{escape(value.name)}</a>')


def show_cells() -> None:
    """Declare the cells that are special to customers and contacts; called once at start."""
    SPECIAL["customer", "primary_contact"] = _primary_contact
    SPECIAL["customer", "parent"] = _customer_link
    SPECIAL["contact", "customer"] = _customer_link
    SPECIAL["customer", "came"] = came_cell
    SPECIAL["customer", "due_on"] = due_cell
    SPECIAL["customer", "last_followed_at"] = lambda kind, value, book: cells.last_follow_up(value)
    SPECIAL["customer", "next_contact_at"] = lambda kind, value, book: cells.next_contact(value)


# What a search matched, where the name does not show it


def explain_customers(rows: list[Any], words: tuple[str, ...], book: NameBook) -> dict[int, str]:
    """Per customer, the first thing other than its name that matched: a former name, a contact, a phone."""
    puzzling = [row for row in rows if not shows(words, row.name, row.short_name)]
    seen = [row.pk for row in puzzling if sees_contacts(book.user, row)]
    contacts: dict[int, list[ContactSeen]] = {}
    for contact in contacts_seen(CONTACTS, seen, book):
        contacts.setdefault(contact.customer_id, []).append(contact)
    return {row.pk: _because(row, contacts.get(row.pk, []), words) for row in puzzling}


def _because(row: Customer, contacts: list[ContactSeen], words: tuple[str, ...]) -> str:
    for name in row.former_names:
        if shows(words, name):
            return _("Matched: former name %(name)s") % {"name": name}
    for contact in contacts:
        if shows(words, contact.name):
            return _("Matched: contact %(name)s") % {"name": contact.name}
    number = next((word for word in words if word.isdecimal()), "")
    return _number_matched(number, row, contacts) if number else ""


def _number_matched(number: str, row: Customer, contacts: list[ContactSeen]) -> str:
    told = [row.phone, *(text for one in contacts for text in (one.mobile, one.phone))]
    if any("*" in text for text in told) or not any(told):
        return _("Matched: phone …%(end)s") % {"end": number[-4:]}  # found by the whole number, of which a part is told
    if number in digits(row.phone):
        return _("Matched: phone …%(end)s") % {"end": digits(row.phone)[-4:]}
    for contact in contacts:
        found = digits(contact.mobile) if number in digits(contact.mobile) else digits(contact.phone)
        if number in found:
            return _("Matched: contact %(name)s, phone …%(end)s") % {"name": contact.name, "end": found[-4:]}
    return "" if number in row.uscc else _("Matched: former phone")


def explain_contacts(rows: list[Any], words: tuple[str, ...], book: NameBook) -> dict[int, str]:
    number = next((word for word in words if word.isdecimal()), "")
    if not number:
        return {}
    found = {row.pk: digits(row.mobile) if number in digits(row.mobile) else digits(row.phone) for row in rows}
    return {pk: _("Matched: phone …%(end)s") % {"end": text[-4:]} for pk, text in found.items() if number in text}


CUSTOMER_LIST = ListOf(
    CUSTOMER,
    "customers:list",
    pgettext_lazy("heading", "Customers"),
    CUSTOMER_VIEWS,
    "customers/list.html",
    customer_name,
    load=load_customers,
    needs=(*REACHED, "due_on", "name", "short_name", "former_names", "phone", "uscc"),
    loaded=("tags", "primary_contact"),
    explain=explain_customers,
    on_phone={
        "category": "mark",
        "industry": "second",
        "region": "second",
        "primary_contact": "second end",
        "last_followed_at": "third said",
        "next_contact_at": "third end said",
    },
    related_columns=("parent",),
    bulk="customers/bulk.html",
    none="customers/none.html",
)
CUSTOMER_POOL = pool_list(
    CUSTOMER_LIST,
    route="customers:pool",
    title=gettext_lazy("Customer pool"),
    columns=("industry", "region", "source", "came", "last_owner", "last_followed_at", "released_at"),
    on_phone={
        "industry": "second",
        "region": "second",
        "came": "third",
        "last_owner": "third end said",
    },
)
CONTACT_LIST = ListOf(
    CONTACT,
    "contacts:list",
    pgettext_lazy("heading", "Contacts"),
    CONTACT_VIEWS,
    "customers/contacts/list.html",
    contact_name,
    load=load_contacts,
    explain=explain_contacts,
    on_phone={"title": "mark", "customer": "second", "mobile": "third", "roles": "third end"},
    related=("customer",),
    bulk="customers/contacts/bulk.html",
    none="customers/contacts/none.html",
)
