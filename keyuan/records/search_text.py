"""The side table of search text that each searchable record type has."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection, models
from psycopg import sql

MOST_WAITING = 64 * 1024
"""So many kB of grams wait to be sorted in, where somebody sorts them in meanwhile."""


class Kind(models.TextChoices):
    """Open text, phones and mail are separate kinds, so that field rights can choose which are searched."""

    TEXT = "text", "text"
    PHONE = "phone", "phone"
    EMAIL = "email", "email"


class SearchText(models.Model):
    """Normalised text by which one record is found. The GIN index lies on `grams(body)`; nothing else is stored."""

    id = models.BigAutoField(primary_key=True)
    record_id = models.BigIntegerField()
    kind = models.CharField(max_length=10, choices=Kind, db_collation="C")
    body = models.TextField(db_collation="C")

    class Meta:
        abstract = True


def write_search_text(model: type[SearchText], rows: Iterable[tuple[int, str, str]]) -> None:
    """Make these the search text of their records; rows whose text is the same are not touched.

    Args:
        rows: (record id, kind, body) for each kind of each record, an empty body where it has none.
    """
    ids, kinds, bodies = map(list, zip(*rows, strict=True)) if rows else ([], [], [])
    statement = sql.SQL("""
        INSERT INTO {table} AS t (record_id, kind, body)
        SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS given(record_id, kind, body)
        WHERE body <> '' OR EXISTS (
            SELECT 1 FROM {table} e WHERE e.record_id = given.record_id AND e.kind = given.kind)
        ORDER BY 1, 2
        ON CONFLICT (record_id, kind) DO UPDATE SET body = excluded.body WHERE t.body <> excluded.body
    """).format(table=sql.Identifier(model._meta.db_table))
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(statement, [ids, kinds, bodies])


def let_grams_wait() -> None:
    """In this transaction new grams wait for somebody who sorts them into the index, even where they are many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('gin_pending_list_limit', %s, true)", [str(MOST_WAITING)])


def sort_grams_in(*models: type[SearchText]) -> None:
    """Sort the grams that wait into their indexes, while others go on adding some."""
    with connection.cursor() as cursor:
        for model in models:
            cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [f"{model._meta.db_table}_grams"])
