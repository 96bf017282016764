"""Public forms that leads come by."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import keyuan.leads.web_form.models


class Migration(migrations.Migration):
    dependencies = [
        ("keyuan", "0042_campaign_members"),
    ]

    operations = [
        migrations.CreateModel(
            name="WebForm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "token",
                    models.CharField(
                        default=keyuan.leads.web_form.models.new_token, editable=False, max_length=64, unique=True
                    ),
                ),
                ("title", models.CharField(max_length=120, verbose_name="Heading")),
                ("intro", models.TextField(blank=True, max_length=2000, verbose_name="Text above the fields")),
                ("thanks", models.TextField(blank=True, max_length=2000, verbose_name="Text after sending")),
                ("button", models.CharField(blank=True, max_length=40, verbose_name="Words of the button")),
                ("consent", models.TextField(blank=True, max_length=2000, verbose_name="Consent that is asked for")),
                (
                    "asked",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), size=None, verbose_name="Fields"
                    ),
                ),
                (
                    "needed",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        default=list,
                        size=None,
                        verbose_name="Required fields",
                    ),
                ),
                (
                    "origins",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200),
                        default=list,
                        size=None,
                        verbose_name="May be embedded by",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="Open to the public")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "campaign",
                    models.OneToOneField(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="web_form",
                        to="keyuan.campaign",
                    ),
                ),
                (
                    "pool",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="keyuan.pool",
                        verbose_name="Pool that receives them",
                    ),
                ),
                (
                    "receiver",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Who receives the leads",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        limit_choices_to={"list": "source"},
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="keyuan.option",
                        verbose_name="Source",
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
                "verbose_name": "web form",
                "db_table": "web_form",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("source"), condition=models.Q(("campaign", None)), name="a_source_has_one_form"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("campaign__isnull", False), ("source__isnull", False), _connector="OR"),
                        name="a_web_form_is_of_a_campaign_or_a_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("receiver", None), ("pool", None), _connector="OR"),
                        name="a_web_form_gives_to_a_person_or_a_pool",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("title", ""), _negated=True), name="a_web_form_has_a_heading"
                    ),
                ],
            },
        ),
    ]
