"""Two people edit one record (Q8): what the other one changed meanwhile, beside what was typed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models

from keyuan.records.catalogue import Catalogue
from keyuan.records.history import Event
from keyuan.records.models import Record
from keyuan.records.namebook import NameBook
from keyuan.records.story import with_changes


@dataclass(frozen=True)
class Difference:
    """A field that somebody else changed since the person opened the form.

    Attributes:
        theirs: what stands there now; `yours` what was typed; `base` what stood there before, all in words.
        clashes: both changed it. Where only they did, their value is simply taken over.
    """

    name: str
    label: str
    base: str
    theirs: str
    yours: str
    who: str
    at: datetime

    @property
    def clashes(self) -> bool:
        return self.yours not in (self.base, self.theirs)


def differences(
    current: Record, version: int, typed: dict[str, Any], catalogue: Catalogue, book: NameBook
) -> list[Difference]:
    """What others changed in `current` since `version`, among the fields of the form.

    Args:
        typed: the cleaned values of the form by field name.
    """
    events = with_changes(Event.objects.filter(record_type=current.module, record_id=current.pk, name="edited"))
    missed = list(events.order_by("-at", "-pk")[: max(0, current.version - version)])[::-1]
    found: dict[str, Difference] = {}
    for event in missed:
        for name in event.change.after:
            if name in typed and name in catalogue.visible_fields(book.user):
                base = (
                    found[name].base if name in found else _words(catalogue, name, event.change.before.get(name), book)
                )
                found[name] = Difference(
                    name=name,
                    label=str(catalogue.fields[name].label),
                    base=base,
                    theirs=_words(catalogue, name, catalogue.fields[name].read(current), book),
                    yours=_words(catalogue, name, typed[name], book),
                    who=str(book.person(event.by_id) or ""),
                    at=event.at,
                )
    return list(found.values())


def _words(catalogue: Catalogue, name: str, value: Any, book: NameBook) -> str:
    return catalogue.visible_fields(book.user)[name].kind.plain(_raw(value), book)


def _raw(value: Any) -> Any:
    """Rows as their ids, as history keeps them."""
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, list):
        return [_raw(one) for one in value]
    return value
