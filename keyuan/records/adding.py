"""Statements for many rows that differ: adding them, and changing each by its own values, with their history.

Beside `change_rows`, which gives many rows the same values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from psycopg import sql

from keyuan.records.history import Change, Event, Operation

ELSEWHERE = {"tags"}
"""What belongs to a record and its history, but stands in a table of its own."""

_HAPPENED = """
WITH given AS (
    SELECT * FROM jsonb_to_recordset(%s::jsonb)
    AS g(record_id bigint, customer_id bigint, operation_id bigint, before jsonb, after jsonb, details jsonb)
), happened AS (
    INSERT INTO event (at, name, by_id, operation_id, record_type, record_id, customer_id, source, details)
    SELECT clock_timestamp(), %s, %s, coalesce(operation_id, %s), %s, record_id, customer_id, %s, details FROM given
    RETURNING id, at, record_id
)
INSERT INTO change (event_id, at, before, after)
SELECT happened.id, happened.at, given.before, given.after FROM happened JOIN given USING (record_id)
"""

_CHANGE = sql.SQL("""
UPDATE {table} t SET {assignments} version = t.version + 1, updated_at = clock_timestamp(), updated_by_id = %s
FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb) n WHERE t.id = n.id
""")


_NEXT_IDS = """
WITH found AS MATERIALIZED (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS sequence)
SELECT nextval(sequence) FROM found, generate_series(1, %s)
"""

Happened = tuple[int, int | None, dict[str, Any], dict[str, Any]]
"""Id of a row, its customer, the values before and after."""


def next_ids(model: type[models.Model], count: int) -> list[int]:
    """So many ids that no other row will get."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_IDS, [table, count])
        return [row[0] for row in cursor.fetchall()]


def copy_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Add rows by COPY. `columns` are those of the table; what they leave out has a default in the database."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def copy_lines(
    model: type[models.Model], columns: Sequence[str], lines: Sequence[str], same: Mapping[str, Any] | None = None
) -> None:
    """Add rows that were written as text beforehand, in one piece.

    Args:
        columns: those that the lines hold.
        lines: one per row, values by `as_copied` with tabs between.
        same: columns that hold the same in every row.
    """
    if not lines:
        return
    names = [*columns, *(same or ())]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    tail = "".join("\t" + as_copied(value) for value in (same or {}).values()) + "\n"
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write((tail.join(lines) + tail).encode())


def copy_records(rows: Sequence[models.Model]) -> None:
    """Add rows that were made as instances, each with all its columns, and its id where it has one already."""
    if not rows:
        return
    model = type(rows[0])
    fields: Any = [one for one in model._meta.concrete_fields if not one.generated]
    fields = [one for one in fields if not one.primary_key or rows[0].pk is not None]
    kept = {one.attname for one in fields if isinstance(one, models.JSONField)}
    ways = [(one.attname, _as_json_copied if one.attname in kept else as_copied) for one in fields]
    lines = ["\t".join([write(getattr(row, name)) for name, write in ways]) for row in rows]
    copy_lines(model, [one.column for one in fields], lines)


def _as_json_copied(value: Any) -> str:
    return escaped(as_json(value))


def copy_created(
    model: type[models.Model], events: Sequence[str], changes: Sequence[str], *, operation: Operation, at: datetime
) -> None:
    """The first line of history of new records.

    Args:
        events: id, record, customer and details of each.
        changes: the id of the event, and the values that the record begins with.
    """
    said = {
        "at": at,
        "name": "created",
        "by_id": operation.by_id,
        "operation_id": operation.pk,
        "record_type": model.module,  # type: ignore[attr-defined]
        "source": operation.source,
    }
    copy_lines(Event, ["id", "record_id", "customer_id", "details"], events, said)
    copy_lines(Change, ["event_id", "after"], changes, {"at": at, "before": "{}"})


