"""Taking back what one operation did: fields get their old value where nobody changed them since; others are named."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from keyuan.org.models import User
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.history import Change, Event, Operation, as_json
from keyuan.records.models import BELONGING
from keyuan.records.sealing.comparing import same

CHUNK = 5000


@dataclass
class Undone:
    """What came of it.

    Attributes:
        number: records that got something back.
        left: records of which something was changed since, with the names of those fields.
    """

    number: int = 0
    left: list[tuple[Any, list[str]]] = field(default_factory=list)


@transaction.atomic
def undo(operation: Operation, models: Iterable[type[Any]], *, by: User, within: timedelta) -> Undone:
    """Give all records of these types back what `operation` changed.

    Args:
        within: how long after it this can be done.

    Raises:
        NotAllowed: somebody else did it, and `by` is no administrator.
        RuleBroken: too late, or taken back already.
    """
    locked = Operation.objects.select_for_update(of=("self",)).get(pk=operation.pk)
    if locked.by_id != by.pk and not by.is_administrator:
        raise NotAllowed(_("Only who did this may undo it."))
    if locked.undone_at is not None:
        raise RuleBroken(_("This was undone already."))
    if timezone.now() - locked.at > within:
        raise RuleBroken(_("It is too late to undo this."))
    Operation.objects.filter(pk=locked.pk).update(undone_at=timezone.now())
    taking_back = Operation.begin(f"{locked.verb}_undone"[:60], by=by)
    found = Undone()
    for model in models:
        take_back(locked, model, taking_back, found)
    return found


def take_back(
    done: Operation, model: type[Any], operation: Operation, found: Undone, only: Collection[int] | None = None
) -> None:
    """Give the records of one type back what the operation `done` changed, as part of another operation.

    Args:
        only: the ids of those that are meant; None for all that it changed.
    """
    for changes in _changes(done, model, only):
        _give_back(model, changes, operation, found)


def _changes(operation: Operation, model: type[Any], only: Collection[int] | None) -> Iterator[dict[int, Change]]:
    """Chunks of changes by record."""
    events = Event.objects.filter(operation=operation, record_type=model.module).order_by("record_id", "pk")
    events = events if only is None else events.filter(record_id__in=only)
    rows = list(events.values_list("pk", "record_id"))
    for start in range(0, len(rows), CHUNK):
        part = dict(rows[start : start + CHUNK])
        found: dict[int, Change] = {}
        for one in Change.objects.filter(pk__in=part).order_by("pk"):
            found[part[one.pk]] = _joined(found.get(part[one.pk]), one)
        yield found


def _joined(first: Change | None, second: Change) -> Change:
    """Two changes of one record as one: from what was before the first to what was after the second."""
    if first is None:
        return second
    return Change(before=second.before | first.before, after=first.after | second.after)


def _give_back(model: type[Any], changes: Mapping[int, Change], operation: Operation, found: Undone) -> None:
    pks = list(changes)
    list(model.rows.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk").values_list("pk"))
    alike: dict[str, list[int]] = defaultdict(list)
    for record in model.rows.filter(pk__in=pks).order_by("pk"):
        back, kept = compared(record, changes[record.pk])
        if kept:
            found.left.append((record, kept))
        if back:
            alike[as_json(back)].append(record.pk)
    for text, pks_alike in alike.items():
        fields = {name: model._meta.get_field(name).to_python(value) for name, value in json.loads(text).items()}
        model.rows.filter(pk__in=pks_alike).change(by=operation.by, operation=operation, event="undone", **fields)
        found.number += len(pks_alike)


def compared(record: Any, change: Change) -> tuple[dict[str, Any], list[str]]:
    """What may be given back, and the fields that somebody changed since."""
    fields = {one.name: one for one in record._meta.concrete_fields if one.name in change.after}
    kept = {name: one.value_from_object(record) for name, one in fields.items()}
    equal = [name for name, one in fields.items() if same(one, kept[name]) == same(one, change.after[name])]
    if "owner" in fields and "owner" not in equal:  # whose it is goes back as a whole or not at all
        equal = [name for name in equal if name not in BELONGING]
    return {name: change.before.get(name) for name in equal}, [name for name in fields if name not in equal]
