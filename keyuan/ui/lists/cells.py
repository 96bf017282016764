"""Cells of a list, by the kinds of their fields. Called 400 times a page, so plain functions and no templates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from html import escape
from typing import Any

from django.db import models
from django.utils.safestring import SafeString

from keyuan.records.catalogue import Catalogue, Field
from keyuan.records.kinds.kind import Kind
from keyuan.records.namebook import NameBook
from keyuan.ui import cells

Cell = Callable[[Any, Any, NameBook], SafeString]
"""From the kind, the raw value and the names to what stands in the cell."""

SPECIAL: dict[tuple[str, str], Cell] = {}
"""Cells of single fields, by module and field name; rooms add theirs at start."""


BLANK: tuple[Any, ...] = (None, "", [])
REPEATED = (str, int, datetime)
"""Values of these types are the same in many rows, and read the same each time."""


class Cells:
    """The cells of one page of records. What many rows share is worked out once."""

    def __init__(self, catalogue: Catalogue, book: NameBook) -> None:
        self.catalogue, self.book = catalogue, book
        self._shown: dict[str, Callable[[models.Model], str]] = {}

    def of(self, name: str, row: models.Model) -> str:
        """What stands in the cell of the field `name` in this row."""
        shown = self._shown.get(name)
        if shown is None:
            shown = self._shown[name] = self._column(self.catalogue.visible_fields(self.book.user)[name])
        return shown(row)

    def _column(self, field: Field) -> Callable[[models.Model], str]:
        module, book, known = self.catalogue.module, self.book, dict[Any, str]()

        def shown(row: models.Model) -> str:
            value = field.read(row)
            if not isinstance(value, REPEATED):
                return show(module, field, value, book)
            found = known.get(value)
            if found is None:
                found = known[value] = show(module, field, value, book)
            return found

        return shown


def cell(module: str, field: Field, record: models.Model, book: NameBook) -> SafeString:
    """What stands in the cell of `field` in the row of `record`."""
    return show(module, field, field.read(record), book)


def show(module: str, field: Field, value: Any, book: NameBook) -> SafeString:
    """A raw value of `field` as its cell shows it."""
    special = SPECIAL.get((module, field.name))
    if special is not None:
        return special(field.kind, value, book)
    if value in BLANK:
        return cells.EMPTY
    return BY_KIND.get(field.kind.name, _plain)(field.kind, value, book)


def _plain(kind: Kind, value: Any, book: NameBook) -> SafeString:
    text = kind.plain(value, book)
    return SafeString(escape(text)) if text else cells.EMPTY


def _choice(kind: Kind, value: Any, book: NameBook) -> SafeString:
    option = book.option(value)
    if option is None:
        return cells.EMPTY
    if option.list == "category":
        return cells.status(str(option), f"c{option.extra.get('tint', 1)}")
    return SafeString(escape(str(option)))


def _choices(kind: Kind, value: Any, book: NameBook) -> SafeString:
    found = [option for pk in value if (option := book.option(pk))]
    return SafeString("".join(cells.tag(str(one), f"r{max(1, one.extra.get('tint', 4) % 4)}") for one in found))


def _tags(kind: Kind, value: Any, book: NameBook) -> SafeString:
    return cells.user_tags([book.tags[pk] for pk in value if pk in book.tags]) or cells.EMPTY


def _website(kind: Kind, value: Any, book: NameBook) -> SafeString:
    text = escape(value.removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/"))
    return SafeString(f'<a href="{escape(value)}" target="_blank" rel="noopener noreferrer">{text}</a>')


def _email(kind: Kind, value: Any, book: NameBook) -> SafeString:
    return SafeString(f'<a href="mailto:{escape(value)}">{escape(value)}</a>')


def _place(kind: Kind, value: Any, book: NameBook) -> SafeString:
    text = escape(kind.plain(value, book))
    return SafeString(f'<span class="trunc place" title="{text}">{text}</span>')


BY_KIND: dict[str, Cell] = {
    "choice": _choice,
    "choices": _choices,
    "tags": _tags,
    "industry": _place,
    "region": _place,
    "website": _website,
    "email": _email,
    "money": lambda kind, value, book: cells.money_short(value),
    "person": lambda kind, value, book: cells.person(str(book.person(value) or "")),
    "moment": lambda kind, value, book: cells.ago(value),
    "date": lambda kind, value, book: cells.day(value),
    "uscc": lambda kind, value, book: cells.uscc(value),
}
