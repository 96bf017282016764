"""Notices are kept for a while: read ones for a season, unread ones for a year."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

READ_DAYS, UNREAD_DAYS = 90, 365
CHUNK = 5_000

FORGET = """
    DELETE FROM notice WHERE id IN (
        SELECT id FROM notice
        WHERE at < %(read)s AND (at < %(unread)s OR read_at < %(read)s OR NOT in_app)
        ORDER BY at LIMIT %(chunk)s
    )
"""


def forget_old(chunk: int = CHUNK) -> int:
    """Delete what is old enough, a chunk at a time; how many."""
    now, gone = timezone.now(), 0
    values: dict[str, datetime | int] = {
        "read": now - timedelta(days=READ_DAYS), "unread": now - timedelta(days=UNREAD_DAYS), "chunk": chunk,
    }  # fmt: skip
    while True:
        with connection.cursor() as cursor:
            cursor.execute(FORGET, values)
            count = cursor.rowcount
        gone += count
        if count < chunk:
            return gone
