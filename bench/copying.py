"""Rows as COPY reads them, and indexes that stand aside while it does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
from psycopg import sql

LOADED = (
    "customer", "contact", "customer_search", "contact_search", "duplicate_key", "customer_tag", "contact_tag",
)  # fmt: skip

_INDEXES = """
SELECT c.relname, pg_get_indexdef(i.indexrelid),
    (SELECT max(attstattarget) FROM pg_attribute WHERE attrelid = i.indexrelid)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
WHERE t.relname = ANY(%s) AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = i.indexrelid)
"""


def text(value: Any) -> str:
    """One value in COPY's text format."""
    if value is None:
        return r"\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, (list, tuple)):
        return "{" + ",".join(map(str, value)) + "}"
    written = str(value)
    if "\\" in written or "\n" in written or "\t" in written:
        return written.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")
    return written


def copy(connection: psycopg.Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Add these rows to `table`."""
    lines = "".join("\t".join(map(text, row)) + "\n" for row in rows)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as pipe:
        pipe.write(lines)


def set_aside(connection: psycopg.Connection, tables: Sequence[str] = LOADED) -> list[list[str]]:
    """Drop the indexes of the loaded tables that no constraint needs; the statements that bring each back."""
    found = connection.execute(_INDEXES, [list(tables)]).fetchall()
    for name, _definition, _target in found:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    return [[definition, *_statistics(name, target)] for name, definition, target in found]


def _statistics(name: str, target: int | None) -> list[str]:
    return [f'ALTER INDEX "{name}" ALTER COLUMN 1 SET STATISTICS {target}'] if target and target > 0 else []


def bring_back(url: str, groups: Sequence[list[str]], said: Any) -> None:
    """Build the indexes, two at a time."""

    def build(statements: list[str]) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("SET maintenance_work_mem = '1GB'")
            for statement in statements:
                connection.execute(statement)
        said(statements[0].partition(" ON ")[0].removeprefix("CREATE "))

    slowest_first = sorted(groups, key=lambda group: "grams" not in group[0])
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(build, slowest_first))
