"""The one statement that changes rows and writes their history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, models
from psycopg import sql

from keyuan.records.history import Operation, as_json

_STATEMENT = sql.SQL("""
WITH new AS (SELECT {values}),
old AS (SELECT t.* FROM {table} t WHERE t.id = ANY(%s)),
changed AS (
    UPDATE {table} t SET {assignments}, version = t.version + 1, updated_at = clock_timestamp(), updated_by_id = %s
    FROM new, old WHERE t.id = old.id AND ({differs}) RETURNING t.id
),
happened AS (
    INSERT INTO event (at, name, by_id, operation_id, record_type, record_id, customer_id, source, details)
    SELECT clock_timestamp(), %s, %s, %s, %s, old.id, {customer}, %s, %s::jsonb FROM changed JOIN old USING (id)
    RETURNING id, at, record_id
),
kept AS (
    INSERT INTO change (event_id, at, before, after)
    SELECT happened.id, happened.at, {before}, {after}
    FROM new, happened JOIN old ON old.id = happened.record_id
)
SELECT id FROM changed ORDER BY id
""")


def change_rows(
    model: type[models.Model],
    pks: Sequence[int],
    fields: dict[str, Any],
    *,
    event: str,
    operation: Operation,
    details: dict[str, Any] | None = None,
) -> list[int]:
    """Set `fields` on the rows `pks` and write one event and change per row that differs.

    The rows are locked in the order of their ids first, so that two such statements never deadlock and
    the values before are those of the last committed version.

    Args:
        details: what each of the events says beside its change.

    Returns:
        The ids of the rows that changed.
    """
    if not pks or not fields:
        return []
    columns: list[Any] = [model._meta.get_field(name) for name in fields]
    table = sql.Identifier(model._meta.db_table)
    statement = _STATEMENT.format(
        table=table,
        customer=_customer(model.customer_column),  # type: ignore[attr-defined]
        values=sql.SQL(", ").join(_value(field, place) for place, field in enumerate(columns)),
        assignments=sql.SQL(", ").join(_pair(field, place, " = {new}") for place, field in enumerate(columns)),
        differs=sql.SQL(" OR ").join(
            sql.SQL("old.") + _pair(field, place, " IS DISTINCT FROM {new}") for place, field in enumerate(columns)
        ),
        before=_picture(columns, "old"),
        after=_picture(columns, "new"),
    )
    prepared = [
        field.get_db_prep_save(getattr(value, "pk", value), connection)
        for field, value in zip(columns, fields.values(), strict=True)
    ]
    who = [operation.by_id, event, operation.by_id, operation.pk, model.module, operation.source]  # type: ignore[attr-defined]
    who.append(as_json(details or {}))
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("SELECT 1 FROM {} WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE").format(table), [list(pks)]
        )
        cursor.execute(statement, [*prepared, list(pks), *who])
        return [row[0] for row in cursor.fetchall()]


def _customer(column: str) -> sql.Composable:
    return sql.SQL("old.") + sql.Identifier(column) if column else sql.SQL("NULL::bigint")


def _new(place: int) -> sql.Composable:
    return sql.Identifier(f"v{place}")


def _value(field: models.Field[Any, Any], place: int) -> sql.Composable:
    # A cast to varchar(200) would cut the value without a word; text does not.
    kind = "text" if isinstance(field, (models.CharField, models.TextField)) else field.db_type(connection)
    return sql.SQL("%s::{} AS {}").format(sql.SQL(str(kind)), _new(place))


def _pair(field: Any, place: int, form: str) -> sql.Composable:
    return sql.Identifier(field.column) + sql.SQL(form).format(new=sql.SQL("new.") + _new(place))


def _picture(columns: Sequence[Any], side: str) -> sql.Composable:
    parts = [
        sql.SQL(
            "CASE WHEN old.{column} IS DISTINCT FROM new.{new} "
            "THEN jsonb_build_object({name}, {value}) ELSE '{{}}'::jsonb END"
        ).format(
            column=sql.Identifier(field.column),
            new=_new(place),
            name=sql.Literal(field.name),
            value=sql.SQL("old.") + sql.Identifier(field.column) if side == "old" else sql.SQL("new.") + _new(place),
        )
        for place, field in enumerate(columns)
    ]
    return sql.SQL(" || ").join(parts)
