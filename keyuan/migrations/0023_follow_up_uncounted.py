"""One's follow-ups that do not count are few among many."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("keyuan", "0022_events_of_customers")]

    operations = [
        AddIndexConcurrently(
            "followup",
            models.Index(
                models.F("author"),
                models.OrderBy(models.F("at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("deleted_at", None), ("is_effective", False)),
                name="follow_up_uncounted",
            ),
        ),
    ]
