"""How many leads of each state somebody may see is counted in an index alone."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("keyuan", "0047_assignment_rules")]

    operations = [
        AddIndexConcurrently(
            "lead",
            models.Index(
                fields=["state", "owner", "department"],
                name="lead_on_board",
                condition=Q(deleted_at=None),
                include=["pool"],
            ),
        ),
    ]
