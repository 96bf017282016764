# ruff: noqa: PLC0415  what reads models is imported when Django knows its database
"""The data maker: a real-shaped organisation of any size, written by COPY, kept and used again."""

from __future__ import annotations

import json
import multiprocessing
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from itertools import islice
from typing import Any

import psycopg

from bench import activities, home, leads, opportunities
from bench.activities import EACH
from bench.copying import LOADED, bring_back, copy, set_aside

CHUNK = 2000
HISTORY_OF_EVERY = 10
"""One customer of so many has its first line of history."""

FASTER = "fsync = off\nfull_page_writes = off\nsynchronous_commit = off\nmax_wal_size = 8GB\nautovacuum = off\n"


class Progress:
    """One line a second on the screen."""

    def __init__(self) -> None:
        self.began = self.said = time.monotonic()

    def say(self, what: str) -> None:
        print(f"{time.monotonic() - self.began:6.0f} s  {what}", flush=True)

    def now_and_then(self, what: str) -> None:
        if time.monotonic() - self.said > 5:
            self.said = time.monotonic()
            self.say(what)


def build(size: str) -> None:
    """Make the data of this size, unless it is there."""
    place = home.enter(size)
    noted = home.noted(place)
    if "leads" in noted:
        print(f"{place} holds {noted}")
        return
    place.mkdir(parents=True, exist_ok=True)
    own = place / "postgresql.conf"
    own.write_text(FASTER)
    progress = Progress()
    try:
        made = _build(home.SIZES[size], progress, noted)
    finally:
        own.unlink()
    count = home.SIZES[size]
    deals = count * opportunities.OF_TEN // 10
    home.note(place, customers=count, activities=EACH * count, opportunities=deals, leads=made)
    progress.say(f"done: {place}")


def _build(count: int, progress: Progress, noted: dict[str, Any]) -> int:
    """Customers, activities, opportunities, leads, whose number it gives; what an earlier version has made is kept."""
    from keyuan.__main__ import set_up_django
    from keyuan.engine import database
    from keyuan.engine.postgres import NAME, SUPERUSER, Cluster

    with database.alone():
        set_up_django()
        url = Cluster().url(NAME, SUPERUSER)
        if noted:
            _bring_up_to_date()
        else:
            _customers(url, count, progress)
        if "activities" not in noted:
            activities.add(url, progress)
        if "opportunities" not in noted:
            opportunities.add(url, progress)
        return leads.add(url, progress)


def _customers(url: str, count: int, progress: Progress) -> None:
    world = _foundation()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET client_min_messages = warning")
        aside = set_aside(connection)
        progress.say("indexes set aside")
        _load(url, world, count, progress)
        _set_sequences(connection)
        bring_back(url, aside, progress.say)
        connection.execute("VACUUM (ANALYZE)")


def _bring_up_to_date() -> None:
    from keyuan.engine.prepare import prepare_files, prepare_tables

    prepare_tables()
    prepare_files()


def _foundation() -> Any:
    from django.db import connection

    from bench.people import populate
    from keyuan.engine.prepare import prepare_files, prepare_tables
    from keyuan.org.first_start import first_administrator

    prepare_tables()
    prepare_files()
    first_administrator()
    with connection.cursor() as cursor:  # what an earlier attempt left
        cursor.execute("SET keyuan.tests = 'on'")  # history is append-only
        cursor.execute(f"TRUNCATE {', '.join(LOADED)}, event, change, operation, audit_seal CASCADE")
        cursor.execute("RESET keyuan.tests")
        cursor.execute(
            "DELETE FROM user_role WHERE user_id IN (SELECT id FROM \"user\" WHERE username ~ '^(s|m)[0-9]')"
        )
        cursor.execute("DELETE FROM user_role USING \"user\" u WHERE u.id = user_id AND username = 'director'")
        cursor.execute("DELETE FROM \"user\" WHERE username ~ '^(s|m)[0-9]|^director'")
        cursor.execute("DELETE FROM department WHERE parent_id IS NOT NULL")
        cursor.execute("DELETE FROM role_grant USING role WHERE role.id = role_id AND key = ''")
        cursor.execute("DELETE FROM role WHERE key = ''")
    return populate()


def _load(url: str, world: Any, count: int, progress: Progress) -> None:
    from django.utils import timezone

    from bench.companies import company_names

    context, done = multiprocessing.get_context("spawn"), 0
    given = (url, asdict(world), count, timezone.now().replace(microsecond=0))
    with context.Pool(2, _begin, given) as pool:
        names = company_names(count, seed=11)
        for made in pool.imap_unordered(_chunk, _pieces(names)):
            done += made
            progress.now_and_then(f"{done:,} of {count:,} customers")
    progress.say(f"{done:,} customers")


