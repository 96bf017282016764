"""Follow-ups and plans of one opportunity are found by an index, built while everybody works."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("keyuan", "0026_opportunities")]

    operations = [
        AddIndexConcurrently(
            "followup",
            models.Index(
                models.F("opportunity"),
                models.OrderBy(models.F("at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("deleted_at", None), ("opportunity__isnull", False)),
                name="follow_up_of_opportunity",
            ),
        ),
        AddIndexConcurrently(
            "plan",
            models.Index(
                condition=models.Q(("deleted_at", None), ("opportunity__isnull", False)),
                fields=["opportunity", "starts_at"],
                name="plan_of_opportunity",
            ),
        ),
    ]
