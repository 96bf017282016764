"""Until when records are their owners': one statement for one record or a million."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection
from psycopg import sql

from keyuan.pools.exempting import condition as matching
from keyuan.pools.kinds import KINDS, PoolKind
from keyuan.pools.membership import home_pools, recycles
from keyuan.pools.rules import PoolRules, Wait

if TYPE_CHECKING:
    from keyuan.org.models import User

_RENEWED = sql.SQL("""
    UPDATE {table} r SET due_on = n.due FROM (
        SELECT t.id, {due} AS due FROM {table} t
        WHERE t.owner_id = ANY(%s) AND t.deleted_at IS NULL {only}
    ) n WHERE r.id = n.id AND r.due_on IS DISTINCT FROM n.due
""")
_OVERDUE = sql.SQL("""
    SELECT t.owner_id, t.id FROM {table} t
    WHERE t.owner_id = ANY(%s) AND t.deleted_at IS NULL {only} AND {due} < %s ORDER BY t.owner_id, t.id
""")


def renew(module: str, pks: Collection[int], by: User | None = None) -> None:
    """Work out anew until when these records are their owners'; what has no owner has no clock.

    Where nothing comes back by itself, nothing is asked: the last days that were written down before go at night.

    Args:
        by: who changed them, whose rights may know already that there are no such pools.
    """
    if not pks or module not in KINDS or not recycles(module, by):
        return
    model = KINDS[module].model
    owners = model.rows.filter(pk__in=pks).exclude(owner=None).values_list("owner_id", flat=True).distinct()
    for rules, people in _by_rules(module, owners):
        _write(KINDS[module], rules, people, pks)


def renew_all(module: str) -> int:
    """The same for everybody's records, as each night; how many changed."""
    owners = KINDS[module].model.rows.exclude(owner=None).order_by().values_list("owner_id", flat=True).distinct()
    return sum(_write(KINDS[module], rules, people, None) for rules, people in _by_rules(module, owners))


def overdue(module: str, today: date, pks: Collection[int] | None = None) -> dict[int, list[int]]:
    """The records whose last day is over, by the id of their owner; asked of the rule itself, not of `due_on`.

    Args:
        pks: among these only; None is among all.
    """
    kind, found = KINDS[module], defaultdict(list)
    among = kind.model.rows.all() if pks is None else kind.model.rows.filter(pk__in=pks)
    owners = among.exclude(owner=None).order_by().values_list("owner_id", flat=True).distinct()
    for rules, people in _by_rules(module, owners):
        given: list[Any] = [people, *([] if pks is None else [list(pks)]), today]
        with connection.cursor() as cursor:
            cursor.execute(_of(kind, _OVERDUE, rules, pks), given)
            for owner, pk in cursor.fetchall():
                found[owner].append(pk)
    return found


def _by_rules(module: str, owners: Iterable[int]) -> Iterable[tuple[PoolRules | None, list[int]]]:
    """People under the same pool together; None where no pool is open to them."""
    rules: dict[int | None, PoolRules | None] = {None: None}
    people: dict[int | None, list[int]] = defaultdict(list)
    for owner, pool in home_pools(owners, module).items():
        rules[pool.pk if pool else None] = pool.rules if pool else None
        people[pool.pk if pool else None].append(owner)
    return [(rules[pool], found) for pool, found in people.items()]


def _write(kind: PoolKind, rules: PoolRules | None, people: list[int], pks: Collection[int] | None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_of(kind, _RENEWED, rules, pks), [people, *([] if pks is None else [list(pks)])])
        return int(cursor.rowcount)


def _of(kind: PoolKind, statement: sql.SQL, rules: PoolRules | None, pks: Collection[int] | None) -> sql.Composable:
    only = sql.SQL("" if pks is None else "AND t.id = ANY(%s)")
    table = sql.Identifier(kind.model._meta.db_table)
    return statement.format(table=table, due=due_expression(kind, rules), only=only)


def due_expression(kind: PoolKind, rules: PoolRules | None) -> sql.Composable:
    """The rule of `rules.due` about the row `t`, as a date or NULL."""
    if rules is None or not rules.recycles or not (set(rules.waits) & set(kind.events) or rules.hard_end is not None):
        return sql.SQL("NULL::date")
    never: list[sql.Composable] = [sql.SQL(kind.exempt[one]) for one in rules.exempt if one in kind.exempt]
    never += map(sql.SQL, kind.ending)
    if rules.exempt_filter is not None:
        never.append(matching(kind, rules.exempt_filter))
    end = _within_the_end(_waited(kind, rules), rules)
    due = sql.SQL("GREATEST({}, t.extended_to)").format(end)
    if not never:
        return due
    any_of = sql.SQL(" OR ").join(sql.SQL("({})").format(one) for one in never)
    return sql.SQL("CASE WHEN {} THEN NULL ELSE {} END").format(any_of, due)


def _waited(kind: PoolKind, rules: PoolRules) -> sql.Composable:
    ends = [
        sql.SQL("GREATEST({}, {}, {}) + {}").format(CREATED, TAKEN, day(kind.events[event]), _days(kind, rules, wait))
        for event, wait in rules.waits.items()
        if event in kind.events
    ]
    least = [sql.SQL("{} + {}").format(TAKEN, sql.Literal(rules.protection))]
    least.append(sql.SQL("{} + {}").format(CREATED, sql.Literal(rules.new_days)))
    if ends:
        joined = sql.SQL("GREATEST({})" if rules.needs_all else "LEAST({})").format(sql.SQL(", ").join(ends))
        return sql.SQL("GREATEST({})").format(sql.SQL(", ").join([*least, joined]))
    return sql.SQL("'infinity'::date")


def _within_the_end(due: sql.Composable, rules: PoolRules) -> sql.Composable:
    if rules.hard_end is None:
        return due
    return sql.SQL("LEAST({}, {} + {})").format(due, TAKEN, sql.Literal(rules.hard_end))


def _days(kind: PoolKind, rules: PoolRules, wait: Wait) -> sql.Composable:
    if not wait.by_choice or rules.choice not in kind.choices:
        return sql.Literal(wait.days)
    cases = [
        sql.SQL("WHEN {} THEN {}").format(sql.Literal(choice), sql.Literal(days))
        for choice, days in sorted(wait.by_choice.items())
    ]
    column = sql.SQL("t.") + sql.Identifier(kind.choices[rules.choice])
    return sql.SQL("CASE {} {} ELSE {} END").format(column, sql.SQL(" ").join(cases), sql.Literal(wait.days))


def day(moment: str) -> sql.Composable:
    """The day of the organisation on which a moment falls."""
    return sql.SQL("({} AT TIME ZONE {})::date").format(sql.SQL(f"({moment})"), sql.Literal(settings.TIME_ZONE))


CREATED = day("t.created_at")
TAKEN = day("coalesce(t.taken_at, t.created_at)")
