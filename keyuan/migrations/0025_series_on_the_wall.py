"""Series of plans know what clocks showed at their beginning."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("keyuan", "0024_plans_done")]

    operations = [
        migrations.AddField(
            "planseries", "wall", models.CharField(db_collation="C", default="", max_length=15), preserve_default=False
        ),
    ]
