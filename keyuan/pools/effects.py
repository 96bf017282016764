"""Whom the rules of a pool touch: asked before they are changed, and told on their page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.utils import timezone
from psycopg import sql

from keyuan.org.models import User
from keyuan.pools.clock import due_expression
from keyuan.pools.kinds import KINDS
from keyuan.pools.membership import home_pools
from keyuan.pools.models import Pool
from keyuan.pools.rules import PoolRules

_STATEMENT = sql.SQL("""
    SELECT owner_id, count(*) FILTER (WHERE due <= %s), count(*) FILTER (WHERE due <= %s)
    FROM (SELECT t.owner_id, {due} AS due FROM {table} t WHERE t.owner_id = ANY(%s) AND t.deleted_at IS NULL) asked
    GROUP BY owner_id HAVING count(*) FILTER (WHERE due <= %s) > 0
""")


@dataclass(frozen=True)
class Touched:
    """What somebody would lose.

    Attributes:
        back: records whose last day is over.
        soon: those, and the ones whose last day comes within the days of the warning.
    """

    owner: User
    back: int
    soon: int


def touched(pool: Pool, rules: PoolRules, day: date | None = None) -> list[Touched]:
    """Whose records would come back in the night after `day` (today) if these rules held, most of them first."""
    day = day or timezone.localdate()
    people = people_of(pool)
    if not people or not rules.recycles:
        return []
    kind = KINDS[pool.kind]
    statement = _STATEMENT.format(due=due_expression(kind, rules), table=sql.Identifier(kind.model._meta.db_table))
    warned = day + timedelta(days=rules.warn)
    with connection.cursor() as cursor:
        cursor.execute(statement, [day, warned, people, warned])
        found = cursor.fetchall()
    owners = User.objects.in_bulk([owner for owner, _back, _soon in found])
    rows = [Touched(owners[owner], back, soon) for owner, back, soon in found]
    return sorted(rows, key=lambda one: (-one.back, -one.soon, one.owner.name))


def people_of(pool: Pool) -> list[int]:
    """Who holds records that fall into this pool."""
    owners = KINDS[pool.kind].model.rows.exclude(owner=None).order_by().values_list("owner_id", flat=True).distinct()
    return [owner for owner, home in home_pools(owners, pool.kind).items() if home is not None and home.pk == pool.pk]


def in_all(rows: Sequence[Touched]) -> tuple[int, int]:
    """How many records come back, and how many do so soon."""
    return sum(one.back for one in rows), sum(one.soon for one in rows)
