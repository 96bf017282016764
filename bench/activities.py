"""Follow-ups and plans of the data: five a customer, one customer with very many, one week that is full.

Made by the server itself: each follows from the numbers of its customer, so they are the same each time.
"""

from __future__ import annotations

from typing import Any

import psycopg

from bench.copying import bring_back, set_aside

TABLES = ("follow_up", "follow_up_search", "plan", "plan_search")
EACH, MANY, FULL = 5, 100_000, 500
"""Follow-ups of a customer; of the one with very many; plans of the full week."""

SAID = (
    "电话沟通了二期点检模块的报价", "上门看了三条产线的数据采集", "微信发送了方案和同行业案例",
    "开会讨论了合同条款和付款节奏",
    "邮件确认了培训安排", "短信约好拜访时间", "回访一期使用情况", "参加了对方的供应商大会",
    "演示了移动端的审批流程", "核对了设备清单和点位",
)  # fmt: skip
THEN = (
    "对方认可先上能耗", "预算还要等总部批复", "希望分两期付款", "要求支持西门子接口", 
    "质检追溯放到下半年", "竞争对手报价更低", "交期要提前两周",
    "下周带技术过去", "采购要三家比价", "老板出差回来再定", "已经立项", "需要本地部署",
)  # fmt: skip

FOLLOW_UPS = """
    INSERT INTO follow_up (id, customer_id, author_id, kind_id, at, minutes, contacts, content, result_id,
        next_contact_at, place, is_effective, created_at, created_by_id, updated_at, updated_by_id, version, custom)
    SELECT number, customer, author, (%(kinds)s::bigint[])[1 + hash %% 7], at, NULL, contacts,
        (%(said)s::text[])[1 + hash %% 10] || '，' || (%(then)s::text[])[1 + hash / 7 %% 12]
            || '。单号 V' || hash %% 99991,
        (%(results)s::bigint[])[1 + hash / 3 %% 6], NULL, '', true, at, author, at, author, 1, '{{}}'
    FROM ({source}) AS made
"""
OF_EVERY = """
    SELECT (c.id - 1) * %(each)s + n AS number, c.id AS customer, c.owner_id AS author,
        abs(hashint8(c.id * 8 + n)) AS hash, c.last_followed_at - (n - 1) * interval '1 day' *
        (1 + abs(hashint8(c.id * 8 + n)) %% 60) AS at, ARRAY[p.contact] AS contacts
    FROM customer c JOIN (SELECT customer_id, min(id) AS contact FROM contact GROUP BY 1) p ON p.customer_id = c.id
    CROSS JOIN generate_series(1, %(each)s) AS n
    WHERE c.last_followed_at IS NOT NULL
"""
OF_ONE = """
    SELECT %(first)s + n AS number, c.id AS customer, c.owner_id AS author, abs(hashint8(n)) AS hash,
        c.last_followed_at - n * interval '9 minutes' AS at, '{}'::bigint[] AS contacts
    FROM customer c CROSS JOIN generate_series(1, %(many)s) AS n WHERE c.id = %(one)s
"""
BUSY = """
    SELECT c.id FROM customer c JOIN "user" u ON u.id = c.owner_id
    WHERE u.username = 's001' AND c.last_followed_at IS NOT NULL AND c.deleted_at IS NULL ORDER BY c.id LIMIT 1
"""
SEARCH = """
    INSERT INTO follow_up_search (record_id, kind, body)
    SELECT id, 'text', lower(translate(content, '，。', ',.')) FROM follow_up
"""
PLANS = """
    INSERT INTO plan (subject, kind_id, customer_id, contacts, participants, owner_id, department_id, starts_at,
        ends_at, is_all_day, place, priority, notes, reminders, state, is_detached, created_at,
        created_by_id, updated_at, updated_by_id, version, custom)
    SELECT (%(then)s::text[])[1 + id %% 12], (%(kinds)s::bigint[])[1 + id %% 7], id, '{}', '{}', owner_id,
        department_id, next_contact_at, next_contact_at + interval '1 hour', false, '', 'normal', '', '{}', 'open',
        false, created_at, owner_id, created_at, owner_id, 1, '{}'
    FROM customer WHERE next_contact_at IS NOT NULL AND deleted_at IS NULL
"""
WEEK = """
    INSERT INTO plan (subject, kind_id, contacts, participants, owner_id, department_id, starts_at, ends_at, is_all_day,
        place, priority, notes, reminders, state, is_detached, created_at, created_by_id, updated_at, updated_by_id,
        version, custom)
    SELECT '第 ' || n || ' 次拜访', (%(kinds)s::bigint[])[1 + n %% 7], '{}', '{}', u.id, u.department_id, at,
        at + interval '45 minutes', false, '', 'normal', '', '{}', 'open', false, at, u.id, at, u.id, 1, '{}'
    FROM "user" u CROSS JOIN generate_series(1, %(full)s) AS n CROSS JOIN LATERAL (
        SELECT date_trunc('week', now(), 'Asia/Shanghai') + (n %% 5) * interval '1 day' + interval '8 hours'
            + (n / 5 %% 40) * interval '15 minutes' AS at) AS slot
    WHERE u.username = 's001'
"""
PLAN_SEARCH = "INSERT INTO plan_search (record_id, kind, body) SELECT id, 'text', lower(subject) FROM plan"


def add(url: str, progress: Any) -> None:
    """Fill the tables of activities anew. Customers and contacts are there."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET client_min_messages = warning")
        connection.execute("SET work_mem = '256MB'")
        connection.execute("SET statement_timeout = 0")
        connection.execute("SET session_replication_role = replica")  # keys are right by construction
        connection.execute(f"TRUNCATE {', '.join(TABLES)}, plan_reminder, plan_series CASCADE")
        aside = set_aside(connection, TABLES)
        for name, statement, given in _statements(connection):
            connection.execute(statement, given)
            progress.say(name)
        for table in TABLES:
            _set_sequence(connection, table)
        bring_back(url, aside, progress.say)
        connection.execute(f"VACUUM (ANALYZE) {', '.join(TABLES)}")


def _statements(connection: psycopg.Connection) -> list[tuple[str, str, Any]]:
    given = _given(connection)
    return [
        ("follow-ups", FOLLOW_UPS.format(source=OF_EVERY), given),
        ("follow-ups of one customer", FOLLOW_UPS.format(source=OF_ONE), given),
        ("search text of follow-ups", SEARCH, None),
        ("plans", PLANS, given),
        ("a full week", WEEK, given),
        ("search text of plans", PLAN_SEARCH, None),
    ]


def _given(connection: psycopg.Connection) -> dict[str, Any]:
    def options(name: str) -> list[int]:
        rows = connection.execute("SELECT id FROM option WHERE list = %s ORDER BY position", [name])
        return [pk for (pk,) in rows.fetchall()]

    (last,) = connection.execute("SELECT max(id) FROM customer").fetchone() or (0,)
    (one,) = connection.execute(BUSY).fetchone() or (0,)
    return {
        "kinds": options("follow_up_kind"),
        "results": options("follow_up_result"),
        "said": list(SAID),
        "then": list(THEN),
        "each": EACH,
        "first": last * EACH,
        "many": MANY,
        "full": FULL,
        "one": one,
    }


def _set_sequence(connection: psycopg.Connection, table: str) -> None:
    connection.execute(
        f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT coalesce(max(id), 1) FROM {table}))"
    )
