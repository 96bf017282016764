"""What was done in a period is counted without a look at every plan."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("keyuan", "0023_follow_up_uncounted")]

    operations = [
        AddIndexConcurrently(
            "plan",
            models.Index(fields=["done_at"], name="plan_done", condition=models.Q(deleted_at=None, state="done")),
        ),
    ]
