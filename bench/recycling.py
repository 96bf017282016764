# ruff: noqa: PLC0415  what reads models is imported when Django knows its database
"""How long it takes until 200,000 leads have come back by themselves, and what pages feel of it meanwhile."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from statistics import median, quantiles
from typing import Any

from bench import home
from bench.data import build
from bench.product import Product, running

PAGES = ("/customers/", "/leads/", "/opportunities/?view=all", "/leads/pool/")
IDLE = 15  # seconds

Asked = tuple[str, float]  # a page, and the milliseconds it took

GIVEN_BACK = """
    UPDATE lead l SET owner_id = last_owner_id, department_id = u.department_id, pool_id = NULL, released_at = NULL,
        last_owner_id = NULL, due_on = NULL, taken_at = l.created_at
    FROM "user" u WHERE u.id = l.last_owner_id AND l.released_at >= %s
"""


def measure(size: str) -> int:
    """Recycle, print, and give everything back to whom it belonged. Returns the exit code."""
    build(size)
    home.warm(home.enter(size))
    with running() as product:
        from keyuan.__main__ import set_up_django
        from keyuan.engine import database

        with database.attached():
            set_up_django()
            _measure(product)
    return 0


def _measure(product: Product) -> None:
    from bench.persons import persons
    from keyuan.pools.models import Pool
    from keyuan.pools.recycling import recycle

    sessions = [person.session for person in persons()]
    _asked(product, sessions, 5)  # so that each page has been open once
    print("idle  ", _said(_asked(product, sessions, IDLE)))
    pool = Pool.objects.filter(kind="lead").order_by("position")[0]
    began, kept = _now(), pool.kept_rules
    Pool.objects.filter(pk=pool.pk).update(kept_rules=replace(pool.rules, recycles=True).as_json(), rules_from=None)
    try:
        over = threading.Event()
        felt: list[list[Asked]] = []
        asking = threading.Thread(target=lambda: felt.append(_asked(product, sessions, 600, over)))
        asking.start()
        start = time.perf_counter()
        number = sum(recycle("lead").values())
        seconds = time.perf_counter() - start
        over.set()
        asking.join()
        print(f"{number:,} leads came back in {seconds:.1f} s{' !' if seconds > 60 else ''}")
        print("during", _said(felt[0]))
    finally:
        Pool.objects.filter(pk=pool.pk).update(kept_rules=kept)
        _give_back(began)


def _asked(product: Product, sessions: list[str], seconds: float, over: Any = None) -> list[Asked]:
    """Milliseconds of list pages, one after another, by all three persons in turn."""
    from bench.client import Client

    clients = [Client(product.port, session) for session in sessions]
    found: list[Asked] = []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until and not (over and over.is_set()):
        for address in PAGES:
            found += [(address, client.get(address).seconds * 1000) for client in clients]
    return found


def _said(found: list[Asked]) -> str:
    """Of all pages, then of each."""
    parts = [f"{len(found)} pages {_figures([seconds for _page, seconds in found])}"]
    parts += [f"{page} {_figures([seconds for asked, seconds in found if asked == page])}" for page in PAGES]
    return ", ".join(parts)


def _figures(found: list[float]) -> str:
    return f"{median(found):.0f} / {quantiles(found, n=20)[-1]:.0f} ms"


def _now() -> Any:
    from django.utils import timezone

    return timezone.now()


def _give_back(began: Any) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(GIVEN_BACK, [began])
        print(f"{cursor.rowcount:,} given back to whom they belonged")
        cursor.execute("VACUUM (ANALYZE) lead")
