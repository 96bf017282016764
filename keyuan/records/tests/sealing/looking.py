"""What tests about seals do: seal all, verify, and change something as nobody should."""

from __future__ import annotations

import os
import time
from types import SimpleNamespace
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.db import connection
from psycopg import sql

from keyuan.records.sealing.sealer import seal_all
from keyuan.records.sealing.verifying import Verification


def sealed() -> int:
    """Seal everything that is there; other test processes keep transactions open for a while."""
    count, deadline = seal_all(), time.monotonic() + 60
    while (waiting := verified().unsealed) and time.monotonic() < deadline:
        time.sleep(0.05)
        count += seal_all()
    assert not waiting
    return count


def verified() -> SimpleNamespace:
    verification = Verification()
    findings = list(verification.findings())
    return SimpleNamespace(findings=findings, **vars(verification.figures))


GUARDED = ("event", "change", "operation", "audit_seal", "audit_epoch", "audit_erasure")


def address() -> str:
    """Of the database that this test process uses."""
    name = connection.settings_dict["NAME"]
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


def by_hand(statement: str, *values: object) -> None:
    """As somebody does who owns the database and knows how to take triggers away, over a connection of his own."""
    with psycopg.connect(address(), autocommit=True) as other:
        for table in GUARDED:
            other.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table)))
        try:
            other.execute(statement.encode(), values or None)
        finally:
            for table in GUARDED:
                other.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(sql.Identifier(table)))
