"""The time line of a customer walks past none of the lines about its follow-ups and plans, however many there are."""

import time
from typing import Any

from django.apps.registry import Apps
from django.db import OperationalError, migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from keyuan.records.sealing.guard import PARTITIONS

OLD = ("event_of_customer", "WHERE customer_id IS NOT NULL")
NEW = ("event_about_customer", "WHERE customer_id IS NOT NULL AND record_type NOT IN ('follow_up', 'plan')")
VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)"


def replace(made: tuple[str, str], gone: tuple[str, str], schema_editor: BaseDatabaseSchemaEditor) -> None:
    """One after the other for each partition while work goes on; again from where it was cut off."""
    name, condition = made
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(PARTITIONS, ["event"])
        partitions = [one for (one,) in cursor.fetchall()]
        cursor.execute(f"CREATE INDEX IF NOT EXISTS {name} ON ONLY event (customer_id, at DESC, id DESC) {condition}")
        for partition in partitions:
            part = f"{partition}_{name.removeprefix('event_')}"
            cursor.execute(VALID, [part])
            if cursor.fetchone() != (True,):
                cursor.execute(f"DROP INDEX IF EXISTS {part}")
                columns = f"(customer_id, at DESC, id DESC) {condition}"
                cursor.execute(f"CREATE INDEX CONCURRENTLY {part} ON {partition} {columns}")
            cursor.execute(f"ALTER INDEX {name} ATTACH PARTITION {part}")
        drop(cursor, gone[0])


def drop(cursor: Any, name: str) -> None:
    """Wait for the lock for moments only, again and again, so that nobody queues up behind it."""
    cursor.execute("SET lock_timeout = '2s'")
    for attempt in range(60):
        try:
            cursor.execute(f"DROP INDEX IF EXISTS {name}")
            break
        except OperationalError:
            if attempt == 59:
                raise
            time.sleep(1)
    cursor.execute("RESET lock_timeout")


def forward(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    replace(NEW, OLD, schema_editor)


def back(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    replace(OLD, NEW, schema_editor)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("keyuan", "0021_activities")]

    operations = [migrations.RunPython(forward, back)]
