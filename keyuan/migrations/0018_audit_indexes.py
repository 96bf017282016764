"""History by time, by transaction, and by kind where the kind is rare; built while work goes on."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from keyuan.records.sealing.guard import PARTITIONS

INDEXES = {
    "event_by_time": "(at DESC, id DESC)",
    "event_by_transaction": "(txid)",
    "event_of_kind": "(record_type, at DESC, id DESC) WHERE record_type NOT IN ('customer', 'contact')",
}
VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)"


def build(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """One after the other for each partition; again from where it was cut off."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(PARTITIONS, ["event"])
        partitions = [name for (name,) in cursor.fetchall()]
        for name, columns in INDEXES.items():
            cursor.execute(f"CREATE INDEX IF NOT EXISTS {name} ON ONLY event {columns}")
            for partition in partitions:
                part = f"{partition}_{name.removeprefix('event_')}"
                cursor.execute(VALID, [part])
                if cursor.fetchone() != (True,):
                    cursor.execute(f"DROP INDEX IF EXISTS {part}")
                    cursor.execute(f"CREATE INDEX CONCURRENTLY {part} ON {partition} {columns}")
                cursor.execute(f"ALTER INDEX {name} ATTACH PARTITION {part}")


def drop(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for name in INDEXES:
        schema_editor.execute(f"DROP INDEX IF EXISTS {name}")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("keyuan", "0017_audit")]

    operations = [migrations.RunPython(build, drop)]
