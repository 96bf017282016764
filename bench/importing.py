"""How many rows a second an import takes, with validation and the search for duplicates."""

from __future__ import annotations

import csv
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import psycopg

from bench.companies import company_names
from bench.people import person_name
from keyuan.customers.models import Customer
from keyuan.engine.postgres import NAME, SUPERUSER, Cluster
from keyuan.exchange.importing import import_file
from keyuan.exchange.models import Import
from keyuan.records.reference import regions

ROWS, WARM_UP = 10_000, 2_000
HEAD = ("客户名称", "客户分类", "电话", "省市区", "地址", "备注")
OF_CONTACT = ("联系人姓名", "联系人手机")

TABLES = ["customer", "contact", "follow_up", "customer_search", "contact_search", "follow_up_search", "duplicate_key"]
_UNDO = (
    "CREATE TEMP TABLE gone AS SELECT DISTINCT record_type, record_id FROM event WHERE operation_id = ANY(%(ops)s)",
    "DELETE FROM change USING event e WHERE e.id = event_id AND e.operation_id = ANY(%(ops)s)",
    "DELETE FROM event WHERE operation_id = ANY(%(ops)s)",
    "DELETE FROM duplicate_key k USING gone g WHERE g.record_type = k.record_type AND g.record_id = k.record_id",
    "DELETE FROM follow_up_search s USING gone g WHERE g.record_type = 'follow_up' AND g.record_id = s.record_id",
    "DELETE FROM follow_up f USING gone g WHERE g.record_type = 'follow_up' AND g.record_id = f.id",
    "DELETE FROM contact_search s USING gone g WHERE g.record_type = 'contact' AND g.record_id = s.record_id",
    "DELETE FROM contact c USING gone g WHERE g.record_type = 'contact' AND g.record_id = c.id",
    "DELETE FROM customer_search s USING gone g WHERE g.record_type = 'customer' AND g.record_id = s.record_id",
    "DELETE FROM customer c USING gone g WHERE g.record_type = 'customer' AND g.record_id = c.id",
    "DROP TABLE gone",
)


def import_rows(user: Any, *, contacts: bool) -> str:
    """Import a sheet of 10,000 new customers, each alone or with a contact, and take them out again."""
    _import(user, WARM_UP, contacts)  # pages of indexes that nobody has read since the start come from the disk
    created, seconds = _import(user, ROWS, contacts)
    found = created / seconds
    return f"{found:,.0f}{' !' if found < 3000 else ''} ({created:,} rows)"


def old_names(user: Any) -> list[str]:
    """Of customers that have been followed up since."""
    rows = Customer.objects.visible_to(user).filter(last_followed_at__isnull=False)
    return list(rows.order_by("-last_followed_at").values_list("name", flat=True)[:500])


def import_follow_ups(user: Any) -> str:
    """Import a sheet of 10,000 old follow-ups of 500 customers, and take them out again."""
    names = old_names(user)
    _imported("follow-ups", user, partial(_write_follow_ups, names, WARM_UP))
    created, seconds = _imported("follow-ups", user, partial(_write_follow_ups, names, ROWS))
    found = created / seconds
    return f"{found:,.0f}{' !' if found < 3000 else ''} ({created:,} rows)"


def _import(user: Any, rows: int, contacts: bool) -> tuple[int, float]:
    """How many customers were created, in how many seconds."""
    return _imported("customers", user, partial(_write, rows, contacts))


def _imported(kind: str, user: Any, write: Callable[[Path], None]) -> tuple[int, float]:
    with tempfile.TemporaryDirectory() as folder:
        sheet = Path(folder, f"{kind}.csv")
        write(sheet)
        began = time.perf_counter()
        import_file(kind, sheet, user.username)
        seconds = time.perf_counter() - began
    of = Import.objects.latest("pk")
    _take_out([of.operation_id])
    return of.counts.get("created", 0), seconds


def _write_follow_ups(names: list[str], rows: int, sheet: Path) -> None:
    """As an older system hands them over: each with its day and its words; no date of a customer moves."""
    rng = Random(time.time_ns())
    with sheet.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(["客户", "跟进方式", "时间", "内容"])
        for number in range(rows):
            at = f"2012-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02} {rng.randrange(8, 18):02}:{number % 60:02}"
            writer.writerow([rng.choice(names), "电话", at, f"谈了第{number}版方案的价格和交期，等对方答复"])


def _write(rows: int, contacts: bool, sheet: Path) -> None:
    rng = Random(time.time_ns())
    with sheet.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow([*HEAD, *(OF_CONTACT if contacts else ())])
        for number, (name, _short, city) in enumerate(company_names(rows, seed=rng.randrange(2**31))):
            place = "".join(regions.path(city))
            phone, mobile = f"0574-0{rng.randrange(10**7):07}", f"154{rng.randrange(10**8):08}"
            new = f"{name[:2]}甲{number}{name[2:]}"
            person = [person_name(rng), mobile] if contacts else []
            writer.writerow([new, "潜在客户", phone, place, f"人民路{number}号", "导入测试", *person])


def _take_out(operations: list[int]) -> None:
    with psycopg.connect(Cluster().url(NAME, SUPERUSER), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        for statement in _UNDO:
            connection.execute(statement, {"ops": operations} if "%(ops)s" in statement else None)
        connection.execute(
            "VACUUM customer, contact, follow_up, follow_up_search, customer_search, contact_search, duplicate_key"
        )