def escaped(text: str) -> str:
    """Text as COPY reads it."""
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if "\n" in text:
        text = text.replace("\n", "\\n")
    if "\t" in text or "\r" in text:
        text = text.replace("\t", "\\t").replace("\r", "\\r")
    return text


def _listed(values: Sequence[Any]) -> str:
    if not values:
        return "{}"
    texts = [str(value) for value in values]
    all_of_them = "".join(texts)
    if "\\" in all_of_them or '"' in all_of_them:
        texts = [text.replace("\\", "\\\\").replace('"', '\\"') for text in texts]
    return escaped('{"' + '","'.join(texts) + '"}')


_COPIED: dict[type, Callable[[Any], str]] = {
    str: escaped,
    int: str,
    bool: lambda value: "t" if value else "f",
    type(None): lambda value: "\\N",
    list: _listed,
    Decimal: str,
    UUID: str,
    date: date.isoformat,
    datetime: datetime.isoformat,
}


def as_copied(value: Any) -> str:
    """One value as COPY reads it; rows as their ids.

    Raises:
        TypeError: there is no rule for values of this type.
    """
    write = _COPIED.get(type(value))
    if write is not None:
        return write(value)
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(value, (str, int)):  # members of choices, numbers as the driver marks them
        return escaped(str(value))
    raise TypeError(type(value).__name__)


def change_each(
    model: type[models.Model],
    changes: Mapping[int, dict[str, Any]],
    before: Mapping[int, dict[str, Any]],
    customers: Mapping[int, int | None],
    *,
    operation: Operation,
    operations: Mapping[int, Operation] | None = None,
    details: Mapping[int, dict[str, Any]] | None = None,
) -> None:
    """Give each row its own new values, and write one event and change per row.

    The caller has locked the rows in the order of their ids and read `before` under that lock.

    Args:
        changes: per id, the fields that change, as history keeps values: ids for rows. Tags, which the caller
            has written, may be among them.
        before: per id, at least the fields that change in any row, as they stand.
        customers: per id, the customer whose time line shows it.
        operations: per id, that of a row which has one of its own.
    """
    if not changes:
        return
    names = sorted({name for values in changes.values() for name in values} - ELSEWHERE)
    columns: dict[str, Any] = {name: model._meta.get_field(name).column for name in names}  # type: ignore[union-attr]
    records = [{"id": pk} | {columns[n]: changes[pk].get(n, before[pk][n]) for n in names} for pk in sorted(changes)]
    statement = _CHANGE.format(
        table=sql.Identifier(model._meta.db_table),
        assignments=sql.SQL(" ").join(_assignment(one) for one in columns.values()),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [operation.by_id, as_json(records)])
    happened = [
        (pk, customers[pk], {name: before[pk][name] for name in changes[pk]}, changes[pk]) for pk in sorted(changes)
    ]
    write_history(model, "edited", happened, operation, details or {}, operations or {})


def _assignment(column: str) -> sql.Composable:
    return sql.SQL("{0} = n.{0},").format(sql.Identifier(column))


def write_history(
    model: type[models.Model],
    event: str,
    happened: Sequence[Happened],
    operation: Operation,
    details: Mapping[int, dict[str, Any]] | None = None,
    operations: Mapping[int, Operation] | None = None,
) -> None:
    """One event and change per row that somebody has written, in one statement."""
    if not happened:
        return
    details, acts = details or {}, {pk: one.pk for pk, one in (operations or {}).items()}
    given = [
        {
            "record_id": pk,
            "customer_id": customer,
            "operation_id": acts.get(pk),
            "before": before,
            "after": after,
            "details": details.get(pk, {}),
        }
        for pk, customer, before, after in happened
    ]
    who = [event, operation.by_id, operation.pk, model.module, operation.source]  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute(_HAPPENED, [as_json(given), *who])


def as_json(given: Any) -> str:
    """One long text of JSON reaches the database several times faster than an array of texts."""
    return _encode(given)


_encode = DjangoJSONEncoder(ensure_ascii=False).encode
