"""What happens by the clock, each second, beside the jobs: reminders of the rooms above.

Every worker process has this loop. A function that is registered takes care that two of them do nothing twice: it
claims rows with SKIP LOCKED, or goes on only where `alone` says so.
"""

from __future__ import annotations

import logging
import threading
import time
import zlib
from collections.abc import Callable

from django.db import connection, transaction

LOG = logging.getLogger(__name__)
SECOND = 1.0
LOCK = 20260117  # advisory, with a number made of the name: one worker at a time

_FUNCTIONS: list[Callable[[], object]] = []


def every_second(function: Callable[[], object]) -> Callable[[], object]:
    """Have `function` called each second in a transaction of its own; a decorator, or called once at start."""
    if function not in _FUNCTIONS:
        _FUNCTIONS.append(function)
    return function


def alone(name: str) -> bool:
    """Whether nobody else is at `name`; asked within the transaction, and true for one until that ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK, zlib.crc32(name.encode()) - 2**31])
        return bool(cursor.fetchone()[0])


def tick() -> None:
    """Call all functions once. What one of them raises is logged, and keeps no other from its turn."""
    for function in _FUNCTIONS:
        try:
            with transaction.atomic():
                function()
        except Exception:
            LOG.exception("%s.%s", function.__module__, function.__qualname__)
            if not connection.in_atomic_block:
                connection.close()  # the next call begins with a fresh one: the database may have been away


def tick_for_ever(ending: threading.Event) -> None:
    """Tick each second until asked to end; a second that took longer is followed at once by the next."""
    due = time.monotonic()
    while not ending.wait(max(0.0, due - time.monotonic())):
        due = max(due + SECOND, time.monotonic())
        tick()
