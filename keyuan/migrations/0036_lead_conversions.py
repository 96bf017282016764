"""The conversions of leads, each of which the database lets hold once for a lead."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("keyuan", "0035_campaigns"),
    ]

    operations = [
        migrations.CreateModel(
            name="LeadConversion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("state", models.CharField(max_length=10)),
                (
                    "made",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), default=list, size=None
                    ),
                ),
                (
                    "tags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "files",
                    django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="keyuan.contact",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="keyuan.customer",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="keyuan.lead"),
                ),
                (
                    "operation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="keyuan.operation",
                    ),
                ),
                (
                    "opportunity",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="keyuan.opportunity",
                    ),
                ),
            ],
            options={
                "db_table": "lead_conversion",
                "indexes": [
                    models.Index(
                        condition=models.Q(("customer__isnull", False)),
                        fields=["customer"],
                        name="lead_conversion_customer",
                    ),
                    models.Index(
                        condition=models.Q(("contact__isnull", False)),
                        fields=["contact"],
                        name="lead_conversion_contact",
                    ),
                    models.Index(
                        condition=models.Q(("opportunity__isnull", False)),
                        fields=["opportunity"],
                        name="lead_conversion_opportunity",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("lead"), condition=models.Q(("ended_at", None)), name="a_lead_is_converted_once"
                    )
                ],
            },
        ),
    ]
