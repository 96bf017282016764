"""Pools, and what customers know about them."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from keyuan.records.options import lay_options

SHELVED = """
CREATE TRIGGER marks_shelf AFTER INSERT OR DELETE OR TRUNCATE OR UPDATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION mark_shelf()
"""
UNSHELVED = "DROP TRIGGER marks_shelf ON {table}"
KEPT = ("pool", "pool_member")


def lay(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    lay_options(apps)


def take(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("keyuan", "Option").objects.filter(list="release_reason").delete()


class Migration(migrations.Migration):
    dependencies = [
        ("keyuan", "0029_stays_in_stages"),
    ]

    operations = [
        migrations.CreateModel(
            name="PoolMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_manager", models.BooleanField(default=False)),
            ],
            options={
                "db_table": "pool_member",
            },
        ),
        migrations.AddField(
            model_name="customer",
            name="due_on",
            field=models.DateField(editable=False, null=True, verbose_name="Comes back on"),
        ),
        migrations.AddField(
            model_name="customer",
            name="extended_to",
            field=models.DateField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="customer",
            name="is_locked",
            field=models.BooleanField(db_default=False, default=False, editable=False, verbose_name="Locked"),
        ),
        migrations.AddField(
            model_name="customer",
            name="last_owner",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="Former owner",
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="released_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="In the pool since"),
        ),
        migrations.AddField(
            model_name="customer",
            name="taken_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="Taken"),
        ),
        migrations.CreateModel(
            name="Pool",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("customer", "Customers"), ("lead", "Leads")], max_length=10)),
                ("name", models.CharField(max_length=60, verbose_name="Name")),
                ("position", models.PositiveIntegerField(default=0)),
                ("is_active", models.BooleanField(default=True)),
                ("hidden_fields", models.JSONField(default=list)),
                ("kept_rules", models.JSONField(db_column="rules", default=dict)),
                ("rules_from", models.DateField(null=True)),
                ("rules_before", models.JSONField(null=True)),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "db_table": "pool",
                "ordering": ["kind", "position", "pk"],
                "constraints": [
                    models.UniqueConstraint(models.F("kind"), models.F("name"), name="a_pool_has_a_name_of_its_own")
                ],
            },
        ),
        migrations.CreateModel(
            name="ClaimCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("number", models.PositiveIntegerField(default=0)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pool",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="keyuan.pool"
                    ),
                ),
            ],
            options={
                "db_table": "claim_count",
            },
        ),
        migrations.AddField(
            model_name="customer",
            name="pool",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="keyuan.pool",
                verbose_name="Pool",
            ),
        ),
        migrations.AddField(
            model_name="poolmember",
            name="department",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="keyuan.department"
            ),
        ),
        migrations.AddField(
            model_name="poolmember",
            name="pool",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="members", to="keyuan.pool"
            ),
        ),
        migrations.AddField(
            model_name="poolmember",
            name="role",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="keyuan.role"
            ),
        ),
        migrations.AddField(
            model_name="poolmember",
            name="user",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="claimcount",
            constraint=models.UniqueConstraint(
                models.F("pool"), models.F("user"), models.F("day"), name="claims_are_counted_once_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="poolmember",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("department", None), ("role", None), ("user__isnull", False)),
                    models.Q(("department__isnull", False), ("role", None), ("user", None)),
                    models.Q(("department", None), ("role__isnull", False), ("user", None)),
                    _connector="OR",
                ),
                name="a_pool_member_is_one_of_three",
            ),
        ),
        migrations.AddConstraint(
            model_name="poolmember",
            constraint=models.UniqueConstraint(
                models.F("pool"),
                models.F("user"),
                models.F("department"),
                models.F("role"),
                name="a_pool_has_a_member_once",
                nulls_distinct=False,
            ),
        ),
        migrations.RunPython(lay, take),
        migrations.RunSQL([SHELVED.format(table=one) for one in KEPT], [UNSHELVED.format(table=one) for one in KEPT]),
    ]
