"""Campaigns: whoever has leads sees them, 市场 works with them."""

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.manager
import django.utils.timezone
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from keyuan.records.options import lay_options

SEARCH = """
CREATE INDEX campaign_search_grams ON campaign_search USING gin (grams(body));
ALTER INDEX campaign_search_grams ALTER COLUMN 1 SET STATISTICS 1000;
"""
OPERATIONS = ("view", "create", "edit", "delete", "transfer", "export")


def lay(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    lay_options(apps)


def forget(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The way back: when no campaign is left that names them."""
    apps.get_model("keyuan", "Option").objects.filter(list__in=("campaign_type", "campaign_answer")).delete()


def grant(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Whoever sees leads sees all campaigns, and exports them where they export leads."""
    grants = apps.get_model("keyuan", "Grant")
    for known in grants.objects.filter(module="lead").select_related("role"):
        names = [name for name in ("view", "export") if name in known.operations]
        if known.role.key in ("administrator", "marketing"):
            names = list(OPERATIONS)
        if "view" in names:
            given = {"scope": "all", "operations": dict.fromkeys(names, "")}
            grants.objects.get_or_create(role=known.role, module="campaign", defaults=given)


def take(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("keyuan", "Grant").objects.filter(module="campaign").delete()


class Migration(migrations.Migration):
    dependencies = [
        ("keyuan", "0034_activities_of_leads_are_found"),
    ]

    operations = [
        migrations.RunPython(lay, forget),
        migrations.AlterField(
            model_name="grant",
            name="module",
            field=models.CharField(
                choices=[
                    ("customer", "Customers"),
                    ("contact", "Contacts"),
                    ("lead", "Leads"),
                    ("opportunity", "Opportunities"),
                    ("product", "Products"),
                    ("follow_up", "Follow-ups"),
                    ("plan", "Plans"),
                    ("campaign", "Campaigns"),
                    ("people", "People and departments"),
                    ("settings", "Settings"),
                    ("audit", "Audit"),
                ],
                max_length=40,
            ),
        ),
        migrations.CreateModel(
            name="CampaignSearch",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("record_id", models.BigIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("text", "text"), ("phone", "phone"), ("email", "email")],
                        db_collation="C",
                        max_length=10,
                    ),
                ),
                ("body", models.TextField(db_collation="C")),
            ],
            options={
                "db_table": "campaign_search",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("record_id"), models.F("kind"), name="campaign_search_once_per_kind"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Campaign",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("deleted_at", models.DateTimeField(editable=False, null=True)),
                ("custom", models.JSONField(blank=True, default=dict, editable=False)),
                ("name", models.CharField(max_length=200, verbose_name="Campaign name")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("running", "Running"),
                            ("done", "Finished"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="planned",
                        max_length=10,
                        verbose_name="Status",
                    ),
                ),
                ("begins_on", models.DateField(blank=True, null=True, verbose_name="Begins")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="Ends")),
                (
                    "budget",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True, verbose_name="Budget"),
                ),
                (
                    "cost",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=16, null=True, verbose_name="Actual cost"
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=200, verbose_name="Place")),
                ("description", models.TextField(blank=True, max_length=5000, verbose_name="Description")),
                ("sort_name", models.CharField(blank=True, db_collation="C", editable=False, max_length=60)),
                (
                    "created_by",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "deleted_by",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "deletion",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="keyuan.operation",
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="keyuan.department",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Owner",
                    ),
                ),
                (
                    "type",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        limit_choices_to={"list": "campaign_type"},
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="keyuan.option",
                        verbose_name="Type",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "campaign",
                "db_table": "campaign",
                "abstract": False,
                "base_manager_name": "rows",
                "default_manager_name": "rows",
                "indexes": [
                    models.Index(
                        models.OrderBy(models.F("updated_at"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("deleted_at", None)),
                        name="campaign_updated_at",
                    ),
                    models.Index(
                        models.OrderBy(models.F("created_at"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("deleted_at", None)),
                        name="campaign_created_at",
                    ),
                    models.Index(
                        models.OrderBy(models.F("sort_name"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("deleted_at", None)),
                        name="campaign_sort_name",
                    ),
                    models.Index(
                        models.OrderBy(models.F("begins_on"), descending=True, nulls_last=True),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("deleted_at", None)),
                        name="campaign_begins_on",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["custom"], name="campaign_custom", opclasses=["jsonb_path_ops"]
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="campaign_has_a_name"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("begins_on", None),
                            ("ends_on", None),
                            ("ends_on__gte", models.F("begins_on")),
                            _connector="OR",
                        ),
                        name="campaign_ends_after_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("budget", None), ("budget__gte", 0), _connector="OR"),
                        name="campaign_budget_is_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("cost", None), ("cost__gte", 0), _connector="OR"),
                        name="campaign_cost_is_not_negative",
                    ),
                ],
            },
            managers=[
                ("rows", django.db.models.manager.Manager()),
            ],
        ),
        migrations.RunSQL(SEARCH, "DROP INDEX campaign_search_grams"),
        migrations.RunPython(grant, take),
    ]
