# ruff: noqa: PLC0415  what reads models is imported when Django knows its database
"""What sealing and verifying history costs: `KEYUAN_HOME=/tmp/keyuan-audit python -m bench.audit [events]`.

Makes so many lines of history with their values in a database of its own, seals them, verifies them, and reads pages of
the log. Prints one table.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from keyuan.engine import database

MAKE = """
WITH new AS (
    INSERT INTO event (at, name, by_id, operation_id, record_type, record_id, customer_id, source)
    SELECT clock_timestamp(), 'edited', %s, %s, 'bench', n, n, 'import' FROM generate_series(%s, %s) n RETURNING id, at
) INSERT INTO change (event_id, at, before, after)
SELECT id, at, '{"phone": "0574-87352210", "address": "宁波市"}', '{"phone": "0574-87352211", "address": "杭州市"}'
FROM new
"""
COPY = "COPY event (at, name, by_id, operation_id, record_type, record_id, source) FROM STDIN"
PLAIN = """
    ALTER TABLE event ALTER COLUMN proof DROP DEFAULT; DROP INDEX event_by_transaction; DROP INDEX event_by_time;
    DROP INDEX event_of_kind
"""
CHUNK, WRITTEN = 5_000, 100_000


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    found = work()
    return time.perf_counter() - begun, found


def make(events: int) -> None:
    from django.db import connection

    from keyuan.org.first_start import lay_foundation
    from keyuan.org.models import User
    from keyuan.records.history import Operation

    lay_foundation()
    robot = User.objects.robot()
    with connection.cursor() as cursor:
        for start in range(1, events + 1, CHUNK):
            operation = Operation.begin("bench.edited", by=robot)
            cursor.execute(MAKE, [robot.pk, operation.pk, start, min(start + CHUNK - 1, events)])
        cursor.execute("ANALYZE event; ANALYZE change; ANALYZE operation")


def write(plain: bool) -> float:
    """Seconds for a COPY of events that is taken back; `plain`: without proof and the indexes of the log."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        if plain:
            cursor.execute(PLAIN)
        row = ("2026-01-01 00:00+00", "created", 1, 1, "customer", 1, "import")
        begun = time.perf_counter()
        with cursor.copy(COPY) as copy:
            for _row in range(WRITTEN):
                copy.write_row(row)
        seconds = time.perf_counter() - begun
        transaction.set_rollback(True)
    return seconds


def read(query: str) -> float:
    from django.http import QueryDict

    from keyuan.people.auditing import Asked, page_of

    return timed(lambda: page_of(Asked.of(QueryDict(query))))[0]


def pages() -> list[tuple[str, float]]:
    asked = ("", "kind=bench", "person=1", "kind=role", "verb=purged", "q=杭州市", "q=nowhere", "address=10.0.0.1")
    return [(one or "newest", min(read(one) for _time in range(3))) for one in asked]


def measure(events: int) -> None:
    from django.db import connection

    from keyuan.records.sealing.sealer import seal_all
    from keyuan.records.sealing.verifying import Verification

    made, _ = timed(lambda: make(events))
    print(f"{events:,} events made in {made:.1f} s")
    plain, full = (min(write(kind) for _ in range(3)) for kind in (True, False))
    print(f"COPY of {WRITTEN:,} events: {plain / WRITTEN * 1e6:.1f} µs a row before, {full / WRITTEN * 1e6:.1f} µs now")
    seconds, count = timed(seal_all)
    print(f"sealing: {seconds:.1f} s, {count / seconds:,.0f} events a second")
    verification = Verification()
    seconds, found = timed(lambda: list(verification.findings()))
    events = verification.figures.events
    print(f"verifying: {seconds:.1f} s, {events / seconds:,.0f} events a second, {len(found)} findings")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size('audit_seal')")
        print(f"seals: {cursor.fetchone()[0] / max(count, 1):.0f} bytes an event")
    print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most")
    for name, seconds in pages():
        print(f"page {name}: {seconds * 1000:.0f} ms")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keyuan.settings")
    assert "KEYUAN_HOME" in os.environ, "Name a folder of its own."
    Path(os.environ["KEYUAN_HOME"]).mkdir(parents=True, exist_ok=True)
    with database.attached():
        import django

        django.setup()
        from keyuan.engine.prepare import prepare_tables

        prepare_tables()
        measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)


if __name__ == "__main__":
    main()
