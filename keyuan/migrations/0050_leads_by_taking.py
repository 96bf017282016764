"""Leads that were taken in a span of time are found by an index."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("keyuan", "0049_response_steps")]

    operations = [
        AddIndexConcurrently(
            "lead",
            models.Index(fields=["taken_at"], name="lead_taken", condition=Q(owner__isnull=False, deleted_at=None)),
        ),
    ]
