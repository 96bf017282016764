"""History becomes append-only and is sealed; who has the right to read it as a whole."""

import django.utils.timezone
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from keyuan.records.history import PARTITIONED
from keyuan.records.sealing.guard import FUNCTION, MAY_CHANGE, PARTITIONS, row_trigger, truncate_trigger

FOREVER = 2**63 - 1

# Whoever connects without the proof of the product's own connections leaves none.
PROOF = """
ALTER TABLE event ADD COLUMN proof bytea;
ALTER TABLE event ALTER COLUMN proof SET DEFAULT
    substr(sha256(convert_to(current_setting('keyuan.writer', true) || pg_current_xact_id()::text, 'UTF8')), 1, 8);
"""

# What is random does not compress.
STORAGE = """
ALTER TABLE audit_seal ALTER COLUMN listed SET STORAGE EXTERNAL, ALTER COLUMN leaves SET STORAGE EXTERNAL,
    ALTER COLUMN salts SET STORAGE EXTERNAL;
"""
READERS = ("administrator", "auditor")


def begin_first_epoch(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM event")
        last = cursor.fetchone()[0]
    apps.get_model("keyuan", "Epoch").objects.create(number=1, unproved_to=last)


def guard(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(FUNCTION)
        for table in MAY_CHANGE:
            cursor.execute(row_trigger(table))
            cursor.execute(truncate_trigger(table))
        for table in PARTITIONED:
            cursor.execute(PARTITIONS, [table])
            for (name,) in cursor.fetchall():
                cursor.execute(truncate_trigger(name))


def let_readers_in(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    grants = apps.get_model("keyuan", "Grant").objects
    for role in apps.get_model("keyuan", "Role").objects.filter(key__in=READERS):
        operations = dict.fromkeys(("view", "export"), "")
        grants.get_or_create(role=role, module="audit", defaults={"scope": "all", "operations": operations})


def send_readers_out(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("keyuan", "Grant").objects.filter(module="audit").delete()


class Migration(migrations.Migration):
    dependencies = [("keyuan", "0016_relocation")]

    operations = [
        migrations.AddField(
            model_name="operation",
            name="address",
            field=models.CharField(blank=True, default="", max_length=45),
        ),
        migrations.CreateModel(
            name="Epoch",
            fields=[
                ("number", models.PositiveIntegerField(primary_key=True, serialize=False)),
                ("begun_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("above", models.BigIntegerField(default=-FOREVER)),
                ("unproved_to", models.BigIntegerField(default=0)),
                ("reason", models.CharField(default="installed", max_length=20)),
                ("details", models.JSONField(default=dict)),
            ],
            options={"db_table": "audit_epoch"},
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("epoch", models.PositiveIntegerField()),
                ("above", models.BigIntegerField()),
                ("upto", models.BigIntegerField(default=FOREVER)),
                ("unproved_to", models.BigIntegerField(default=0)),
                ("after_xid", models.BigIntegerField()),
                ("after_id", models.BigIntegerField()),
                ("to_xid", models.BigIntegerField()),
                ("to_id", models.BigIntegerField()),
                ("count", models.PositiveIntegerField()),
                ("proved", models.BooleanField()),
                ("listed", models.BinaryField()),
                ("leaves", models.BinaryField()),
                ("salts", models.BinaryField()),
                ("note", models.JSONField(default=dict)),
                ("previous", models.BinaryField()),
                ("digest", models.BinaryField()),
            ],
            options={"db_table": "audit_seal", "ordering": ["number"]},
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("event_id", models.BigIntegerField()),
                ("by_event", models.BigIntegerField()),
                ("kept", models.BinaryField()),
                ("now", models.BinaryField()),
            ],
            options={
                "db_table": "audit_erasure",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("event_id"), models.F("by_event"), name="an_event_is_erased_once_at_a_time"
                    )
                ],
            },
        ),
        migrations.RunSQL(STORAGE, migrations.RunSQL.noop),
        migrations.RunSQL(PROOF, "ALTER TABLE event DROP COLUMN proof"),
        migrations.RunPython(begin_first_epoch, migrations.RunPython.noop),
        migrations.RunPython(
            guard, lambda apps, editor: editor.execute("DROP FUNCTION history_is_append_only CASCADE")
        ),
        migrations.RunPython(let_readers_in, send_readers_out),
    ]
