"""Writing new customers and contacts by COPY and set statements, with keys, search text and history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils.translation import gettext as _

from keyuan.customers.levels import levels_for_saving
from keyuan.customers.models import (
    Contact,
    ContactSearch,
    ContactTag,
    Customer,
    CustomerSearch,
    CustomerTag,
)
from keyuan.exchange.beside import COLUMNS, Beside
from keyuan.exchange.claiming import claim_keys
from keyuan.exchange.drafts import Draft
from keyuan.exchange.numbers import Numbers
from keyuan.exchange.shapes import NewContact, NewCustomer, Shape, layout, stamps
from keyuan.org.models import User
from keyuan.records.adding import copy_created, copy_lines
from keyuan.records.history import Operation
from keyuan.records.keys import DuplicateKey
from keyuan.records.kinds.choices import ensure_tags
from keyuan.records.models import Record
from keyuan.records.search_text import SearchText


@dataclass
class Writing:
    """What all rows of one chunk have in common.

    Attributes:
        of: the id of the import, which the events of customers name.
        beside: who writes the search text, where it isn't this transaction.
    """

    by: User
    operation: Operation
    at: datetime
    of: int
    numbers: Numbers
    beside: Beside | None = None

    def index(self, model: type[SearchText], lines: Sequence[str]) -> None:
        """Add search text."""
        if self.beside is None:
            copy_lines(model, COLUMNS, lines)
        else:
            self.beside.copy(model, lines)


def create_customers(drafts: Sequence[Draft], to: Writing) -> int:
    """Add a customer for each draft that nobody was faster with; how many contacts were added with them."""
    for draft in drafts:
        draft.shape = draft.shape or NewCustomer(draft, to.by, to.numbers, to.of)
    levels, wanted = levels_for_saving(), {}
    for draft in drafts:
        raised = levels.raised("customer", draft.keys)  # they may have been raised since the row was read
        wanted[draft.shape.pk] = list(dict.fromkeys([*draft.shape.blocking, *raised]))
    losers = claim_keys("customer", wanted)
    made: list[NewCustomer] = []
    for draft in drafts:
        if draft.shape.pk in losers:
            draft.refuse("meanwhile", _("Somebody saved this customer meanwhile"), draft.name_column, draft.name)
            draft.outcome = "refused"
        else:
            draft.record_id, draft.outcome = draft.shape.pk, "created"
            made.append(draft.shape)
    _add(Customer, CustomerSearch, CustomerTag, "customer_id", made, to)
    return add_contacts([one for customer in made for one in customer.people], to)


def add_contacts(made: Sequence[NewContact], to: Writing) -> int:
    """Add contacts of customers that exist; how many."""
    _add(Contact, ContactSearch, ContactTag, "contact_id", made, to)
    return len(made)


def _add(
    model: type[Record],
    search: type[SearchText],
    tag: type[models.Model],
    column: str,
    made: Sequence[Shape],
    to: Writing,
) -> None:
    """Records with their history, search text, tags, and keys that do not block."""
    if not made:
        return
    to.index(search, [line for one in made for line in one.search])
    copy_lines(model, layout(model).columns, [one.line for one in made], stamps(model, to.by, to.at))
    copy_created(model, [one.event for one in made], [one.change for one in made], operation=to.operation, at=to.at)
    copy_lines(tag, [column, "tag_id"], [f"{one.pk}\t{pk}" for one in made for pk in one.tags])
    same = {"record_type": model.module, "live": True, "blocks": False}
    copy_lines(DuplicateKey, ["kind", "key", "record_id"], [line for one in made for line in one.keys], same)


def save_new_tags(drafts: Sequence[Draft]) -> None:
    """Tags that the file brings along; the same name is the same tag."""
    lists = [tags for draft in drafts for tags in (draft.tags, *(person.tags for person in draft.people))]
    fresh = {tag.key: tag for tags in lists for tag in tags if tag.pk is None}
    if not fresh:
        return
    saved = {tag.key: tag for tag in ensure_tags(list(fresh.values()))}
    for tags in lists:
        tags[:] = [saved[tag.key] if tag.pk is None else tag for tag in tags]
