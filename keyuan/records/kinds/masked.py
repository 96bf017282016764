"""A text of which a reader sees a part: found by the whole value only, and never sorted by."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Q

from keyuan.records.kinds.kind import Asked, Kind

if TYPE_CHECKING:
    from keyuan.records.catalogue import Field
    from keyuan.records.namebook import NameBook


class Part(str):
    """What is told of a value. It is the only form in which a masked value leaves its record."""


class Masked(Kind):
    """A text kind for somebody who sees its values in part.

    Args:
        kind: how the value is written.
        told: from the whole value to the part that is told.
        whole: the condition that the value is exactly this one.
    """

    name = "masked"
    ops: ClassVar = ("=", "empty", "not-empty")

    def __init__(self, kind: Kind, told: Callable[[str], str], whole: Callable[[Field, str, Asked], Q]) -> None:
        self.kind, self.told, self.whole = kind, told, whole

    def read(self, field: Field, record: models.Model) -> Part:
        return self._part(getattr(record, field.column))

    def _part(self, value: Any) -> Part:
        if isinstance(value, Part):
            return value
        return Part(self.told(str(value)) if value else "")

    def where(self, field: Field, op: str, value: Any, asked: Asked) -> Q:
        if op == "=":
            return self.whole(field, self.kind.asked_value(field, value, asked), asked)
        return self.kind.where(field, op, value, asked) if op in self.ops else super().where(field, op, value, asked)

    def is_empty(self, column: str) -> Q:
        return self.kind.is_empty(column)

    def blank(self) -> Any:
        return self.kind.blank()

    def typed(self, value: Any, book: NameBook) -> str:
        return ""  # a part must never be saved as the whole

    def plain(self, value: Any, book: NameBook) -> str:
        return self._part(value)

    def json(self, value: Any, book: NameBook) -> str:
        return self._part(value)


def some_of(text: str) -> str:
    """The first character, and stars for what may be any number of others."""
    return f"{text[:1]}***"


def mail_in_part(address: str) -> str:
    """The first character and the domain: z***@example.com."""
    name, at, domain = address.partition("@")
    return f"{name[:1]}***{at}{domain}"


def code_in_part(code: str) -> str:
    """The first four and the last two of a code's characters."""
    return f"{code[:4]}****{code[-2:]}"
