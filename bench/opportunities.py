# ruff: noqa: PLC0415  what reads models is imported when Django knows its database
"""Opportunities of the data: three for every ten customers, one of thirty open, with their way through the stages.

Made by the server from the numbers of the customers, so they are the same each time; names, their order and their
search text as the product derives them, by COPY.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg

from bench.activities import _set_sequence
from bench.copying import bring_back, copy, set_aside

TABLES = ("opportunity", "opportunity_search", "stage_move", "opportunity_line")
PRODUCTS, OF_TEN, ONE_OPEN_OF, ONE_LINED_OF = 500, 3, 30, 10
"""Products; opportunities for ten customers; how many there are for one that is open, and for one with lines."""
CHUNK = 20_000
GOODS = (
    "数控系统",
    "减速机",
    "伺服电机",
    "仓储 WMS",
    "产线 MES",
    "质检追溯",
    "设备点检",
    "能耗监测",
    "工业网关",
    "扫码终端",
)
MODELS = ("标准版", "集团版", "轻量版", "A 型", "B 型", "升级包", "年度维护", "实施服务", "培训", "备件包")
WANTED = ("一期", "二期", "三期", "扩容", "改造", "续费", "试点", "升级")

DRAWN = """
    CREATE TEMP TABLE drawn AS
    SELECT row_number() OVER (ORDER BY c.id) AS id, c.id AS customer, c.owner_id AS owner,
        c.department_id AS department,
        abs(hashint8(c.id)) AS hash, c.last_followed_at, c.next_contact_at,
        coalesce(nullif(c.short_name, ''), c.name) || '-' || (%(goods)s::text[])[1 + abs(hashint8(c.id)) %% 10]
            || (%(wanted)s::text[])[1 + abs(hashint8(c.id + 7)) %% 8] AS name
    FROM customer c WHERE c.id %% 10 < %(of_ten)s AND c.deleted_at IS NULL AND c.owner_id IS NOT NULL
"""
TOLD = """
    CREATE TEMP TABLE told AS
    SELECT d.*, CASE WHEN hash %% %(one_open_of)s = 0 THEN 'open' WHEN hash %% 5 < 2 THEN 'won'
            ELSE 'lost' END AS outcome,
        CASE WHEN hash %% %(one_open_of)s <> 0 AND hash %% 5 < 2 THEN 4 ELSE hash / 31 %% 5 END AS reached,
        6 + hash / 7 %% 20 AS pace,
        CASE WHEN hash %% %(one_open_of)s = 0 THEN now() - (hash / 11 %% 40) * interval '1 day'
            ELSE now() - (1 + hash / 11 %% 700) * interval '1 day' END AS until
    FROM drawn d
"""
FILLED = """
    INSERT INTO opportunity (id, owner_id, department_id, created_at, created_by_id, updated_at, updated_by_id, version,
        custom, name, customer_id, pipeline_id, stage_id, last_open_stage_id, outcome, amount, amount_is_manual,
        discount, reduction, probability, probability_is_manual, expected_on, slips, closed_on, reason_id, products,
        contacts, notes, stage_since, last_followed_at, next_contact_at, followed_kinds, sort_name, customer_owner,
        customer_department)
    SELECT t.id, owner, department, until - (reached + 1) * pace * interval '1 day', owner, until, owner, 1,
        '{}', t.name, customer, %(pipeline)s,
        CASE outcome WHEN 'won' THEN %(won)s WHEN 'lost' THEN %(lost)s ELSE (%(stages)s::bigint[])[1 + reached] END,
        (%(stages)s::bigint[])[1 + reached], outcome, (5 + hash / 13 %% 900) * 1200, true, 0, 0,
        CASE outcome WHEN 'won' THEN 100 WHEN 'lost' THEN 0 ELSE (%(odds)s::int[])[1 + reached] END, false,
        CASE outcome WHEN 'open' THEN current_date + (hash / 17 %% 150)::int - 15 ELSE until::date END,
        CASE WHEN hash %% 9 = 0 THEN 3 ELSE 0 END, CASE outcome WHEN 'open' THEN NULL ELSE until::date END,
        CASE outcome WHEN 'lost' THEN (%(reasons)s::bigint[])[1 + hash %% 6] END,
        CASE WHEN t.id %% %(one_lined_of)s = 0 THEN ARRAY[(%(products)s::bigint[])[1 + hash %% 400],
            (%(products)s::bigint[])[2 + hash %% 400], (%(products)s::bigint[])[3 + hash %% 400]] ELSE '{}' END,
        '{}', '', until, CASE outcome WHEN 'open' THEN last_followed_at END,
        CASE outcome WHEN 'open' THEN next_contact_at END, '{}', n.sort_name, owner, department
    FROM told t JOIN named n ON n.id = t.id
