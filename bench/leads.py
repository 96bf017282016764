# ruff: noqa: PLC0415  what reads models is imported when Django knows its database
"""Leads of the data: one for every four customers, four of five with an owner who let them lie, the others in a pool.

Made by the server from the numbers of the customers; search text, order and keys by the product itself.
"""

from __future__ import annotations

import multiprocessing
from typing import Any

import psycopg

from bench.activities import _set_sequence
from bench.copying import bring_back, set_aside

TABLES = ("lead", "lead_search", "lead_tag")
ONE_OF, ONE_POOLED_OF = 4, 5
"""Customers for one lead, and leads for one that lies in the pool."""
CHUNK = 5000

FILLED = """
    INSERT INTO lead (id, owner_id, department_id, created_at, created_by_id, updated_at, updated_by_id, version,
        custom, company, name, title, mobile, phone, email, wechat, source_id, industry, region, address, requirement,
        rating_id, score, state, invalid_reason_id, notes, opened_at, last_followed_at, next_contact_at, sort_name,
        pool_id, taken_at, released_at, is_locked)
    SELECT row_number() OVER (ORDER BY id), CASE WHEN NOT pooled THEN owner_id END,
        CASE WHEN NOT pooled THEN department_id END, began, created_by_id, began + interval '9 days', created_by_id, 1,
        '{}', name, (%(people)s::text[])[1 + hash %% 8] || (%(people)s::text[])[1 + hash / 8 %% 8], '',
        '139' || lpad((hash %% 100000000)::text, 8, '0'), '', '', '',
        (%(sources)s::bigint[])[1 + hash %% %(n_sources)s],
        industry, region, '', '', (%(ratings)s::bigint[])[1 + hash / 3 %% %(n_ratings)s], hash / 5 %% 100,
        CASE WHEN hash %% 11 = 0 AND NOT pooled THEN 'invalid' WHEN hash %% 3 = 0 THEN 'new' WHEN hash %% 3 = 1
            THEN 'working' ELSE 'valid' END,
        CASE WHEN hash %% 11 = 0 AND NOT pooled THEN (%(reasons)s::bigint[])[1 + hash %% %(n_reasons)s] END, '', began,
        CASE WHEN hash %% 3 > 0 THEN began + interval '9 days' END, NULL, '', CASE WHEN pooled THEN %(pool)s END,
        began, CASE WHEN pooled THEN began + interval '9 days' END, false
    FROM (
        SELECT c.*, abs(hashint8(c.id)) AS hash, c.id / %(one_of)s %% %(one_pooled_of)s = 0 AS pooled,
            now() - (40 + abs(hashint8(c.id)) / 17 %% 400) * interval '1 day' AS began
        FROM customer c WHERE c.id %% %(one_of)s = 1 AND c.deleted_at IS NULL AND c.owner_id IS NOT NULL
    ) AS drawn
"""
PEOPLE = ("建国", "晓彤", "志远", "子涵", "一鸣", "雪梅", "文斌", "海燕")


def add(url: str, progress: Any) -> int:
    """Fill the tables of leads anew; how many there are. Customers are there."""
    given = _given()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET client_min_messages = warning")
        connection.execute("SET statement_timeout = 0")
        connection.execute("SET session_replication_role = replica")  # keys are right by construction
        connection.execute("DELETE FROM duplicate_key WHERE record_type = 'lead'")
        for table in reversed(TABLES):
            connection.execute(f"DELETE FROM {table}")
        aside = set_aside(connection, TABLES)
        connection.execute(FILLED, given)
        _set_sequence(connection, "lead")
        count = int(connection.execute("SELECT max(id) FROM lead").fetchone()[0])  # type: ignore[index]
        progress.say(f"{count:,} leads")
        bring_back(url, aside, progress.say)
        _derive(count, progress)
        connection.execute(f"VACUUM (ANALYZE) {', '.join(TABLES)}, duplicate_key")
    return count


def _derive(count: int, progress: Any) -> None:
    """What follows from them, by the product, in two processes."""
    with multiprocessing.get_context("spawn").Pool(2, _begin) as pool:
        for last in pool.imap_unordered(_derived, range(1, count + 1, CHUNK)):
            progress.now_and_then(f"{last:,} texts of leads")


def _begin() -> None:
    import django

    django.setup()


def _derived(first: int) -> int:
    from keyuan.leads.models.deriving import derive_leads

    derive_leads(list(range(first, first + CHUNK)), None)
    return first + CHUNK


def _given() -> dict[str, Any]:
    from keyuan.org.models import Department, User
    from keyuan.pools.admin import Members, add_pool
    from keyuan.pools.models import Pool
    from keyuan.pools.rules import PoolRules

    for kind in ("customer", "lead"):
        if not Pool.objects.filter(kind=kind).exists():
            root = frozenset(Department.objects.filter(parent=None).values_list("pk", flat=True))
            by = User.objects.robot()
            add_pool(kind, "公海", members=Members(departments=root), rules=PoolRules(), by=by)
    lists = {"sources": "source", "ratings": "rating", "reasons": "invalid_reason"}
    entries = {name: _entries(list_) for name, list_ in lists.items()}
    numbers = {f"n_{name}": len(found) for name, found in entries.items()}
    pool = Pool.objects.filter(kind="lead").values_list("pk", flat=True)[0]
    return {
        "people": list(PEOPLE),
        "pool": pool,
        "one_of": ONE_OF,
        "one_pooled_of": ONE_POOLED_OF,
        **entries,
        **numbers,
    }


def _entries(list_: str) -> list[int]:
    from keyuan.records.options import Option

    return list(Option.objects.filter(list=list_, is_retired=False).values_list("pk", flat=True))
