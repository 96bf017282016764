"""What happened: operations, events and changes, in monthly partitions.

`Event` says what happened, by whom and to which record; `Change` holds the values before and after.
Both are written by `Record.log()` and `RecordQuerySet.change()` only.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from django.utils import timezone

from keyuan.org.models import User


class Operation(models.Model):
    """One visible act of one person, however many records it touched: the unit of undo."""

    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    verb = models.CharField(max_length=60, db_collation="C")
    source = models.CharField(max_length=20)
    at = models.DateTimeField(default=timezone.now)
    address = models.CharField(max_length=45, blank=True, default="")  # of the person's machine, where it came by net
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "operation"
        indexes: ClassVar = [models.Index(fields=["by", "-at"], name="operation_by_at")]

    def __str__(self) -> str:
        return f"{self.verb} #{self.pk}"

    @classmethod
    def begin(cls, verb: str, *, by: User) -> Operation:
        return cls.objects.create(by=by, verb=verb, source=by.source, address=by.address)

    @classmethod
    def begin_each(cls, verbs: Sequence[str], *, by: User) -> list[Operation]:
        """As many acts, one after the other."""
        same: dict[str, Any] = {"by": by, "source": by.source, "address": by.address}
        return Operation.objects.bulk_create(Operation(verb=verb, **same) for verb in verbs)


class Event(models.Model):
    """One line of history. The table is partitioned by month of `at` and made by the first migration."""

    at = models.DateTimeField(default=timezone.now)
    name = models.CharField(max_length=60)
    by = models.ForeignKey(User, models.DO_NOTHING, related_name="+", db_constraint=False)
    operation = models.ForeignKey(Operation, models.DO_NOTHING, related_name="events", db_constraint=False)
    record_type = models.CharField(max_length=30)
    record_id = models.BigIntegerField()
    customer_id = models.BigIntegerField(null=True)
    source = models.CharField(max_length=20)
    details = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        managed = False
        db_table = "event"

    def __str__(self) -> str:
        return self.name


class Change(models.Model):
    """Values of the fields that one event changed, before and after, as JSON by field name."""

    event = models.OneToOneField(Event, models.DO_NOTHING, related_name="change", db_constraint=False, primary_key=True)
    at = models.DateTimeField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        managed = False
        db_table = "change"

    def __str__(self) -> str:
        return f"change of {self.event_id}"


_INSERT = """
WITH new AS (
    INSERT INTO event (at, name, by_id, operation_id, record_type, record_id, customer_id, source, details)
    VALUES (clock_timestamp(), %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id, at
), changed AS (
    INSERT INTO change (event_id, at, before, after) SELECT id, at, %s, %s FROM new WHERE %s
)
SELECT id FROM new
"""


def write_event(
    name: str,
    *,
    operation: Operation,
    record_type: str,
    record_id: int,
    customer_id: int | None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    details: dict[str, Any] | None = None,
) -> int:
    """Insert one event, with its change where there is one; the id of the event."""
    row = [name, operation.by_id, operation.pk, record_type, record_id, customer_id, operation.source]
    has_change = before is not None or after is not None
    values: list[Any] = [*row, as_json(details or {}), as_json(before or {}), as_json(after or {}), has_change]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)
        return int(cursor.fetchone()[0])


def as_json(values: dict[str, Any]) -> str:
    return json.dumps(values, cls=DjangoJSONEncoder, ensure_ascii=False)


PARTITIONED = ("event", "change")


def month_after(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def make_partitions(first: date, months: int) -> None:
    """Make the monthly partitions of history from the month of `first` on, where they do not exist yet."""
    month = first.replace(day=1)
    for _ in range(months):
        following = month_after(month)
        for table in PARTITIONED:
            name = f"{table}_{month:%Y_%m}"
            with connection.cursor() as cursor:
                cursor.execute(
                    f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF {table} "  # names are ours, no input
                    f"FOR VALUES FROM ('{month:%Y-%m-%d} 00:00+00') TO ('{following:%Y-%m-%d} 00:00+00')"
                )
                cursor.execute(GUARD_PARTITION.format(name=name))
        month = following


GUARD_PARTITION = """
DO $$ BEGIN
    IF to_regproc('history_is_append_only') IS NOT NULL
        AND NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = '{name}'::regclass AND tgname = 'is_not_truncated') THEN
        CREATE TRIGGER is_not_truncated BEFORE TRUNCATE ON {name}
            FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
    END IF;
END $$
"""
"""Row triggers are handed down to partitions, those against TRUNCATE are not."""
