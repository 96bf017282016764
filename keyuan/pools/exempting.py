"""What a pool never takes back because it matches a filter of its administrator, such as all customers with a tag.

The machine asks, so nothing depends on who looks. The clock asks within its statement (pools/clock.py), so it is asked
again in the moment in which something comes back.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _
from psycopg import sql

from keyuan.org.models import User
from keyuan.pools.kinds import PoolKind
from keyuan.records.errors import RuleBroken
from keyuan.records.query import FilterRefused, Node, conditions, where

PERSONAL = {"me", "my-department"}
CIRCULAR = {"due_on", "comes_soon"}
"""Fields that follow from the last day, which follows from what is exempt."""


def rows_of(kind: PoolKind, node: Node) -> Any:
    """The rows that match.

    Raises:
        FilterRefused: it can't be read (any more).
    """
    return kind.model.rows.filter(where(node, kind.catalogue, User.objects.robot())).order_by()


def refuse_unfit(kind: PoolKind, node: Node | None) -> None:
    """Raises RuleBroken unless this filter says the same to everybody, and can be read."""
    if node is None:
        return
    try:
        rows_of(kind, node)
        asked = list(conditions(node))
    except FilterRefused as refusal:
        raise RuleBroken(str(refusal)) from refusal
    if any(one["op"] in PERSONAL for one in asked):
        raise RuleBroken(_("“Is me” and “is in my department” mean nobody here. Name people or departments."))
    if any(one["field"] in CIRCULAR for one in asked):
        raise RuleBroken(_("What never comes back can't depend on when it comes back. Choose another field."))


def condition(kind: PoolKind, node: Node) -> sql.Composable:
    """Whether the row `t` matches, one record at a time by its key; everything does if the filter can't be read."""
    try:
        found = rows_of(kind, node).filter(pk=RawSQL("t.id", ())).values("pk")
        text, params = found.query.sql_with_params()
    except FilterRefused:
        return sql.SQL("TRUE")
    except EmptyResultSet:
        return sql.SQL("FALSE")
    operations: Any = connection.ops
    whole = operations.compose_sql(text, params).replace("%", "%%")
    return sql.SQL("EXISTS ({})").format(sql.SQL(whole))


def matches(record: Any, kind: PoolKind, node: Node) -> bool:
    """The same of one record."""
    try:
        return bool(rows_of(kind, node).filter(pk=record.pk).exists())
    except FilterRefused:
        return True
