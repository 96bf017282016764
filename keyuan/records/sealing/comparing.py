"""Records against their history: each field must hold what the last change of it says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

from keyuan.records.models import Record
from keyuan.records.sealing import sentences
from keyuan.records.sealing.erasing import Erased
from keyuan.records.sealing.retaining import Dropped

if TYPE_CHECKING:
    from keyuan.records.sealing.verifying import Figures

BATCH = 2_000  # records at once
LONGEST = 80  # characters of a value in a sentence

HIGHEST = "SELECT coalesce(max(record_id), 0) FROM event WHERE record_type = %s"
HISTORY = """
    SELECT e.record_id, e.id, e.name, e.customer_id, c.after
    FROM event e LEFT JOIN change c ON c.event_id = e.id AND c.at = e.at AND NOT e.details ? 'kind'
    WHERE e.record_type = %s AND e.record_id >= %s AND e.record_id < %s ORDER BY e.record_id, e.at, e.id
"""
PURGED = "SELECT EXISTS (SELECT FROM event WHERE record_type = 'customer' AND record_id = %s AND name = 'purged')"


class Past:
    """What history says of one record.

    Attributes:
        values: of each field the value after its last change.
        names: of the events.
    """

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.names: set[str] = set()
        self.customer: int | None = None


def record_models() -> list[Any]:
    return [model for model in apps.get_models() if issubclass(model, Record)]


def findings(figures: Figures) -> Iterator[str]:
    """What differs between records and their history, a batch of ids after the other."""
    for model in record_models():
        compare = Comparison(model)
        for start in range(0, compare.highest() + 1, BATCH):
            yield from compare.batch(start, figures)


class Comparison:
    """All records of one type."""

    def __init__(self, model: Any) -> None:
        self.model, self.kind = model, model.module
        self.fields: dict[str, Any] = {field.name: field for field in model._meta.fields if field.editable}
        self.erased, self.dropped = Erased(), Dropped.read()

    def highest(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute(HIGHEST, [self.kind])
            told = int(cursor.fetchone()[0])
        there = self.model.rows.aggregate(most=models.Max("pk"))["most"] or 0
        return max(told, there)

    def batch(self, start: int, figures: Figures) -> Iterator[str]:
        past = self._past(start)
        rows = self.model.rows.filter(pk__gte=start, pk__lt=start + BATCH).order_by("pk")
        names = [field.attname for field in self.fields.values()]
        for row in rows.values("created_at", *names):
            figures.records += 1
            yield from self._compare(row, past.pop(row["id"], None))
        for pk, told in past.items():
            if not self._may_be_gone(told):
                yield sentences.gone(self.kind, pk)

    def _past(self, start: int) -> dict[int, Past]:
        found: dict[int, Past] = {}
        with connection.cursor() as cursor:
            cursor.execute(HISTORY, [self.kind, start, start + BATCH])
            for record, event, name, customer, after in cursor:
                past = found.setdefault(record, Past())
                past.names.add(name)
                past.customer = customer
                self._take(past, json.loads(after) if after else {}, event)
        return found

    def _take(self, past: Past, after: dict[str, Any], event: int) -> None:
        for name, value in after.items():
            if value is None and event in self.erased:
                past.values.pop(name, None)
                past.names.add("erased")
            else:
                past.values[name] = value

    def _may_be_gone(self, past: Past) -> bool:
        """Purged by itself, or with its customer."""
        if "purged" in past.names:
            return True
        with connection.cursor() as cursor:
            cursor.execute(PURGED, [past.customer])
            return bool(cursor.fetchone()[0])

    def _compare(self, row: dict[str, Any], past: Past | None) -> Iterator[str]:
        if past is None:
            if not self._is_older(row["created_at"]):
                yield sentences.without_history(self.kind, row["id"])
            return
        whole = "created" in past.names and "erased" not in past.names
        for name, field in self.fields.items():
            if name not in past.values and not whole:
                continue
            now, then = same(field, row[field.attname]), same(field, past.values.get(name))
            if now != then and not self._is_excused(field, name, now, past):
                words = str(field.verbose_name), shown(now), shown(then)
                yield sentences.by_hand(self.kind, row["id"], *words)

    def _is_excused(self, field: Any, name: str, now: Any, past: Past) -> bool:
        """A default that nobody wrote down; a row that is gone, to which the database therefore points no more."""
        if name not in past.values:
            return bool(now == same(field, field.get_default()))
        if now is None and field.is_relation and field.null:
            return not field.related_model._base_manager.filter(pk=past.values[name]).exists()
        return False

    def _is_older(self, made: datetime) -> bool:
        return self.dropped.until is not None and made.date() < self.dropped.until


def same(field: models.Field[Any, Any], value: Any) -> Any:
    """A value of a column, or of history, so that equal ones are equal."""
    if value in (None, "", [], {}):
        return None
    if isinstance(field, models.DecimalField):
        return Decimal(str(value)).normalize()
    if isinstance(field, models.DateTimeField):
        moment = field.to_python(value).astimezone(UTC)
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)  # as exact as JSON keeps it
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))


def shown(value: Any) -> str:
    text = json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False) if value is not None else "—"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
