"""The triggers that keep history append-only, with the two exceptions: retention and erasure.

Whoever owns the tables can take triggers away. They stop mistakes and injected statements; the guard against the rest
is verification.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from django.db import connection, transaction

FUNCTION = """
CREATE OR REPLACE FUNCTION history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    exception_to_it text := coalesce(current_setting('keyuan.exception', true), '');
    allowed boolean;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        allowed := coalesce(current_setting('keyuan.tests', true), '') = 'on';
    ELSIF TG_OP = 'DELETE' THEN
        allowed := exception_to_it = 'retention';
    ELSE
        allowed := exception_to_it = TG_ARGV[0] OR TG_ARGV[0] = 'always';
        allowed := allowed AND to_jsonb(OLD) - TG_ARGV[1:] = to_jsonb(NEW) - TG_ARGV[1:];
    END IF;
    IF NOT allowed THEN
        RAISE EXCEPTION 'History is append-only: % of % is refused.', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$
"""

MAY_CHANGE = {
    "event": ("erasure", "details"),
    "change": ("erasure", "before", "after"),
    "operation": ("always", "undone_at"),
    "audit_seal": ("erasure", "salts"),
    "audit_epoch": ("never",),
    "audit_erasure": ("never",),
}
"""By table: the exception under which an update is let through, and the columns that it may change."""

PARTITIONS = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass ORDER BY 1"


def row_trigger(table: str) -> str:
    words = ", ".join(f"'{word}'" for word in MAY_CHANGE[table])
    return (
        f"CREATE TRIGGER is_append_only BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION history_is_append_only({words})"
    )


def truncate_trigger(table: str) -> str:
    """Statement triggers are not handed down to partitions: each gets its own."""
    return (
        f"CREATE TRIGGER is_not_truncated BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only()"
    )


@contextmanager
def exception(kind: Literal["retention", "erasure"]) -> Iterator[None]:
    """One transaction in which history lets itself be shortened, or values in it be replaced. The caller logs it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('keyuan.exception', %s, true)", [kind])
        yield
        cursor.execute("SELECT set_config('keyuan.exception', '', true)")
