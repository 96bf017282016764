"""Records follow their owner into another department: which ones, and the statement that moves a part of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from django.apps import apps

from keyuan.org.models import Department, User
from keyuan.org.scopes import FOLLOWS
from keyuan.records.history import Operation
from keyuan.records.models import Record

CHUNK = 5000


def owned_types() -> list[Any]:
    """The record types whose rows have a scope of their own; the rows of others follow their record."""
    return [model for model in apps.get_models() if issubclass(model, Record) and model.module not in FOLLOWS]


def _all_types() -> list[Any]:
    """Also those whose department nobody asks for, but the database."""
    return [model for model in apps.get_models() if issubclass(model, Record)]


def count_owned(people: Collection[int]) -> int:
    """How many living records these people own."""
    return sum(model.rows.living().filter(owner_id__in=people).count() for model in owned_types())


def count_elsewhere(person: User) -> int:
    """How many living records of this person lie in another department than theirs."""
    rows = [model.rows.living().filter(owner_id=person.pk) for model in owned_types()]
    return sum(one.exclude(department_id=person.department_id).count() for one in rows)


def count_lying(department: Department) -> int:
    """How many records lie in this department, deleted ones among them."""
    return sum(model.rows.filter(department_id=department.pk).count() for model in _all_types())


def lying_in(department: Department) -> Iterator[tuple[Any, Sequence[int]]]:
    """Type and ids, in parts, of the records that lie in this department, deleted ones among them."""
    for model in _all_types():
        yield from _parts(model, model.rows.filter(department_id=department.pk))


def left_behind(people: Collection[int], department: Department) -> Iterator[tuple[Any, Sequence[int]]]:
    """Type and ids, in parts, of the records of these people that lie elsewhere, deleted ones among them."""
    for model in owned_types():
        rows = model.rows.filter(owner_id__in=people).exclude(department_id=department.pk)
        yield from _parts(model, rows)


def _parts(model: Any, rows: Any) -> Iterator[tuple[Any, Sequence[int]]]:
    pks = list(rows.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(pks), CHUNK):
        yield model, pks[start : start + CHUNK]


def owned_among(model: Any, pks: Sequence[int], people: Collection[int]) -> list[int]:
    """Those of these rows that still belong to one of these people."""
    return list(model.rows.filter(pk__in=pks, owner_id__in=people).values_list("pk", flat=True))


def move_part(model: Any, pks: Sequence[int], department: Department, *, by: User, operation: Operation) -> int:
    """Set the department of these rows, with a line of history each; how many changed."""
    return len(model.rows.filter(pk__in=pks).change(by=by, operation=operation, department=department))
