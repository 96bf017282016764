"""What the page of one customer shows, worked out for one reader."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keyuan.customers.fields import CONTACT, CUSTOMER
from keyuan.customers.lists import load_customers
from keyuan.customers.models import Contact, Customer, CustomerAddress
from keyuan.customers.models.deriving import COUNTED, missing
from keyuan.org.models import User
from keyuan.pools.record import due_fact, of_record
from keyuan.records.catalogue import Catalogue, Field
from keyuan.records.kinds import Masked
from keyuan.records.kinds.masked import Part
from keyuan.records.models import Record
from keyuan.records.namebook import NameBook
from keyuan.records.options import Tag
from keyuan.records.veil import veil
from keyuan.ui import cells
from keyuan.ui.lists.cells import cell

FACTS = {
    "last_followed_at": gettext_lazy("Last follow-up"),
    "next_contact_at": gettext_lazy("Next contact"),
    "completeness": gettext_lazy("Completeness"),
    "level": gettext_lazy("Level"),
    "relationship": gettext_lazy("Relationship"),
    "owner": gettext_lazy("Owner"),
}
ELSEWHERE = {"name", "tags", "relationship", "completeness", "last_followed_at", "next_contact_at", "primary_contact",
             "behind_schedule", "id", "updated_by", "lost_reason", "lost_on", "owner",
             "came", "due_on", "comes_soon", "is_locked"}  # fmt: skip


MORE_FACTS: list[Callable[[Customer, User], list[dict[str, Any]]]] = []
"""What rooms above tell of a customer in the strip of facts, before its own; declared at start."""


def fact(catalogue: Catalogue, one: Field, record: Record, book: NameBook, may_edit: bool) -> dict[str, Any]:
    """One row of a field group: label, value, and where it is edited in place."""
    value = one.read(record)
    shown = cell(catalogue.module, one, record, book) if value not in (None, "", []) else ""
    if one.kind.name in ("long_text", "names"):
        shown = SafeString(escape(one.kind.plain(value, book)).replace("\n", "<br>"))
    editable = may_edit and one.editable and one.name not in ("customer",)
    edit = reverse(catalogue.route("field"), args=[record.pk, one.name]) if editable else ""
    return {
        "label": one.label,
        "value": shown,
        "edit": edit,
        "edit_id": f"field-{one.name}",
        "name": one.name,
        "show": where_shown(catalogue, one, record) if shown else "",
    }


def where_shown(catalogue: Catalogue, one: Field, record: Record) -> str:
    """The address that shows the whole value of a masked field; "" for any other."""
    is_masked = isinstance(one.kind, Masked)
    return reverse(catalogue.route("show"), args=[record.pk, one.name]) if is_masked else ""


def groups(catalogue: Catalogue, record: Record, book: NameBook, may_edit: bool, without: Iterable[str]) -> list[Any]:
    """The field groups of a detail page: (title, rows)."""
    blocks: dict[str, list[Any]] = {key: [] for key in catalogue.groups}
    for one in catalogue.visible_fields(book.user).values():
        if one.name not in without:
            blocks[one.group].append(fact(catalogue, one, record, book, may_edit))
    return [(catalogue.groups[key], rows) for key, rows in blocks.items() if rows]


def tags_of(catalogue: Catalogue, record: Record, book: NameBook) -> list[Tag]:
    """The tags of a record that the reader may use."""
    field = catalogue.visible_fields(book.user).get("tags")
    return [book.tags[pk] for pk in field.read(record) if pk in book.tags] if field else []


class CustomerDetail:
    """One customer before the eyes of one person."""

    def __init__(self, customer: Customer, user: User) -> None:
        self.customer, self.user = customer, user
        self.book = NameBook(user)
        load_customers([customer], self.book)

    @cached_property
    def may_edit(self) -> bool:
        return self.customer.allows(self.user, "edit")

    @cached_property
    def contacts(self) -> list[Contact]:
        rows = Contact.objects.visible_to(self.user).filter(customer=self.customer)
        found = list(rows.order_by("-is_primary", "has_left", "pk")[:200])
        veil(CONTACT, found, self.user)
        return found

    def cards(self) -> list[dict[str, Any]]:
        """The contacts as cards: roles as tags, the number to call, or where it is shown."""
        return [
            {
                "contact": one,
                "roles": cell("contact", CONTACT.fields["roles"], one, self.book) if one.roles else "",
                **self._number(one),
                "wechat": "" if isinstance(one.wechat, Part) else one.wechat,
            }
            for one in self.contacts
        ]

    def _number(self, contact: Contact) -> dict[str, Any]:
        name = "mobile" if contact.mobile else "phone"
        number = getattr(contact, name)
        field = CONTACT.visible_fields(self.user).get(name)
        if field is None or not isinstance(number, Part):
            return {"number": number.split(";")[0], "show": ""}
        return {"number": number, "show": where_shown(CONTACT, field, contact), "label": field.label}

    def tree(self) -> list[tuple[int, Contact]]:
        """Who reports to whom: contacts with their depth, superiors first (K8)."""
        below: dict[int | None, list[Contact]] = {}
        known = {one.pk for one in self.contacts}
        for one in self.contacts:
            below.setdefault(one.reports_to_id if one.reports_to_id in known else None, []).append(one)
        walked: list[tuple[int, Contact]] = []
        _walk(below, None, 0, walked)
        return walked

    def facts(self) -> list[dict[str, Any]]:
        customer, book = self.customer, self.book
        shown = {
            "last_followed_at": {"value": cells.last_follow_up(customer.last_followed_at)},
            "next_contact_at": {"value": cells.next_contact(customer.next_contact_at)},
            "completeness": self._completeness(),
            "level": self._level(),
            "relationship": self._relationship(),
            "owner": {"value": cells.person(str(book.person(customer.owner_id) or ""))},
        }
        own = [{"label": FACTS[name]} | fact for name, fact in shown.items() if name in self.fields]
        if (due := due_fact(customer, self.user)) is not None:
            own.insert(0, due)
        return [*(fact for tell in MORE_FACTS for fact in tell(customer, self.user)), *own]

    @cached_property
    def fields(self) -> dict[str, Field]:
        return CUSTOMER.visible_fields(self.user)

    def _completeness(self) -> dict[str, Any]:
        left = len(missing(self.customer)) + (not self.contacts)
        return {"value": self._meter(), "small": _("%(n)d to go") % {"n": left} if left else ""}

    def _level(self) -> dict[str, Any]:
        level = self.book.option(self.customer.level_id)
        days = level.extra.get("days") if level else None
        return {"value": str(level or "—"), "small": _("every %(n)d days") % {"n": days} if days else ""}

    def _meter(self) -> SafeString:
        percent = self.customer.completeness
        return SafeString(f'{percent}% <progress class="s cpl" value="{percent}" max="100">{percent}%</progress>')

    def _relationship(self) -> dict[str, Any]:
        customer = self.customer
        label = customer.get_relationship_display()
        if customer.relationship == Customer.Relationship.NORMAL:
            return {"value": label}
        told = [str(self.book.option(customer.lost_reason_id) or ""), str(customer.lost_on or "")]
        return {"value": label, "small": " · ".join(filter(None, told)), "kind": "bad"}

    def path(self) -> list[dict[str, Any]]:
        """The classes as a path, up to the one the customer stands in; nothing where the class is hidden."""
        if "category" not in self.fields:
            return []
        options = [one for one in self.book.options("category") if not one.is_retired]
        place = next((i for i, one in enumerate(options) if one.pk == self.customer.category_id), -1)
        return [
            {"label": str(one), "state": "done" if i < place else "now" if i == place else ""}
            for i, one in enumerate(options)
        ]

    def summary(self) -> str:
        customer = self.customer
        parts = [
            CUSTOMER.fields[name].kind.plain(getattr(customer, name), self.book) for name in ("industry", "region")
        ]
        site = customer.website.removeprefix("https://").removeprefix("http://").rstrip("/")
        return " · ".join(part for part in [*parts, site] if part)

    def addresses(self) -> list[dict[str, Any]]:
        """Current and former addresses by kind (C18), for those who see the address in full."""
        if not self.user.rights.sees("customer", "address"):
            return []
        rows = list(self.customer.addresses.all())
        current = [row for row in rows if row.until is None]
        return [
            {"address": row, "former": [one for one in rows if one.kind == row.kind and one.until is not None]}
            for row in current
        ]

    def address_kinds(self) -> list[tuple[str, Any]]:
        return list(CustomerAddress.Kind.choices)

    def context(self) -> dict[str, Any]:
        customer = self.customer
        filled = len(COUNTED) - len(missing(customer))
        return {
            "title": customer.name,
            "customer": customer,
            "detail": self,
            "may_edit": self.may_edit,
            "may_delete": customer.allows(self.user, "delete"),
            "may_transfer": self.user.reach("customer", "transfer").covers(customer.owner_id, customer.department_id),
            "may_see_deals": self.user.may("opportunity", "view"),
            "may_open_deal": self.user.may("opportunity", "create") and customer.pool_id is None,
            "may_add_contact": self.may_edit and self.user.may("contact", "create"),
            "groups": groups(CUSTOMER, customer, self.book, self.may_edit, ELSEWHERE),
            "category": self.book.option(customer.category_id),
            "tags": tags_of(CUSTOMER, customer, self.book),
            "filled": f"{filled}/{len(COUNTED)}" if "completeness" in self.fields else "",
            "may_move": self.may_edit and "address" in CUSTOMER.editable_fields(self.user),
            "may_tag": self.may_edit and "tags" in CUSTOMER.editable_fields(self.user),
            "hands": of_record(customer, self.user),
            "lost_reasons": [one for one in self.book.options("lost_reason") if not one.is_retired],
        }


def _walk(
    below: dict[int | None, list[Contact]], root: int | None, depth: int, walked: list[tuple[int, Contact]]
) -> None:
    if depth > 20:
        return  # a circle of superiors is shown once, not for ever
    for one in below.get(root, []):
        walked.append((depth, one))
        _walk(below, one.pk, depth + 1, walked)