"""
STEPS = """
    INSERT INTO stage_move (opportunity_id, from_stage_id, to_stage_id, by_id, operation_id, at, seconds, amount,
        probability, is_undone)
    SELECT id, CASE WHEN n > 0 THEN (%(stages)s::bigint[])[n] END, (%(stages)s::bigint[])[1 + n], owner, %(operation)s,
        until - (reached + 1 - n) * pace * interval '1 day', CASE WHEN n > 0 THEN pace * 86400 ELSE 0 END,
        (5 + hash / 13 %% 900) * 1200, (%(odds)s::int[])[1 + n], false
    FROM told CROSS JOIN LATERAL generate_series(0, reached) AS n
    UNION ALL
    SELECT id, (%(stages)s::bigint[])[1 + reached], CASE outcome WHEN 'won' THEN %(won)s ELSE %(lost)s END, owner,
        %(operation)s, until, pace * 86400, (5 + hash / 13 %% 900) * 1200, CASE outcome WHEN 'won' THEN 100 ELSE 0 END,
        false
    FROM told WHERE outcome <> 'open'
"""
LINES = """
    INSERT INTO opportunity_line (opportunity_id, product_id, position, price, quantity, discount)
    SELECT o.id, p.product, p.place - 1, 1000 + o.id %% 97 * 10, 1 + o.id %% 7, o.id %% 3 * 5
    FROM opportunity o CROSS JOIN LATERAL unnest(o.products) WITH ORDINALITY AS p(product, place)
"""
BOUGHT = """
    UPDATE customer c SET has_bought = true FROM (
        SELECT DISTINCT customer_id FROM opportunity WHERE outcome = 'won'
    ) AS won WHERE won.customer_id = c.id AND NOT c.has_bought
"""


def add(url: str, progress: Any) -> None:
    """Fill the tables of opportunities anew. Customers are there."""
    given = _given()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET client_min_messages = warning")
        connection.execute("SET work_mem = '256MB'")
        connection.execute("SET statement_timeout = 0")
        connection.execute("SET session_replication_role = replica")  # keys are right by construction
        for table in reversed(TABLES):  # no TRUNCATE: follow-ups point here
            connection.execute(f"DELETE FROM {table}")
        aside = set_aside(connection, TABLES)
        connection.execute(DRAWN, given)
        connection.execute(TOLD, given)
        _derive(connection, progress)
        for name, statement in (("opportunities", FILLED), ("steps", STEPS), ("lines", LINES)):
            connection.execute(statement, given)
            progress.say(name)
        connection.execute(BOUGHT)
        for table in TABLES:
            _set_sequence(connection, table)
        bring_back(url, aside, progress.say)
        connection.execute(f"VACUUM (ANALYZE) {', '.join(TABLES)}, customer")


def _derive(connection: psycopg.Connection, progress: Any) -> None:
    """The order of the names, and the text by which each is found."""
    from keyuan.customers.models.deriving import sort_name
    from keyuan.opportunities.models.deriving import opportunity_text

    connection.execute("CREATE TEMP TABLE named (id bigint, sort_name text)")
    for rows in _pieces(connection):
        copy(connection, "named", ("id", "sort_name"), [(pk, sort_name(name)) for pk, name, _year in rows])
        texts = [(pk, "text", opportunity_text(f"SJ-{year}-{pk:04d}", name, "")) for pk, name, year in rows]
        copy(connection, "opportunity_search", ("record_id", "kind", "body"), texts)
        progress.now_and_then(f"{rows[-1][0]:,} names of opportunities")


def _pieces(connection: psycopg.Connection) -> Iterator[list[Any]]:
    began = "extract(year FROM (until - (reached + 1) * pace * interval '1 day') AT TIME ZONE 'Asia/Shanghai')::int"
    last = 0
    while rows := connection.execute(
        f"SELECT id, name, {began} FROM told WHERE id > %s AND id <= %s ORDER BY id", [last, last + CHUNK]
    ).fetchall():
        yield rows
        last += CHUNK


def _given() -> dict[str, Any]:
    from keyuan.opportunities.models import Stage
    from keyuan.org.models import User
    from keyuan.records.history import Operation
    from keyuan.records.options import Option

    stages = list(Stage.objects.filter(pipeline__position=0, is_retired=False).order_by("position", "pk"))
    ways = [one for one in stages if one.is_open][:5]
    robot = User.objects.robot()
    return {
        "goods": list(GOODS),
        "wanted": list(WANTED),
        "of_ten": OF_TEN,
        "one_open_of": ONE_OPEN_OF,
        "one_lined_of": ONE_LINED_OF,
        "pipeline": ways[0].pipeline_id,
        "stages": [one.pk for one in ways],
        "odds": [one.probability for one in ways],
        "won": next(one.pk for one in stages if one.kind == "won"),
        "lost": next(one.pk for one in stages if one.kind == "lost"),
        "reasons": list(Option.objects.filter(list="opportunity_lost_reason").values_list("pk", flat=True)),
        "products": _products(),
        "operation": Operation.begin("opportunity.created", by=robot).pk,
    }


def _products() -> list[int]:
    """So many products, added as people add them; those of an earlier attempt are used again."""
    from bench.people import DIRECTOR, grant_all
    from keyuan.opportunities.models import Product
    from keyuan.org.models import Role, User
    from keyuan.org.scopes import Scope

    grant_all(Role.objects.get(name=DIRECTOR), Role, Scope)
    director = User.objects.get(username="director")
    rows = Product.objects.unscoped(reason="the data sells its own products")
    for number in range(rows.count(), PRODUCTS):
        name = f"{GOODS[number % 10]} {MODELS[number // 10 % 10]} {100 + number}"
        Product.add(by=director, name=name, code=f"P{10_000 + number}", unit="套", list_price=1000 + number * 37)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:PRODUCTS])
