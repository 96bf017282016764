"""How many rows a second an import takes, with validation and the search for duplicates."""

from __future__ import annotations

import csv
import tempfile
import time
from pathlib import Path
from random import Random
from typing import Any

import psycopg

from bench.companies import company_names
from bench.people import person_name
from keyuan.engine.postgres import NAME, SUPERUSER, Cluster
from keyuan.exchange.importing import import_file
from keyuan.exchange.models import Import
from keyuan.records.reference import regions

ROWS, WARM_UP = 10_000, 2_000
HEAD = ("客户名称", "客户分类", "电话", "省市区", "地址", "备注")
OF_CONTACT = ("联系人姓名", "联系人手机")

_UNDO = (
    "CREATE TEMP TABLE gone AS SELECT DISTINCT record_type, record_id FROM event WHERE operation_id = ANY(%(ops)s)",
    "DELETE FROM change USING event e WHERE e.id = event_id AND e.operation_id = ANY(%(ops)s)",
    "DELETE FROM event WHERE operation_id = ANY(%(ops)s)",
    "DELETE FROM duplicate_key k USING gone g WHERE g.record_type = k.record_type AND g.record_id = k.record_id",
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


def _import(user: Any, rows: int, contacts: bool) -> tuple[int, float]:
    """How many customers were created, in how many seconds."""
    with tempfile.TemporaryDirectory() as folder:
        sheet = Path(folder, "customers.csv")
        _write(sheet, rows, contacts)
        began = time.perf_counter()
        import_file("customers", sheet, user.username)
        seconds = time.perf_counter() - began
    of = Import.objects.latest("pk")
    _take_out([of.operation_id])
    return of.counts.get("created", 0), seconds


def _write(sheet: Path, rows: int, contacts: bool) -> None:
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
        connection.execute("VACUUM customer, contact, customer_search, contact_search, duplicate_key")
