"""Kinds that are ordered: numbers, money, dates, moments; and yes or no."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from keyuan.records.cleaners import Invalid
from keyuan.records.cleaners.dates import clean_date
from keyuan.records.cleaners.moments import clean_moment
from keyuan.records.cleaners.money import clean_money
from keyuan.records.kinds.kind import Asked, FilterRefused, Kind
from keyuan.records.relative_dates import Span, span, start_of

if TYPE_CHECKING:
    from keyuan.records.catalogue import Field
    from keyuan.records.namebook import NameBook

COMPARED = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}


class Ordered(Kind):
    ops: ClassVar[tuple[str, ...]] = ("=", "!=", "<", "<=", ">", ">=", "between", "empty", "not-empty")
    sortable = True

    def where(self, field: Field, op: str, value: Any, asked: Asked) -> Q:
        if op in COMPARED:
            return Q(**{f"{field.column}__{COMPARED[op]}": self.asked_value(field, value, asked)})
        if op == "between":
            low, high = self.pair(field, value, asked)
            return Q(**{f"{field.column}__gte": low, f"{field.column}__lte": high})
        return super().where(field, op, value, asked)

    def pair(self, field: Field, value: Any, asked: Asked) -> tuple[Any, Any]:
        if not isinstance(value, list) or len(value) != 2:
            raise FilterRefused(_("“%(field)s” between needs two values.") % {"field": field.name})
        return self.asked_value(field, value[0], asked), self.asked_value(field, value[1], asked)


class Number(Ordered):
    name = "number"
    is_number = True

    def asked_value(self, field: Field, value: Any, asked: Asked) -> Decimal:
        try:
            number = clean_money(str(value))
        except Invalid as refusal:
            raise self.refuse_value(field, value) from refusal
        if number is None:
            raise self.refuse_value(field, value)
        return number

    def parse(self, text: str, book: NameBook) -> Decimal | None:
        return clean_money(text) if text.strip() else None


class Percent(Number):
    name = "percent"

    def parse(self, text: str, book: NameBook) -> Decimal | None:
        return super().parse(text.strip().rstrip("%％"), book)

    def plain(self, value: Any, book: NameBook) -> str:
        return "" if value is None else f"{value}%"


class Money(Number):
    """An exact amount in yuan with two decimals."""

    name = "money"

    def plain(self, value: Any, book: NameBook) -> str:
        return "" if value is None else f"{Decimal(value):.2f}"

    def json(self, value: Any, book: NameBook) -> str | None:
        return None if value is None else f"{Decimal(value):.2f}"


class Date(Ordered):
    name = "date"
    ops: ClassVar[tuple[str, ...]] = (*Ordered.ops, "within")

    def where(self, field: Field, op: str, value: Any, asked: Asked) -> Q:
        if op == "within":
            return self.in_span(field.column, self.span(field, value, asked))
        return super().where(field, op, value, asked)

    def span(self, field: Field, value: Any, asked: Asked) -> Span:
        found = span(value, asked.now) if isinstance(value, str) else None
        if found is None:
            raise self.refuse_value(field, value)
        return found

    def in_span(self, column: str, given: Span) -> Q:
        first = timezone.localtime(given.start).date()
        last = timezone.localtime(given.end - timedelta(microseconds=1)).date()
        return Q(**{f"{column}__gte": first, f"{column}__lte": last})

    def asked_value(self, field: Field, value: Any, asked: Asked) -> date:
        try:
            found = parse_date(value) if isinstance(value, str) else None
        except ValueError:
            found = None
        if found is None:
            raise self.refuse_value(field, value)
        return found

    def parse(self, text: str, book: NameBook) -> date | None:
        return clean_date(text) if text.strip() else None

    def plain(self, value: Any, book: NameBook) -> str:
        return "" if value is None else str(value)[:10]

    def json(self, value: Any, book: NameBook) -> str | None:
        return None if value is None else str(value)[:10]


class Moment(Date):
    """A point in time; days are those of the organisation's zone."""

    name = "moment"

    def where(self, field: Field, op: str, value: Any, asked: Asked) -> Q:
        if op in ("=", "!=", "<=", ">", "between") and not _has_time(value):
            return self.by_days(field, op, value, asked)
        return super().where(field, op, value, asked)

    def by_days(self, field: Field, op: str, value: Any, asked: Asked) -> Q:
        """A bare date means its whole day."""
        low, high = self.pair(field, value, asked) if op == "between" else [self.asked_value(field, value, asked)] * 2
        after = high + timedelta(days=1)
        if op == "<=":
            return Q(**{f"{field.column}__lt": after})
        if op == ">":
            return Q(**{f"{field.column}__gte": after})
        inside = Q(**{f"{field.column}__gte": low, f"{field.column}__lt": after})
        return ~inside if op == "!=" else inside

    def in_span(self, column: str, given: Span) -> Q:
        return Q(**{f"{column}__gte": given.start, f"{column}__lt": given.end})

    def asked_value(self, field: Field, value: Any, asked: Asked) -> datetime:
        if not _has_time(value):
            return start_of(super().asked_value(field, value, asked))
        try:
            found = parse_datetime(value)
        except ValueError:
            found = None
        if found is None:
            raise self.refuse_value(field, value)
        return found if timezone.is_aware(found) else timezone.make_aware(found)

    def parse(self, text: str, book: NameBook) -> datetime | None:
        return clean_moment(text) if text.strip() else None

    def typed(self, value: Any, book: NameBook) -> str:
        return "" if value is None else f"{timezone.localtime(value):%Y-%m-%dT%H:%M}"

    def plain(self, value: Any, book: NameBook) -> str:
        if not value:
            return ""
        moment = parse_datetime(value) if isinstance(value, str) else value
        return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"

    def json(self, value: Any, book: NameBook) -> str | None:
        return None if value is None else timezone.localtime(value).isoformat()


def _has_time(value: Any) -> bool:
    texts = value if isinstance(value, list) else [value]
    return any(isinstance(text, str) and len(text) > 10 for text in texts)


class YesNo(Kind):
    name = "yes_no"
    ops: ClassVar = ("=", "!=")
    sortable = True

    YES: ClassVar = {"1", "true", "yes", "y", "on", "是", "对", "√"}
    NO: ClassVar = {"0", "false", "no", "n", "off", "否", "不", ""}

    def asked_value(self, field: Field, value: Any, asked: Asked) -> bool:
        if not isinstance(value, bool):
            raise self.refuse_value(field, value)
        return value

    def blank(self) -> bool:
        return False

    def parse(self, text: str, book: NameBook) -> bool:
        word = text.strip().lower()
        if word in self.YES or word in self.NO:
            return word in self.YES
        raise Invalid(_("Write yes or no, not “%(given)s”.") % {"given": text[:40]})

    def plain(self, value: Any, book: NameBook) -> str:
        return _("Yes") if value else _("No")

    def json(self, value: Any, book: NameBook) -> bool:
        return bool(value)
