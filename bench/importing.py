"""How many rows a second an import takes, with validation and the search for duplicates."""

from __future__ import annotations

import csv
import tempfile
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import psycopg

from bench.companies import company_names
from bench.opportunities import GOODS, WANTED
from bench.people import person_name
from keyuan.customers.models import Customer
from keyuan.engine.postgres import NAME, SUPERUSER, Cluster
from keyuan.exchange.importing import import_file
from keyuan.exchange.models import Import
from keyuan.opportunities.models import Product, StageMove
from keyuan.opportunities.rules import class_after_winning
from keyuan.records.history import Event
from keyuan.records.reference import regions

ROWS, WARM_UP = 10_000, 2_000
HEAD = ("客户名称", "客户分类", "电话", "省市区", "地址", "备注")
OF_DEALS = ("客户", "商机名称", "阶段", "预计成交金额", "预计成交时间", "产品", "实际成交日期", "输单原因")
OF_CONTACT = ("联系人姓名", "联系人手机")

TABLES = (
    "customer", "contact", "follow_up", "opportunity", "customer_search", "contact_search", "follow_up_search",
    "opportunity_search", "stage_move", "opportunity_line", "duplicate_key",
)  # fmt: skip
_UNDO = (
    "CREATE TEMP TABLE gone AS SELECT DISTINCT record_type, record_id FROM event"
    " WHERE operation_id = ANY(%(ops)s) AND name = 'created'",
    "DELETE FROM stage_move m USING gone g WHERE g.record_type = 'opportunity' AND g.record_id = m.opportunity_id",
    "DELETE FROM opportunity_line USING gone g WHERE g.record_type = 'opportunity' AND g.record_id = opportunity_id",
    "DELETE FROM opportunity_search s USING gone g WHERE g.record_type = 'opportunity' AND g.record_id = s.record_id",
    "DELETE FROM opportunity o USING gone g WHERE g.record_type = 'opportunity' AND g.record_id = o.id",
    "DELETE FROM change USING event e WHERE e.id = event_id AND e.operation_id = ANY(%(ops)s)",
    "DELETE FROM event WHERE operation_id = ANY(%(ops)s)",
    "DELETE FROM duplicate_key k USING gone g WHERE g.record_type = k.record_type AND g.record_id = k.record_id",
    "DELETE FROM follow_up_search s USING gone g WHERE g.record_type = 'follow_up' AND g.record_id = s.record_id",
    "DELETE FROM follow_up f USING gone g WHERE g.record_type = 'follow_up' AND g.record_id = f.id",
    "DELETE FROM contact_search s USING gone g WHERE g.record_type = 'contact' AND g.record_id = s.record_id",
    "DELETE FROM contact c USING gone g WHERE g.record_type = 'contact' AND g.record_id = c.id",
    "DELETE FROM customer_search s USING gone g WHERE g.record_type = 'customer' AND g.record_id = s.record_id",
    "DELETE FROM customer c USING gone g WHERE g.record_type = 'customer' AND g.record_id = c.id",
    "DELETE FROM operation o WHERE id = ANY(%(ops)s) AND NOT EXISTS (SELECT FROM import WHERE operation_id = o.id)",
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


def import_opportunities(user: Any) -> str:
    """Import a sheet of 10,000 opportunities of 500 customers, half of them closed, and take them out again."""
    names = buyers(user)
    goods = list(Product.objects.visible_to(user).order_by("pk").values_list("code", flat=True)[:100])
    _imported("opportunities", user, partial(_write_opportunities, names, goods, WARM_UP))
    created, seconds = _imported("opportunities", user, partial(_write_opportunities, names, goods, ROWS))
    found = created / seconds
    return f"{found:,.0f}{' !' if found < 3000 else ''} ({created:,} rows)"


def buyers(user: Any) -> list[str]:
    """Of customers that have bought already and are signed, so that no deal changes anything of theirs."""
    after = class_after_winning()
    rows = Customer.objects.visible_to(user).filter(has_bought=True)
    rows = rows.filter(category__position__gte=after.position if after else 0)
    return list(rows.order_by("-pk").values_list("name", flat=True)[:500])


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
    _take_out([of.operation_id, *_steps_of(of)])
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


def _steps_of(of: Import) -> list[int]:
    """The operations by which rows of an import were closed."""
    came = Event.objects.filter(operation=of.operation_id, name="created", record_type="opportunity")
    steps = StageMove.objects.filter(opportunity__in=list(came.values_list("record_id", flat=True)))
    return list(steps.exclude(operation=of.operation_id).values_list("operation", flat=True))


def _write_opportunities(names: list[str], goods: list[str], rows: int, sheet: Path) -> None:
    """As an older system hands them over: half of them closed, one of ten with products."""
    rng, ahead = Random(time.time_ns()), date.today().year + 1
    with sheet.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(OF_DEALS)
        for number in range(rows):
            stage = rng.choice(("初步接洽", "需求确认", "方案制定", "商务谈判", "赢单", "赢单", "输单", "输单"))
            day = f"2012-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}"
            closed = [day, "价格高" if stage == "输单" else ""] if stage in ("赢单", "输单") else ["", ""]
            name = f"{rng.choice(GOODS)}{rng.choice(WANTED)}第{number}批"
            goods_of = rng.choice(goods) if number % 10 == 0 else ""
            expected = day if closed[0] else f"{ahead}-{rng.randrange(1, 13):02}-15"
            writer.writerow([rng.choice(names), name, stage, rng.randrange(1, 900) * 1200, expected, goods_of, *closed])


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
        connection.execute(f"VACUUM {', '.join(TABLES)}")
