"""The one primitive for conditions on other tables: read a few thousand ids; few become literals."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import EmptyResultSet
from django.db.models import BigIntegerField, BooleanField, Exists, F, Func, OuterRef, Q, QuerySet, Value

FEW, SEVERAL = 2000, 6000
"""So many ids become literals without a look at the statistics, and with one."""


def among(ids: Iterable[int], column: str = "pk") -> Q:
    """The condition that a record, or what `column` names, is one of these.

    The ids travel as one array: for Django fifty values cost a millisecond, and thousands a hundred.
    """
    found = sorted(set(ids))
    if not found:
        return Q(pk__in=[])
    array = Value(found, output_field=ArrayField(BigIntegerField()))
    return Q(Func(F(column), array, arg_joiner=" = ANY(", template="%(expressions)s)", output_field=BooleanField()))


def probe(rows: QuerySet[Any], back: str, under_or: bool) -> Q:
    """The condition that a record has one of `rows`.

    Several ids become literals: PostgreSQL hashes them and walks an index past 30,000 rows in 9 ms, where EXISTS takes
    80. Many become EXISTS where the condition stands under AND alone, and a hashed IN elsewhere, because EXISTS under
    OR is walked for every row. Where PostgreSQL expects many they are not read first: 2,001 ids of contacts in reach
    cost 55 ms.

    Args:
        rows: rows of another table.
        back: its column that names the record.
        under_or: the condition stands under an OR or a NOT.
    """
    name = back if back.endswith("_id") else f"{back}_id"
    most = FEW if under_or else SEVERAL
    if under_or or expected(rows) <= most:
        found = list(rows.order_by().values_list(name, flat=True)[: most + 1])
        if len(found) <= most:
            return among(found)
    if under_or:
        return Q(pk__in=rows.order_by().values(name))
    return Q(Exists(rows.order_by().filter(**{name: OuterRef("pk")})))


def expected(rows: QuerySet[Any]) -> int:
    """How many rows PostgreSQL expects, from its statistics alone."""
    try:
        plan = rows.order_by().explain(format="json")
    except EmptyResultSet:
        return 0
    return int(json.loads(plan)[0]["Plan"]["Plan Rows"]) if plan else 0  # no plan: Django asks nothing for none()
