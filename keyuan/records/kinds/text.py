"""Kinds of text: one line, many lines, names, phones, mail, web addresses, codes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Func, Q, TextField, Value
from django.db.models.lookups import Contains

from keyuan.records.cleaners.email import clean_email
from keyuan.records.cleaners.lines import clean_line, clean_lines
from keyuan.records.cleaners.phone import clean_phones, display, masked
from keyuan.records.cleaners.uscc import clean_uscc
from keyuan.records.cleaners.website import clean_website
from keyuan.records.kinds.kind import Asked, FilterRefused, Kind
from keyuan.records.kinds.masked import Masked, code_in_part, mail_in_part, some_of
from keyuan.records.search import has_phone, has_text
from keyuan.records.text import digits

if TYPE_CHECKING:
    from keyuan.records.catalogue import Field
    from keyuan.records.namebook import NameBook

SEARCHED = ("contains", "starts-with")


class Text(Kind):
    """One line of text."""

    name = "text"
    ops: ClassVar = (*Kind.ops, *SEARCHED)
    sortable = True
    maskable = True

    def __init__(self, longest: int = 200) -> None:
        self.longest = longest

    def masked(self) -> Kind:
        return Masked(self, self.told, self.whole)

    def told(self, text: str) -> str:
        """What somebody is told who may not see the whole."""
        return some_of(text)

    def whole(self, field: Field, text: str, asked: Asked) -> Q:
        """The condition that the value is exactly this one, whatever its case."""
        return Q(**{f"{field.column}__iexact": text})

    def where(self, field: Field, op: str, value: Any, asked: Asked) -> Q:
        if op not in SEARCHED:
            return super().where(field, op, value, asked)
        if not field.searched:
            raise self.refuse_op(field, op)
        return self.like(field, op, self.asked_value(field, value, asked), asked)

    def like(self, field: Field, op: str, text: str, asked: Asked) -> Q:
        lookup = "icontains" if op == "contains" else "istartswith"
        return has_text(text, asked) & Q(**{f"{field.column}__{lookup}": text})

    def is_empty(self, column: str) -> Q:
        return Q(**{column: ""})

    def asked_value(self, field: Field, value: Any, asked: Asked) -> str:
        if not isinstance(value, str) or not value.strip() or len(value) > 500 or "\0" in value:
            raise self.refuse_value(field, value)
        return value.strip()

    def blank(self) -> str:
        return ""

    def parse(self, text: str, book: NameBook) -> str:
        return clean_line(text, self.longest)


class LongText(Text):
    """Many lines of text."""

    name = "long_text"
    ops: ClassVar = ("contains", "empty", "not-empty")
    sortable = False
    maskable = False

    def parse(self, text: str, book: NameBook) -> str:
        return clean_lines(text, self.longest)


class Names(Kind):
    """Several names, one a line: former names."""

    name = "names"
    ops: ClassVar = ("contains", "empty", "not-empty")

    def where(self, field: Field, op: str, value: Any, asked: Asked) -> Q:
        if op != "contains":
            return super().where(field, op, value, asked)
        if not isinstance(value, str) or not value.strip():
            raise self.refuse_value(field, value)
        return has_text(value, asked) & Q(**{f"{field.column}__icontains": value.strip()})

    def is_empty(self, column: str) -> Q:
        return Q(**{column: []})

    def blank(self) -> list[str]:
        return []

    def parse(self, text: str, book: NameBook) -> list[str]:
        names = [clean_line(name, 200) for name in text.replace("；", "\n").replace(";", "\n").splitlines()]
        return list(dict.fromkeys(name for name in names if name))

    def from_json(self, value: Any) -> str:
        return "\n".join(map(str, value)) if isinstance(value, list) else str(value or "")

    def typed(self, value: Any, book: NameBook) -> str:
        return "\n".join(value or [])

    def plain(self, value: Any, book: NameBook) -> str:
        return "；".join(value or [])

    def json(self, value: Any, book: NameBook) -> list[str]:
        return list(value or [])


class Phone(Text):
    """One or several phone numbers, kept with `;` between them."""

    name = "phone"
    sortable = False
    ops: ClassVar = ("=", "!=", "contains", "empty", "not-empty")

    def where(self, field: Field, op: str, value: Any, asked: Asked) -> Q:
        if op in ("empty", "not-empty"):
            return Kind.where(self, field, op, value, asked)
        number = self.asked_value(field, value, asked)
        found = has_phone(number, asked)
        if op == "contains":
            limits = asked.catalogue.search_limits(asked.user)
            return found if limits is None else found & _in_column(field.column, number)
        exact = found & Q(**{f"{field.column}__icontains": self._stored(number, field)})
        return exact if op == "=" else ~exact

    def told(self, text: str) -> str:
        return "；".join(masked(number) for number in text.split(";") if number)

    def whole(self, field: Field, text: str, asked: Asked) -> Q:
        """The condition that one of the numbers is exactly this one."""
        stored = f"(^|;){re.escape(self._stored(text, field))}(;|$)"
        return has_phone(text, asked) & Q(**{f"{field.column}__regex": stored})

    def _stored(self, number: str, field: Field) -> str:
        try:
            return ";".join(clean_phones(number))
        except ValueError as refusal:
            raise FilterRefused(str(refusal)) from refusal

    def parse(self, text: str, book: NameBook) -> str:
        return clean_line(";".join(dict.fromkeys(clean_phones(text))), self.longest)

    def typed(self, value: Any, book: NameBook) -> str:
        return self.plain(value, book)

    def plain(self, value: Any, book: NameBook) -> str:
        return "；".join(display(number) for number in (value or "").split(";") if number)

    def json(self, value: Any, book: NameBook) -> str:
        return self.plain(value, book).replace("；", "; ")


def _in_column(column: str, number: str) -> Q:
    """The digits stand in this column, and not only in other numbers that the record is found by."""
    found = Func(column, Value(r"[^0-9;]"), Value(""), Value("g"), function="regexp_replace", output_field=TextField())
    return Q(Contains(found, Value(digits(number))))


class Email(Text):
    name = "email"
    sortable = False

    def told(self, text: str) -> str:
        return mail_in_part(text)

    def like(self, field: Field, op: str, text: str, asked: Asked) -> Q:
        lookup = "icontains" if op == "contains" else "istartswith"
        return has_text(text, asked, kind="email") & Q(**{f"{field.column}__{lookup}": text})

    def parse(self, text: str, book: NameBook) -> str:
        return clean_line(clean_email(text), self.longest)


class Website(Text):
    name = "website"
    sortable = False
    maskable = False

    def parse(self, text: str, book: NameBook) -> str:
        return clean_line(clean_website(text), self.longest)


class Uscc(Text):
    """统一社会信用代码, GB 32100."""

    name = "uscc"
    sortable = False
    ops: ClassVar = (*Kind.ops, *SEARCHED)

    def told(self, text: str) -> str:
        return code_in_part(text)

    def parse(self, text: str, book: NameBook) -> str:
        return clean_uscc(text)
