"""What the page of one customer shows, worked out for one reader."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from keyuan.customers.fields import CONTACT, CUSTOMER
from keyuan.customers.lists import load_customers
from keyuan.customers.models import Contact, Customer, CustomerAddress
from keyuan.customers.models.deriving import COUNTED, missing
from keyuan.org.models import User
from keyuan.records.catalogue import Catalogue, Field
from keyuan.records.models import Record
from keyuan.records.namebook import NameBook
from keyuan.records.options import Tag
from keyuan.ui import cells
from keyuan.ui.lists.cells import cell

ELSEWHERE = {"name", "tags", "relationship", "completeness", "last_followed_at", "next_contact_at", "primary_contact",
             "behind_schedule", "id", "updated_by", "lost_reason", "lost_on", "owner"}  # fmt: skip


def fact(catalogue: Catalogue, one: Field, record: Record, book: NameBook, may_edit: bool) -> dict[str, Any]:
    """One row of a field group: label, value, and where it is edited in place."""
    value = one.read(record)
    shown = cell(catalogue.module, one, record, book) if value not in (None, "", []) else ""
    if one.kind.name in ("long_text", "names"):
        shown = SafeString(escape(one.kind.plain(value, book)).replace("\n", "<br>"))
    editable = may_edit and one.editable and one.name not in ("customer",)
    edit = reverse(f"{catalogue.module}s:field", args=[record.pk, one.name]) if editable else ""
    return {"label": one.label, "value": shown, "edit": edit, "edit_id": f"field-{one.name}", "name": one.name}


def groups(catalogue: Catalogue, record: Record, book: NameBook, may_edit: bool, without: Iterable[str]) -> list[Any]:
    """The field groups of a detail page: (title, rows)."""
    blocks: dict[str, list[Any]] = {key: [] for key in catalogue.groups}
    for one in catalogue.visible_fields(book.user).values():
        if one.name not in without:
            blocks[one.group].append(fact(catalogue, one, record, book, may_edit))
    return [(catalogue.groups[key], rows) for key, rows in blocks.items() if rows]


def tags_of(catalogue: Catalogue, record: Record, book: NameBook) -> list[Tag]:
    """The tags of a record that the reader may use."""
    return [book.tags[pk] for pk in catalogue.fields["tags"].read(record) if pk in book.tags]


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
        return list(rows.order_by("-is_primary", "has_left", "pk")[:200])

    def cards(self) -> list[dict[str, Any]]:
        """The contacts as cards: roles as tags, the number to call."""
        return [
            {
                "contact": one,
                "roles": cell("contact", CONTACT.fields["roles"], one, self.book) if one.roles else "",
                "number": (one.mobile or one.phone).split(";")[0],
            }
            for one in self.contacts
        ]

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
        level = book.option(customer.level_id)
        days = level.extra.get("days") if level else None
        left = len(missing(customer)) + (not self.contacts)
        return [
            {"label": _("Last follow-up"), "value": cells.last_follow_up(customer.last_followed_at)},
            {"label": _("Next contact"), "value": cells.next_contact(customer.next_contact_at)},
            {
                "label": _("Completeness"),
                "value": self._meter(),
                "small": _("%(n)d to go") % {"n": left} if left else "",
            },
            {
                "label": _("Level"),
                "value": str(level or "—"),
                "small": _("every %(n)d days") % {"n": days} if days else "",
            },
            {"label": _("Relationship"), **self._relationship()},
            {"label": _("Owner"), "value": cells.person(str(book.person(customer.owner_id) or ""))},
        ]

    def _meter(self) -> SafeString:
        percent = self.customer.completeness
        return SafeString(f'{percent}% <progress class="s cpl" value="{percent}" max="100">{percent}%</progress>')

    def _relationship(self) -> dict[str, Any]:
        customer = self.customer
        label = customer.get_relationship_display()
        if customer.relationship == Customer.Relationship.NORMAL:
            return {"value": label}
        reason = str(self.book.option(customer.lost_reason_id) or "")
        return {"value": label, "small": f"{reason} · {customer.lost_on}", "kind": "bad"}

    def path(self) -> list[dict[str, Any]]:
        """The classes as a path, up to the one the customer stands in."""
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
        """Current and former addresses by kind (C18)."""
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
            "may_add_contact": self.may_edit and self.user.may("contact", "create"),
            "groups": groups(CUSTOMER, customer, self.book, self.may_edit, ELSEWHERE),
            "category": self.book.option(customer.category_id),
            "tags": tags_of(CUSTOMER, customer, self.book),
            "filled": f"{filled}/{len(COUNTED)}",
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
