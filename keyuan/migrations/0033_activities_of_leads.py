"""Follow-ups and plans hang on leads as well; a follow-up has a customer or a lead."""

import django.db.models.deletion
from django.db import migrations, models

FORGET = """
UPDATE plan SET follow_up_id = NULL WHERE follow_up_id IN (SELECT id FROM follow_up WHERE customer_id IS NULL);
DELETE FROM follow_up_search WHERE record_id IN (SELECT id FROM follow_up WHERE customer_id IS NULL);
DELETE FROM follow_up WHERE customer_id IS NULL;
"""


def of_lead() -> models.ForeignKey:
    return models.ForeignKey(
        blank=True,
        db_index=False,
        null=True,
        on_delete=django.db.models.deletion.SET_NULL,
        related_name="+",
        to="keyuan.lead",
        verbose_name="Lead",
    )


class Migration(migrations.Migration):
    dependencies = [("keyuan", "0032_leads")]

    operations = [
        migrations.AddField(model_name="followup", name="lead", field=of_lead()),
        migrations.AddField(model_name="plan", name="lead", field=of_lead()),
        migrations.AlterField(
            model_name="followup",
            name="customer",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="keyuan.customer",
                verbose_name="Customer",
            ),
        ),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", FORGET + "SET CONSTRAINTS ALL IMMEDIATE"),
    ]
