"""Who was asked to a campaign, and what became of it."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("keyuan", "0041_lead_pool_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="CampaignMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("result", models.CharField(blank=True, max_length=500, verbose_name="Result")),
                ("added_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "added_by",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "answer",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        limit_choices_to={"list": "campaign_answer"},
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="keyuan.option",
                        verbose_name="Answer",
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="keyuan.campaign",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="keyuan.contact",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="keyuan.customer",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="keyuan.lead",
                    ),
                ),
            ],
            options={
                "verbose_name": "campaign member",
                "db_table": "campaign_member",
                "indexes": [
                    models.Index(fields=["campaign", "-id"], name="campaign_member_latest"),
                    models.Index(
                        condition=models.Q(("customer__isnull", False)),
                        fields=["customer"],
                        name="campaign_member_customer",
                    ),
                    models.Index(
                        condition=models.Q(("contact__isnull", False)),
                        fields=["contact"],
                        name="campaign_member_contact",
                    ),
                    models.Index(
                        condition=models.Q(("lead__isnull", False)), fields=["lead"], name="campaign_member_lead"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("campaign"),
                        models.F("customer"),
                        condition=models.Q(("customer__isnull", False)),
                        name="a_customer_is_in_a_campaign_once",
                    ),
                    models.UniqueConstraint(
                        models.F("campaign"),
                        models.F("contact"),
                        condition=models.Q(("contact__isnull", False)),
                        name="a_contact_is_in_a_campaign_once",
                    ),
                    models.UniqueConstraint(
                        models.F("campaign"),
                        models.F("lead"),
                        condition=models.Q(("lead__isnull", False)),
                        name="a_lead_is_in_a_campaign_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("contact", None), ("customer__isnull", False), ("lead", None)),
                            models.Q(("contact__isnull", False), ("customer", None), ("lead", None)),
                            models.Q(("contact", None), ("customer", None), ("lead__isnull", False)),
                            _connector="OR",
                        ),
                        name="a_member_of_a_campaign_is_one_record",
                    ),
                ],
            },
        ),
    ]
