"""Leads and opportunities know the campaign that they came from."""

import django.db.models.deletion
from django.db import migrations, models


def of_campaign() -> models.ForeignKey:
    return models.ForeignKey(
        blank=True,
        db_index=False,
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="keyuan.campaign",
        verbose_name="Campaign",
    )


class Migration(migrations.Migration):
    dependencies = [("keyuan", "0036_lead_conversions")]

    operations = [
        migrations.AddField(model_name="lead", name="campaign", field=of_campaign()),
        migrations.AddField(model_name="opportunity", name="campaign", field=of_campaign()),
    ]
