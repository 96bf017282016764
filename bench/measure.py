# ruff: noqa: PLC0415  what reads models is imported when Django knows its database
"""Measures the real product through HTTP and prints one table."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from itertools import cycle
from statistics import median, quantiles
from typing import Any

from bench import home
from bench.data import build
from bench.product import Product, running

WARM_UP = 25  # every address once: measured is a day of work, not its first minute
CLIENTS, SECONDS = 8, 10
Row = tuple[str, str, list[str]]


def measure(size: str, only: str, times: int) -> int:
    """Build what is missing, start the product, measure, print. Returns the exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the product ends as well
    build(size)
    home.warm(home.enter(size))
    with running() as product:
        from keyuan.__main__ import set_up_django
        from keyuan.engine import database

        with database.attached():
            set_up_django()
            from bench.activity_work import forget_logged

            forget_logged()
            _print_table(size, list(_told(_rows(product, only, times))))
    return 0


def _told(rows: Iterator[Row]) -> Iterator[Row]:
    """The same, each said as soon as it is known."""
    for name, target, figures in rows:
        print(f"{name}: {' · '.join(filter(None, figures))}", file=sys.stderr, flush=True)
        yield name, target, figures


def _wanted(only: str, names: set[str]) -> list[str]:
    """The words between commas; a whole name is one word, commas and all."""
    return [only] if only in names else [word.strip() for word in only.split(",") if word.strip()]


def _is_wanted(name: str, wanted: list[str]) -> bool:
    return not wanted or any(word in name for word in wanted)


def _rows(product: Product, only: str, times: int) -> Iterator[Row]:
    from bench.activity_work import ACTIVITY_WORKS
    from bench.browser import browser_rows
    from bench.importing import import_follow_ups, import_opportunities, import_rows
    from bench.lead_work import LEAD_WORKS
    from bench.opportunity_work import OPPORTUNITY_WORKS
    from bench.persons import persons
    from bench.work import WORKS

    people = persons()
    user = people[-1].user
    imported = partial(import_rows, user)
    others = {
        "requests/s, 8 clients on the list": lambda name: (name, ">= 120", _per_second(product, people)),
        "memory without the database": lambda name: (name, "<= 400 MB", [_memory(product), "", ""]),
        "import, rows/s, each with a contact": lambda name: (name, ">= 3,000", [imported(contacts=True), "", ""]),
        "import, rows/s, follow-ups": lambda name: (
            name,
            ">= 3,000",
            [import_follow_ups(user), "", ""],
        ),
        "import, rows/s, opportunities": lambda name: (name, ">= 3,000", [import_opportunities(user), "", ""]),
        "import, rows/s, customers alone": lambda name: (name, ">= 3,000", [imported(contacts=False), "", ""]),
    }
    works = (*WORKS, *ACTIVITY_WORKS, *OPPORTUNITY_WORKS, *LEAD_WORKS)
    wanted = _wanted(only, {*others, *(work.name for work in works)})
    for work in works:
        if _is_wanted(work.name, wanted):
            yield work.name, _target(work), [_figure(_times(product, person, work, times), work) for person in people]
    for name, row in others.items():
        if _is_wanted(name, wanted):
            product.rest()
            yield row(name)
    if _is_wanted("browser", wanted):
        yield from browser_rows(product, people)


def _times(product: Product, person: Any, work: Any, times: int) -> list[float]:
    from bench.client import Client

    client = Client(product.port, *(("", person.token) if work.name.startswith("API") else (person.session,)))
    asks = work.asks(person)
    for _number in range(WARM_UP):
        next(asks)(client)
    return [next(asks)(client).seconds * 1000 for _number in range(times)]


def _target(work: Any) -> str:
    parts = [f"{name} {limit:g}" for name, limit in (("median", work.median), ("p95", work.p95)) if limit]
    return ", ".join(parts) and f"<= {', '.join(parts)} ms"


def _figure(found: list[float], work: Any) -> str:
    middle, high = median(found), quantiles(found, n=20)[-1]
    missed = (work.median and middle > work.median) or (work.p95 and high > work.p95)
    return f"{middle:.1f} / {high:.1f}{' !' if missed else ''}"


def _memory(product: Product) -> str:
    found = product.memory() / 1e6
    return f"{found:.0f} MB{' !' if found > 400 else ''}"


def _per_second(product: Product, people: list[Any]) -> list[str]:
    """Eight clients, all three persons, ten seconds."""
    counts = [0] * CLIENTS
    until = time.perf_counter() + SECONDS

    def ask(place: int, session: str) -> None:
        from bench.client import Client

        client = Client(product.port, session)
        while time.perf_counter() < until:
            client.get("/customers/")
            counts[place] += 1

    sessions = cycle([person.session for person in people])
    threads = [threading.Thread(target=ask, args=(place, next(sessions))) for place in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = sum(counts) / SECONDS
    return [f"{found:.0f}{' !' if found < 120 else ''}", "", ""]


HEAD = ("", "target", "salesperson", "manager", "director")


def _print_table(size: str, rows: list[Row]) -> None:
    lines = [HEAD, *((name, target, *figures) for name, target, figures in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(HEAD))]
    print(f"\n{size} customers; milliseconds as median / 95th percentile; ! misses its target\n")
    for place, line in enumerate(lines):
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |")
        if not place:
            print("|" + "|".join("-" * (width + 2) for width in widths) + "|")
