"""Customers and contacts as lines for COPY, without a model instance for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
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
from keyuan.exchange.numbers import Numbers
from keyuan.org.models import User
from keyuan.records.adding import as_copied, as_json, escaped
from keyuan.records.keys import Key
from keyuan.records.options import Tag
from keyuan.records.search_text import Kind

TEXT, PHONE, EMAIL = Kind.TEXT.value, Kind.PHONE.value, Kind.EMAIL.value
STAMPS = ("created_at", "updated_at", "created_by_id", "updated_by_id", "category_since")
"""Columns that hold the same in every row of a chunk."""


@cache
def blank_row(model: type[models.Model]) -> dict[str, Any]:
    """What every column of a new row holds when nobody fills it in."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    values: dict[Any, Any] = {field.column: field.get_db_prep_save(field.get_default(), connection) for field in fields}
    return {name: str(value) if isinstance(value, str) else value for name, value in values.items()} | {"custom": "{}"}


def raw(value: Any) -> Any:
    """Rows as their ids, as columns and history keep them."""
    return value.pk if isinstance(value, models.Model) else value


class Layout:
    """The columns of new rows of a model, and the line of a row that nobody has filled in.

    Attributes:
        columns: those of a line, in order.
        alike: a class whose instances have every column as an attribute, blank unless set.
    """

    def __init__(self, model: type[models.Model], stamps: tuple[str, ...] = STAMPS) -> None:
        blank = blank_row(model) | {"id": None}
        self.columns = [name for name in blank if name not in stamps]
        self.stamped = [name for name in stamps if name in blank]
        self.blank = [as_copied(blank[name]) for name in self.columns]
        self.place = {name: place for place, name in enumerate(self.columns)}
        self.column = {field.name: str(field.column) for field in model._meta.concrete_fields}
        self.alike = type(model.__name__, (), blank)

    def row(self, values: dict[str, Any]) -> dict[str, Any]:
        """Values by column, of what is filled in."""
        column = self.column
        return {column[name]: raw(value) for name, value in values.items()}

    def like(self, row: dict[str, Any]) -> Any:
        found = self.alike()
        found.__dict__.update(row)
        return found

    def line(self, row: dict[str, Any]) -> str:
        """A row as text for COPY."""
        texts, place = self.blank.copy(), self.place
        for name, value in row.items():
            texts[place[name]] = as_copied(value)
        return "\t".join(texts)


@cache
def layout(model: type[models.Model]) -> Layout:
    return Layout(model)


def stamps(model: type[models.Model], by: User, at: datetime) -> dict[str, Any]:
    """What the columns in `STAMPS` hold, in the order in which they follow the lines."""
    return {name: by.pk if name.endswith("_by_id") else at for name in layout(model).stamped}


class Shape:
    """A row about to be added, with everything that follows from it, as lines for COPY.

    Attributes:
        line: of its own table.
        event, change: of the history.
        search, keys: of the search text, and of duplicate keys that do not block.
    """

    __slots__ = ("change", "event", "keys", "line", "pk", "search", "tags")

    def __init__(self, pk: int, tags: Sequence[Tag]) -> None:
        self.pk, self.tags = pk, tag_ids(tags) if tags else []
        self.line = self.event = self.change = ""
        self.search: list[str] = []
        self.keys: list[str] = []

    def _note(self, customer: int, picture: dict[str, Any], details: str, event: int) -> None:
        """The first line of its history; `details` is JSON."""
        if self.tags:
            picture["tags"] = self.tags
        self.event = f"{event}\t{self.pk}\t{customer}\t{details}"
        self.change = f"{event}\t{escaped(as_json(picture))}"

    def _index(self, bodies: Iterable[tuple[str, str]], keys: Iterable[Key]) -> None:
        pk = self.pk
        self.search = [f"{pk}\t{kind}\t{escaped(body)}" for kind, body in bodies if body]
        self.keys = [f"{key.kind}\t{escaped(key.key[:300])}\t{pk}" for key in keys if not key.blocks]


class NewCustomer(Shape):
    """A customer about to be added, and the contacts with it.

    Args:
        by: who imports; the owner too, unless the row names another.
        of: the id of the import, which its event names.
    """

    __slots__ = ("blocking", "people")

    def __init__(self, draft: Draft, by: User, numbers: Numbers, of: int) -> None:
        super().__init__(numbers.customers.next(), draft.tags)
        self.people = [NewContact(person, numbers) for person in draft.people]
        choose_primary(self.people)
        for person in self.people:
            person.settle(self.pk)
        self.blocking = [key for key in draft.keys if key.blocks]
        owner, form = draft.owner or by, layout(Customer)
        row = form.row(draft.values) | {"id": self.pk, "owner_id": owner.pk, "department_id": owner.department_id}
        like = form.like(row)
        picture = {name: raw(value) for name, value in draft.values.items()}
        picture |= {"id": self.pk, "owner": owner.pk, "relationship": like.relationship}
        if owner.department_id:
            picture["department"] = owner.department_id
        row["sort_name"] = sort_name(draft.name)
        row["completeness"] = completeness(like, bool(self.people))
        self.line = form.line(row)
        self._note(self.pk, picture, f'{{"import": {of}, "row": {draft.number}}}', numbers.events.next())
        self._index(self._bodies(like, draft), draft.keys)

    def _bodies(self, like: Any, draft: Draft) -> list[tuple[str, str]]:
        people = [person.like for person in self.people]
        tags = [tag.name for tag in draft.tags if tag.owner_id is None]
        numbers = [like.phone, *(number for one in people for number in (one.mobile, one.phone))]
        return [
            (TEXT, customer_text(like, people, tags)),
            (PHONE, phone_text(*numbers)),
            (EMAIL, lines(like.email, *(one.email for one in people))),
        ]


class NewContact(Shape):
    """A contact about to be added; `settle` makes its lines when its customer and rank are known."""

    __slots__ = ("is_primary", "like", "numbers", "person", "row")

    def __init__(self, person: Person, numbers: Numbers) -> None:
        super().__init__(numbers.contacts.next(), person.tags)
        self.person, self.numbers = person, numbers
        self.row = layout(Contact).row(person.values)
        self.like = layout(Contact).like(self.row)
        self.is_primary = bool(self.like.is_primary)

    def settle(self, customer: int) -> None:
        form, row, like = layout(Contact), self.row, self.like
        row |= {"id": self.pk, "customer_id": customer, "is_primary": self.is_primary}
        row["person"] = self.numbers.people.next()
        row["sort_name"] = sort_name(self.person.values["name"])
        self.line = form.line(row)
        picture = {name: raw(value) for name, value in self.person.values.items()}
        picture |= {"id": self.pk, "customer": customer, "is_primary": self.is_primary, "has_left": like.has_left}
        self._note(customer, picture, "{}", self.numbers.events.next())
        self._index(
            [
                (TEXT, contact_text(like)),
                (PHONE, phone_text(like.mobile, like.phone)),
                (EMAIL, lines(like.email)),
            ],
            self.person.keys,
        )


def choose_primary(people: Sequence[NewContact], *, has_one: bool = False) -> None:
    """Of new contacts of one customer the one marked, else the first, is the primary one, unless there is one."""
    marked = next((one for one in people if one.is_primary), people[0] if people else None)
    for one in people:
        one.is_primary = one is marked and not has_one


def tag_ids(tags: Iterable[Tag]) -> list[int]:
    """In order; -1 stands for one that only the import will save."""
    return sorted({tag.pk or -1 for tag in tags})
