"""What a kind of field knows: how it is asked for, read from input, and put into words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from keyuan.org.models import User
from keyuan.records.namebook import NameBook

if TYPE_CHECKING:
    from keyuan.records.catalogue import Catalogue, Field


class FilterRefused(ValueError):
    """A filter names an unknown field, operator or value; its text says which."""


@dataclass(frozen=True)
class Asked:
    """Who asks a filter, when and where in the tree.

    Attributes:
        under_or: the condition stands under an OR or a NOT, where EXISTS is slow.
    """

    catalogue: Catalogue
    user: User
    book: NameBook
    now: datetime
    under_or: bool = False


class Kind:
    """One kind of field. Subclasses override what differs."""

    name: ClassVar[str]
    ops: ClassVar[tuple[str, ...]] = ("=", "!=", "in", "not-in", "empty", "not-empty")
    sortable: ClassVar[bool] = False
    is_number: ClassVar[bool] = False
    many: ClassVar[bool] = False
    maskable: ClassVar[bool] = False
    points: ClassVar[bool] = False
    """Whether the value is a row that the API tells as {"id", "name"}, and takes as such."""

    def masked(self) -> Kind:
        """This kind for somebody who sees its values in part. Only text can be masked."""
        raise NotImplementedError

    def read(self, field: Field, record: models.Model) -> Any:
        return getattr(record, field.column)

    def order(self, field: Field) -> str:
        """The lookup path to sort by where no index serves."""
        return field.column

    # Asking

    def where(self, field: Field, op: str, value: Any, asked: Asked) -> Q:
        """The condition that `op` and `value` mean.

        Raises:
            FilterRefused: the value can't be one of this field.
        """
        column = field.column
        match op:
            case "empty":
                return self.is_empty(column)
            case "not-empty":
                return ~self.is_empty(column)
            case "=":
                return Q(**{column: self.asked_value(field, value, asked)})
            case "!=":
                return ~Q(**{column: self.asked_value(field, value, asked)})
            case "in":
                return Q(**{f"{column}__in": self.asked_values(field, value, asked)})
            case "not-in":
                return ~Q(**{f"{column}__in": self.asked_values(field, value, asked)})
        raise self.refuse_op(field, op)

    def is_empty(self, column: str) -> Q:
        return Q(**{f"{column}__isnull": True})

    def asked_value(self, field: Field, value: Any, asked: Asked) -> Any:
        return value

    def asked_values(self, field: Field, value: Any, asked: Asked) -> list[Any]:
        if not isinstance(value, list) or not value or len(value) > 500:
            raise FilterRefused(_("“%(field)s” needs a list of values.") % {"field": field.name})
        return [self.asked_value(field, one, asked) for one in value]

    def refuse_op(self, field: Field, op: str) -> FilterRefused:
        return FilterRefused(_("“%(field)s” can't be asked with “%(op)s”.") % {"field": field.name, "op": op})

    def refuse_value(self, field: Field, value: Any) -> FilterRefused:
        given = str(value)[:60]
        return FilterRefused(_("“%(value)s” is no value of “%(field)s”.") % {"value": given, "field": field.name})

    # Writing

    def blank(self) -> Any:
        """What is stored when nothing is filled in."""
        return None

    def parse(self, text: str, book: NameBook) -> Any:
        """The stored value of what a person typed.

        Raises:
            Invalid: with a sentence that says what is wrong and how to mend it.
        """
        return text

    def offers(self, book: NameBook, current: Any) -> list[tuple[str, str]] | None:
        """What a form offers to choose from, where that is a short list, with what is chosen now."""
        return None

    def from_json(self, value: Any) -> str | list[str]:
        """What the API was given, as if a person had typed it."""
        if value is None:
            return [] if self.many else ""
        if isinstance(value, dict):
            value = value.get("value", value.get("id", ""))
        return [str(self.from_json(one)) for one in value] if isinstance(value, list) else str(value)

    def typed(self, value: Any, book: NameBook) -> Any:
        """The stored value as an input holds it."""
        return "" if value is None else value

    # Showing

    def plain(self, value: Any, book: NameBook) -> str:
        """The value in words, without markup; "" for an empty one."""
        return "" if value is None else str(value)

    def json(self, value: Any, book: NameBook) -> Any:
        """The value as the API answers it."""
        return value
