"""Writing new customers and contacts by COPY and set statements, with keys, search text and history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from keyuan.customers.models import (
    Contact,
    ContactSearch,
    ContactTag,
    Customer,
    CustomerSearch,
    CustomerTag,
)
from keyuan.exchange.claiming import claim_keys
from keyuan.exchange.drafts import Draft
from keyuan.exchange.matching import people_numbers
from keyuan.exchange.shapes import NewContact, NewCustomer, SearchRow, tag_ids
from keyuan.org.models import User
from keyuan.records.adding import add_rows, copy_rows, next_ids
from keyuan.records.history import Operation
from keyuan.records.keys import Key
from keyuan.records.kinds.choices import ensure_tags
from keyuan.records.search_text import SearchText


def create_customers(
    drafts: Sequence[Draft], *, by: User, operation: Operation, at: datetime, details: dict[str, Any]
) -> int:
    """Add a customer for each draft that nobody was faster with; how many contacts were added with them."""
    if not drafts:
        return 0
    pks = next_ids(Customer, len(drafts))
    losers = claim_keys("customer", {pk: draft.keys for pk, draft in zip(pks, drafts, strict=True)})
    made: list[NewCustomer] = []
    for pk, draft in zip(pks, drafts, strict=True):
        if pk in losers:
            draft.refuse("meanwhile", _("Somebody saved this customer meanwhile"), draft.name_column, draft.name)
            draft.outcome = "refused"
        else:
            draft.record_id, draft.outcome = pk, "created"
            made.append(draft.shape or NewCustomer(draft, by))
            made[-1].settle(pk, by, at)
    _add_customers(made, operation, details)
    return add_contacts([one for customer in made for one in customer.people], by=by, operation=operation, at=at)


def _add_customers(made: Sequence[NewCustomer], operation: Operation, details: dict[str, Any]) -> None:
    if not made:
        return
    columns = list(made[0].row)
    rows = [[one.row[column] for column in columns] for one in made]
    said = {one.pk: details | {"row": one.draft.number} for one in made}
    add_rows(Customer, columns, rows, {one.pk: one.picture() for one in made}, operation=operation, details=said)
    pairs = [(one.pk, tag) for one in made for tag in tag_ids(one.draft.tags)]
    _add_links(CustomerTag, "customer_id", pairs)
    _add_search(CustomerSearch, [row for one in made for row in one.search()])


def add_contacts(made: Sequence[NewContact], *, by: User, operation: Operation, at: datetime) -> int:
    """Add contacts of customers that exist; how many."""
    if not made:
        return 0
    for pk, one in zip(next_ids(Contact, len(made)), made, strict=True):
        one.settle(pk, by, at)
    columns = list(made[0].row)
    rows = [[one.row[column] for column in columns] for one in made]
    add_rows(Contact, columns, rows, {one.pk: one.picture() for one in made}, operation=operation)
    _add_links(ContactTag, "contact_id", [(one.pk, tag) for one in made for tag in tag_ids(one.tags)])
    _add_search(ContactSearch, [row for one in made for row in one.search()])
    claim_keys("contact", {one.pk: [Key("phone", key) for key in people_numbers(one.person)] for one in made})
    return len(made)


def _add_links(model: type[models.Model], column: str, pairs: Sequence[tuple[int, int]]) -> None:
    if pairs:
        copy_rows(model, [column, "tag_id"], pairs)


def _add_search(model: type[SearchText], rows: Sequence[SearchRow]) -> None:
    if rows:
        copy_rows(model, ["record_id", "kind", "body"], rows)


def save_new_tags(drafts: Sequence[Draft]) -> None:
    """Tags that the file brings along; the same name is the same tag."""
    lists = [tags for draft in drafts for tags in (draft.tags, *(person.tags for person in draft.people))]
    fresh = {tag.key: tag for tags in lists for tag in tags if tag.pk is None}
    if not fresh:
        return
    saved = {tag.key: tag for tag in ensure_tags(list(fresh.values()))}
    for tags in lists:
        tags[:] = [saved[tag.key] if tag.pk is None else tag for tag in tags]
