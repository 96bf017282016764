"""Records for many readers at once, as each of them sees them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import BigIntegerField, Value

from keyuan.org.models import User
from keyuan.records.catalogue import Catalogue
from keyuan.records.veil import veil

ARMS = 100
"""Readers in one query; each has the condition of `reached_by` as an arm of a union, so that the rule stands once."""

Asked = Sequence[tuple[User, int]]
Pairs = set[tuple[int, int]]
"""Of the ids of a person and of a record."""


def shown_to(catalogue: Catalogue, asked: Asked, *columns: str) -> dict[tuple[int, int], Any]:
    """The records of these pairs as each person sees them: what they may not see is missing, hidden fields are blank.

    One query for ARMS people.

    Args:
        asked: people, whose rights are loaded, each with the id of a record.
        columns: what is read of a record.
    """
    found: dict[int, list[Any]] = defaultdict(list)
    for arms in _arms(catalogue.model, asked):
        for row in _together([arm.only(*columns) for arm in arms]):
            found[row.reader].append(row)
    people = {user.pk: user for user, _pk in asked}
    for reader, rows in found.items():
        veil(catalogue, rows, people[reader])
    return {(reader, row.pk): row for reader, rows in found.items() for row in rows}


def _arms(model: type[Any], asked: Asked) -> Iterable[list[Any]]:
    """Per reader the rows that are asked for, ARMS readers at a time."""
    wanted: dict[User, set[int]] = defaultdict(set)
    for user, pk in asked:
        wanted[user].add(pk)
    arms = [
        model.objects.visible_to(user).filter(pk__in=pks).annotate(reader=Value(user.pk, BigIntegerField())).order_by()
        for user, pks in wanted.items()
    ]
    return [arms[start : start + ARMS] for start in range(0, len(arms), ARMS)]


def _together(arms: list[Any]) -> Any:
    return arms[0].union(*arms[1:], all=True) if len(arms) > 1 else arms[0]
