"""Bulk verbs: many records, one operation, in chunks that commit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction

from keyuan.customers.models import Customer
from keyuan.org.models import User
from keyuan.records.history import Operation
from keyuan.records.options import Tag

CHUNK = 2000


def chunks(rows: Any) -> Iterator[list[int]]:
    """The ids of `rows` in chunks; ids are read once, so that rows which leave the list meanwhile stay chosen."""
    pks = list(rows.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(pks), CHUNK):
        yield pks[start : start + CHUNK]


def tag_all(rows: Any, tags: list[Tag], *, by: User, remove: bool = False) -> int:
    """Add these tags to all `rows`, or remove them; how many rows changed.

    Raises:
        NotAllowed: tags are no field that `by` may fill in.
    """
    model, number = rows.model, 0
    model.require_field(by, "tags")
    operation = Operation.begin(f"{model.module}.{'untagged' if remove else 'tagged'}", by=by)
    for pks in chunks(rows):
        with transaction.atomic():
            changed = _tag_chunk(model, pks, [tag.pk for tag in tags], operation, remove)
            model.derive(changed, {"tags"})
        number += len(changed)
    return number


def _tag_chunk(model: Any, pks: list[int], tags: list[int], operation: Operation, remove: bool) -> list[int]:
    through = model.tags.through
    column = f"{model.module}_id"
    list(model.rows.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk").values_list("pk", flat=True))
    held = through.objects.filter(tag__in=tags, **{f"{column}__in": pks})
    had = set(held.values_list(column, "tag_id"))
    wanted = had if remove else {(pk, tag) for pk in pks for tag in tags} - had
    changed = sorted({pk for pk, _tag in wanted})
    before = _tags_of(through, column, changed)
    if remove:
        held.delete()
    else:
        through.objects.bulk_create([through(**{column: pk, "tag_id": tag}) for pk, tag in sorted(wanted)])
    _log(model, changed, before, _tags_of(through, column, changed), operation)
    return changed


def _tags_of(through: Any, column: str, pks: list[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {pk: [] for pk in pks}
    for pk, tag in through.objects.filter(**{f"{column}__in": pks}).order_by("tag_id").values_list(column, "tag_id"):
        found[pk].append(tag)
    return found


def _log(
    model: Any, pks: list[int], before: dict[int, list[int]], after: dict[int, list[int]], operation: Operation
) -> None:
    assert connection.in_atomic_block
    for record in model.rows.filter(pk__in=pks).order_by("pk"):
        record.log("edited", operation=operation, before={"tags": before[record.pk]}, after={"tags": after[record.pk]})
    model.rows.touched(pks, operation)


def delete_all(rows: Any, *, by: User) -> int:
    """Move all `rows` to the recycle bin as one operation; how many went."""
    operation = Operation.begin(f"{rows.model.module}.deleted", by=by)
    number = 0
    for pks in chunks(rows):
        with transaction.atomic():
            hold_customers(rows.model, pks)
            for record in rows.model.rows.living().select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk"):
                record.bin(operation)
                number += 1
    return number


def hold_customers(model: Any, pks: list[int]) -> None:
    """The customers first, as everybody does who writes about one: two who do it the other way round would stop."""
    if model is not Customer and model.customer_column:
        homes = model.rows.filter(pk__in=pks).exclude(**{model.customer_column: None})
        Customer.hold(set(homes.values_list(model.customer_column, flat=True)))
