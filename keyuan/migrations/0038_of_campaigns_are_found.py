"""Leads and opportunities of one campaign are found by an index, built while everybody works."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


def of_campaign(name: str) -> models.Index:
    return models.Index(
        condition=Q(campaign__isnull=False, deleted_at=None),
        fields=["campaign", "-updated_at", "-id"],
        name=f"{name}_of_campaign",
    )


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("keyuan", "0037_of_campaigns")]

    operations = [AddIndexConcurrently(name, of_campaign(name)) for name in ("lead", "opportunity")]
