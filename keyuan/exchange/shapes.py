"""Customers and contacts as rows of their tables, without a model instance for each."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from types import SimpleNamespace
from typing import Any

from django.db import connection, models

from keyuan.customers.models import Contact, Customer
from keyuan.customers.models.deriving import (
    completeness,
    contact_text,
    customer_text,
    lines,
    phone_text,
    sort_name,
)
from keyuan.exchange.drafts import Draft, Person
from keyuan.org.models import User
from keyuan.records.options import Tag
from keyuan.records.search_text import Kind

SearchRow = tuple[int, str, str]
ALWAYS_SAID = ("customer", "is_primary", "has_left")


@cache
def blank_row(model: type[models.Model]) -> dict[str, Any]:
    """What every column of a new row holds when nobody fills it in."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    values: dict[Any, Any] = {field.column: field.get_db_prep_save(field.get_default(), connection) for field in fields}
    return {name: str(value) if isinstance(value, str) else value for name, value in values.items()} | {"custom": "{}"}


@cache
def columns_of(model: type[models.Model]) -> dict[str, str]:
    """Column by field name."""
    return {field.name: str(field.column) for field in model._meta.concrete_fields}


def raw(value: Any) -> Any:
    """Rows as their ids, as columns and history keep them."""
    return value.pk if isinstance(value, models.Model) else value


def shape(model: type[models.Model], values: dict[str, Any]) -> dict[str, Any]:
    """The columns of a new row."""
    columns = columns_of(model)
    return blank_row(model) | {columns[name]: raw(value) for name, value in values.items()}


class NewCustomer:
    """A customer about to be added: its row, its picture for the history, its search text.

    Args:
        by: who imports; the owner too, unless the row names another.
    """

    def __init__(self, draft: Draft, by: User) -> None:
        owner = draft.owner or by
        self.pk, self.draft = 0, draft
        self.people = [NewContact(person, 0) for person in draft.people]
        choose_primary(self.people)
        self.row = shape(Customer, draft.values | {"owner": owner}) | {"department_id": owner.department_id}
        self.like = SimpleNamespace(**self.row)
        self.row["sort_name"] = sort_name(draft.name)
        self.row["completeness"] = completeness(self.like, bool(self.people))  # type: ignore[arg-type]
        self.bodies = self._bodies()

    def settle(self, pk: int, by: User, at: datetime) -> None:
        """Give it its id and its moment."""
        self.pk = pk
        self.row |= stamps(pk, by, at) | {"category_since": at}
        for person in self.people:
            person.row["customer_id"] = pk

    def picture(self) -> dict[str, Any]:
        """The values as history keeps them."""
        values = {name: raw(value) for name, value in self.draft.values.items()}
        values |= {"id": self.pk, "owner": self.row["owner_id"], "relationship": self.row["relationship"]}
        if self.row["department_id"]:
            values["department"] = self.row["department_id"]
        if self.draft.tags:
            values["tags"] = tag_ids(self.draft.tags)
        return values

    def search(self) -> list[SearchRow]:
        return [(self.pk, kind, body) for kind, body in self.bodies if body]

    def _bodies(self) -> list[tuple[str, str]]:
        people = [person.like for person in self.people]
        tags = [tag.name for tag in self.draft.tags if tag.owner_id is None]
        numbers = [self.like.phone, *(number for one in people for number in (one.mobile, one.phone))]
        return [
            (Kind.TEXT.value, customer_text(self.like, people, tags)),  # type: ignore[arg-type]
            (Kind.PHONE.value, phone_text(*numbers)),
            (Kind.EMAIL.value, lines(self.like.email, *(one.email for one in people))),
        ]


class NewContact:
    """A contact about to be added."""

    def __init__(self, person: Person, customer: int) -> None:
        self.pk = 0
        self.person = person
        self.row = shape(Contact, person.values) | {"customer_id": customer, "person": uuid.uuid4()}
        self.row["sort_name"] = sort_name(person.values["name"])
        self.like = SimpleNamespace(**self.row)
        self.bodies = [
            (Kind.TEXT.value, contact_text(self.like)),  # type: ignore[arg-type]
            (Kind.PHONE.value, phone_text(self.like.mobile, self.like.phone)),
            (Kind.EMAIL.value, lines(self.like.email)),
        ]

    @property
    def tags(self) -> list[Tag]:
        return self.person.tags

    def settle(self, pk: int, by: User, at: datetime) -> None:
        self.pk = pk
        self.row |= stamps(pk, by, at)

    def picture(self) -> dict[str, Any]:
        values = {name: raw(value) for name, value in self.person.values.items()}
        values |= {"id": self.pk} | {name: self.row[columns_of(Contact)[name]] for name in ALWAYS_SAID}
        return values | ({"tags": tag_ids(self.tags)} if self.tags else {})

    def search(self) -> list[SearchRow]:
        return [(self.pk, kind, body) for kind, body in self.bodies if body]


def choose_primary(people: Sequence[NewContact], *, has_one: bool = False) -> None:
    """Of new contacts of one customer the one marked, else the first, is the primary one, unless there is one."""
    marked = next((one for one in people if one.row["is_primary"]), people[0] if people else None)
    for one in people:
        one.row["is_primary"] = one is marked and not has_one


def stamps(pk: int, by: User, at: datetime) -> dict[str, Any]:
    return {"id": pk, "created_at": at, "updated_at": at, "created_by_id": by.pk, "updated_by_id": by.pk}


def tag_ids(tags: Iterable[Tag]) -> list[int]:
    """In order; -1 stands for one that only the import will save."""
    return sorted({tag.pk or -1 for tag in tags})
