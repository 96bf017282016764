"""How long others stayed in a stage is told without a look at every step."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("keyuan", "0028_opportunities_know_their_customer")]

    operations = [
        AddIndexConcurrently(
            "stagemove",
            models.Index(fields=["from_stage", "-at"], name="stage_move_left", condition=models.Q(is_undone=False)),
        ),
    ]
