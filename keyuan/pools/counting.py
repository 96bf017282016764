"""How many records lie in each of several pools, in one statement that stops counting where a number says no more."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from psycopg import sql

from keyuan.pools.kinds import KINDS
from keyuan.pools.models import Pool

MOST = 9999
_LYING = sql.SQL("""
    SELECT p.id, (
        SELECT count(*) FROM (
            SELECT FROM {table} t WHERE t.pool_id = p.id AND t.deleted_at IS NULL LIMIT %s
        ) AS found
    ) FROM unnest(%s::bigint[]) AS p (id)
""")


def lying(kind: str, pools: Iterable[Pool]) -> dict[int, str]:
    """How many living records each pool holds, in words by its id; beyond `MOST` it says so."""
    table = sql.Identifier(KINDS[kind].model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(_LYING.format(table=table), [MOST + 1, [one.pk for one in pools]])
        return {pk: f"{min(number, MOST):,}{'+' if number > MOST else ''}" for pk, number in cursor.fetchall()}
