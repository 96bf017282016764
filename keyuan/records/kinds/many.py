"""Kinds that hold several rows as an array of ids: people, other records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Q

from keyuan.records.kinds.choices import split
from keyuan.records.kinds.kind import Asked, Kind
from keyuan.records.kinds.links import Link, Person

if TYPE_CHECKING:
    from keyuan.records.catalogue import Field
    from keyuan.records.namebook import NameBook


class Several(Kind):
    """An array of ids of `one` kind."""

    one: Kind
    ops: ClassVar[tuple[str, ...]] = ("any", "all", "none", "empty", "not-empty")
    many = True

    def read(self, field: Field, record: models.Model) -> list[int]:
        return getattr(record, field.column)

    def where(self, field: Field, op: str, value: Any, asked: Asked) -> Q:
        if op in ("empty", "not-empty"):
            empty = Q(**{field.column: []})
            return empty if op == "empty" else ~empty
        if op not in self.ops:
            raise self.refuse_op(field, op)
        ids = self.asked_values(field, value, asked)
        lookup = "contains" if op == "all" else "overlap"
        found = Q(**{f"{field.column}__{lookup}": ids})
        return ~found if op == "none" else found

    def asked_value(self, field: Field, value: Any, asked: Asked) -> int:
        return int(self.one.asked_value(field, value, asked))

    def blank(self) -> list[int]:
        return []

    def parse_many(self, texts: list[str], book: NameBook) -> list[int]:
        found = [self.one.parse(text, book) for text in split(texts)]
        return list(dict.fromkeys(one.pk for one in found if one))

    def parse(self, text: str, book: NameBook) -> list[int]:
        return self.parse_many([text], book)

    def typed(self, value: Any, book: NameBook) -> list[str]:
        return [str(pk) for pk in value or []]

    def named(self, value: Any, book: NameBook) -> dict[int, str]:
        """The names behind the ids, as far as the reader may know them; read at once where they are many."""
        raise NotImplementedError

    def plain(self, value: Any, book: NameBook) -> str:
        return "、".join(self.named(value, book).values())

    def json(self, value: Any, book: NameBook) -> list[Any]:
        return [{"id": pk, "name": name} for pk, name in self.named(value, book).items()]


class People(Several):
    """Several users."""

    name = "people"
    one = Person()
    ops: ClassVar[tuple[str, ...]] = (*Several.ops, "me")

    def where(self, field: Field, op: str, value: Any, asked: Asked) -> Q:
        if op == "me":
            return Q(**{f"{field.column}__contains": [asked.user.pk]})
        return super().where(field, op, value, asked)

    def named(self, value: Any, book: NameBook) -> dict[int, str]:
        book.meet(value or [])
        return {pk: str(person) for pk in value or [] if (person := book.person(pk))}


class Links(Several):
    """Several other records, taken only from those the person may see."""

    name = "links"

    def __init__(self, model_name: str) -> None:
        self.one = self.link = Link(model_name)

    def named(self, value: Any, book: NameBook) -> dict[int, str]:
        known = book.meet_records(self.link.model, value or [])
        return {pk: known[pk] for pk in value or [] if known.get(pk)}
