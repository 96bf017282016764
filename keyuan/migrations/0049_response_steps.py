"""What was done about leads that nobody followed up in time, once for each time they were taken."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("keyuan", "0048_leads_on_board"),
    ]

    operations = [
        migrations.CreateModel(
            name="ResponseStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("taken_at", models.DateTimeField()),
                ("step", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "lead",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="keyuan.lead",
                    ),
                ),
            ],
            options={
                "db_table": "response_step",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("lead", "taken_at", "step"), name="a_step_comes_once_for_each_taking"
                    )
                ],
            },
        ),
    ]