def _pieces(names: Iterator[Any]) -> Iterator[tuple[int, list[Any]]]:
    number = 0
    while piece := list(islice(names, CHUNK)):
        yield number, piece
        number += len(piece)


# In the processes that make and load

_HERE: dict[str, Any] = {}


def _begin(url: str, world: dict[str, Any], count: int, now: datetime) -> None:
    import django

    django.setup()
    from bench.people import World

    connection = psycopg.connect(url, autocommit=True)
    connection.execute("SET session_replication_role = replica")  # no check of keys that are right by construction
    _HERE.update(connection=connection, world=World(**world), count=count, now=now)


def _chunk(piece: tuple[int, list[Any]]) -> int:
    from bench.companies import Maker

    first, names = piece
    maker = Maker(_HERE["world"], _HERE["count"], _HERE["now"], seed=first)
    rows = Rows(_HERE["world"].operation)
    for number, (name, short, city) in enumerate(names, first):
        customer = maker.customer(number, name, short, city)
        rows.add(number, customer, maker.contacts(number, customer), maker.tags())
    with _HERE["connection"].transaction():
        for table, (columns, lines) in rows.tables().items():
            copy(_HERE["connection"], table, columns, lines)
    return len(names)


class Rows:
    """The rows of one chunk for all tables."""

    def __init__(self, operation: int) -> None:
        self.operation = operation
        self.customers: list[Any] = []
        self.contacts: list[Any] = []
        self.searches: list[Any] = []
        self.contact_searches: list[Any] = []
        self.keys: list[Any] = []
        self.tags: list[Any] = []
        self.events: list[Any] = []
        self.changes: list[Any] = []

    def add(self, number: int, customer: dict[str, Any], people: list[dict[str, Any]], tags: list[Any]) -> None:
        """One customer with all that follows from it."""
        from bench.companies import contact_search, customer_search, like
        from keyuan.customers.models import deriving

        seen, contacts = like(customer), [like(row) for row in people]
        customer["sort_name"] = deriving.sort_name(seen.name)
        customer["completeness"] = deriving.completeness(seen, bool(people))
        self.customers.append(customer)
        self.contacts += people
        self.searches += customer_search(seen, contacts, [name for _pk, name in tags])
        self.tags += [(seen.id, pk) for pk, _name in tags]
        self._keys("customer", seen.id, deriving.customer_keys(seen))
        for one in contacts:
            self.contact_searches += contact_search(one)
            self._keys("contact", one.id, deriving.contact_keys(one))
        if number % HISTORY_OF_EVERY == 0:
            self._history(number // HISTORY_OF_EVERY + 1, customer)

    def _keys(self, kind: str, pk: int, keys: list[Any]) -> None:
        self.keys += [(one.kind, one.key, kind, pk, True, one.blocks) for one in keys]

    def _history(self, event: int, customer: dict[str, Any]) -> None:
        at, pk, by = customer["created_at"], customer["id"], customer["created_by_id"]
        self.events.append((event, at, "created", by, self.operation, "customer", pk, pk, "import", "{}"))
        after = {name: customer[name] for name in ("name", "industry", "region", "phone") if customer[name]}
        self.changes.append((event, at, "{}", json.dumps(after, ensure_ascii=False)))

    def tables(self) -> dict[str, tuple[list[str], Any]]:
        """Columns and rows by table."""
        search = ["record_id", "kind", "body"]
        happened = [
            "id", "at", "name", "by_id", "operation_id", "record_type", "record_id", "customer_id", "source", "details",
        ]  # fmt: skip
        return {
            "customer": (list(self.customers[0]), [list(row.values()) for row in self.customers]),
            "contact": (list(self.contacts[0]), [list(row.values()) for row in self.contacts]),
            "customer_search": (search, self.searches),
            "contact_search": (search, self.contact_searches),
            "duplicate_key": (
                ["kind", "key", "record_type", "record_id", "live", "blocks"],
                self.keys,
            ),
            "customer_tag": (["customer_id", "tag_id"], self.tags),
            "event": (happened, self.events),
            "change": (["event_id", "at", "before", "after"], self.changes),
        }


def _set_sequences(connection: psycopg.Connection) -> None:
    for table in (*LOADED, "event"):
        connection.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT coalesce(max(id), 1) FROM {table}))"
        )


def verify(size: str, sample: int = 300) -> int:
    """Whether what was derived here is what the product derives: rows of a sample that differ."""
    home.enter(size)
    from keyuan.__main__ import set_up_django
    from keyuan.engine import database

    with database.attached():
        set_up_django()
        from bench.verifying import differences

        found = differences(sample)
    print("\n".join(found) or f"{sample} customers are as the product would have written them", file=sys.stderr)
    return len(found)
