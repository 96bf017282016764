"""Kinds whose values stand in a tree: regions (GB/T 2260), industries (GB/T 4754, adapted here), departments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Protocol
from weakref import WeakKeyDictionary

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from keyuan.records.cleaners import Invalid
from keyuan.records.kinds.kind import Asked, FilterRefused, Kind
from keyuan.records.reference import regions
from keyuan.records.reference.own_industries import Industries

if TYPE_CHECKING:
    from keyuan.records.catalogue import Field
    from keyuan.records.namebook import NameBook


_INDUSTRIES: WeakKeyDictionary[NameBook, Industries] = WeakKeyDictionary()
"""What each name book has made of its options."""


class Tree(Protocol):
    """What both reference trees offer."""

    def find(self, text: str) -> str | None: ...
    def label(self, code: str) -> str: ...
    def path(self, code: str) -> list[str]: ...
    def under_prefix(self, code: str) -> str: ...
    def exists(self, code: str) -> bool: ...
    def suggest(self, text: str) -> str | None: ...
    def picked(self, code: str) -> Sequence[Any]: ...
    def outline(self) -> list[tuple[str, str, int]]: ...


class Coded(Kind):
    """A code of a reference tree; `under` takes everything below it, which is a prefix of the code."""

    ops: ClassVar = (*Kind.ops, "under")
    sortable = True

    def tree(self, book: NameBook) -> Tree:
        """The tree as it stands now."""
        raise NotImplementedError

    def where(self, field: Field, op: str, value: Any, asked: Asked) -> Q:
        if op != "under":
            return super().where(field, op, value, asked)
        codes = value if isinstance(value, list) else [value]
        if not codes or len(codes) > 100:
            raise FilterRefused(_("“%(field)s” needs a list of values.") % {"field": field.name})
        condition = Q()
        for code in codes:
            prefix = self.tree(asked.book).under_prefix(self.asked_value(field, code, asked))
            condition |= Q(**{f"{field.column}__startswith": prefix})
        return condition

    def is_empty(self, column: str) -> Q:
        return Q(**{column: ""})

    def asked_value(self, field: Field, value: Any, asked: Asked) -> str:
        text, tree = str(value), self.tree(asked.book)
        code = text if tree.exists(text) else tree.find(text)
        if not code:
            raise self.refuse_value(field, value)
        return code

    def blank(self) -> str:
        return ""

    def parse(self, text: str, book: NameBook) -> str:
        text, tree = text.strip(), self.tree(book)
        if not text or tree.exists(text):
            return text
        code = tree.find(text)
        if code is None:
            raise self.unknown(text, book)
        return code

    def unknown(self, text: str, book: NameBook) -> Invalid:
        suggestion = self.tree(book).suggest(text)
        if suggestion is None:
            return Invalid(_("“%(given)s” is not among the options.") % {"given": text[:40]})
        return Invalid(
            _("“%(given)s” is not among the options. Did you mean “%(suggestion)s”?")
            % {"given": text[:40], "suggestion": suggestion}
        )

    def plain(self, value: Any, book: NameBook) -> str:
        return self.tree(book).label(value) if value else ""

    def json(self, value: Any, book: NameBook) -> dict[str, str] | None:
        return {"value": value, "label": self.tree(book).label(value)} if value else None


class Region(Coded):
    name = "region"

    def tree(self, book: NameBook) -> Tree:
        return regions


class Industry(Coded):
    """An industry of GB/T 4754 or of the organisation. Hidden ones stay on their records and are not given anew."""

    name = "industry"

    def tree(self, book: NameBook) -> Industries:
        found = _INDUSTRIES.get(book)
        if found is None:
            found = _INDUSTRIES[book] = Industries(book.options("industry"))
        return found

    def parse(self, text: str, book: NameBook) -> str:
        code = super().parse(text, book)
        if code and not self.tree(book).is_offered(code):
            raise self.unknown(self.tree(book).label(code), book)
        return code


class InDepartment(Kind):
    """A department of the organisation."""

    name = "department"
    ops: ClassVar = (*Kind.ops, "under", "my-department")

    def read(self, field: Field, record: models.Model) -> int | None:
        return getattr(record, f"{field.column}_id")

    def where(self, field: Field, op: str, value: Any, asked: Asked) -> Q:
        if op == "under":
            roots = self.asked_values(field, value if isinstance(value, list) else [value], asked)
            return Q(**{f"{field.column}__in": below(roots, asked.book)})
        if op == "my-department":
            mine = asked.user.department_id
            return Q(**{f"{field.column}__in": below([mine], asked.book) if mine else []})
        return super().where(field, op, value, asked)

    def asked_value(self, field: Field, value: Any, asked: Asked) -> int:
        for pk, department in asked.book.departments.items():
            if str(value) in (str(pk), department.name):
                return pk
        raise self.refuse_value(field, value)

    def plain(self, value: Any, book: NameBook) -> str:
        return str(book.departments.get(value, ""))

    def json(self, value: Any, book: NameBook) -> dict[str, Any] | None:
        return {"id": value, "name": self.plain(value, book)} if value else None


def below(roots: list[int], book: NameBook) -> list[int]:
    """These departments and everything below them."""
    marks = [f"/{root}/" for root in roots]
    return [pk for pk, row in book.departments.items() if any(mark in f"/{row.path}" for mark in marks)]
