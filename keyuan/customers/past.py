"""A record as it was at a moment, worked out backwards from how it is now and what happened since."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from keyuan.records.catalogue import Catalogue, Field
from keyuan.records.history import Change, Event
from keyuan.records.kinds import Link
from keyuan.records.models import Record
from keyuan.records.namebook import NameBook
from keyuan.records.story import with_changes


def as_it_was(record: Record, at: datetime, catalogue: Catalogue, book: NameBook) -> dict[str, Any] | None:
    """The fields that people fill in, as they stood at `at`; None before the record existed.

    What follows from other rows, such as completeness, is left out: it has no history.
    """
    values, existed = _values_at(record, at)
    if not existed:
        return None
    kept = {field.name for field in record._meta.fields if field.editable} | {"tags"}
    visible = catalogue.visible_fields(book.user)
    return {name: _json(one, values.get(name), book) for name, one in visible.items() if name in kept}


def _values_at(record: Record, at: datetime) -> tuple[dict[str, Any], bool]:
    """Raw values by field, and whether the record existed."""
    values = record.snapshot()
    if record.updated_at <= at or at < record.created_at:
        return values, record.created_at <= at
    later = Event.objects.filter(record_type=record.module, record_id=record.pk, at__gt=at).exclude(name="created")
    for event in with_changes(later.order_by("-at", "-pk")):
        change = _change_of(event)
        if change is not None and event.details.get("kind") is None:  # addresses by kind are no fields
            values |= {name: change.before.get(name) for name in {*change.before, *change.after}}
    return values, True


def _change_of(event: Event) -> Change | None:
    try:
        return event.change
    except Change.DoesNotExist:
        return None


def _json(field: Field, raw: Any, book: NameBook) -> Any:
    if isinstance(field.kind, Link):
        found = field.kind.model.objects.visible_to(book.user).filter(pk=raw).first() if raw else None
        return field.kind.json(found, book)
    return field.kind.json(field.kind.blank() if raw is None else raw, book)
