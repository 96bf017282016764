"""Leads can lie in pools, and records know why they were given back."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import keyuan.pools.models


def person(label: str) -> models.ForeignKey:
    return models.ForeignKey(
        db_index=False,
        editable=False,
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
        verbose_name=label,
    )


def reason() -> models.ForeignKey:
    return models.ForeignKey(
        db_index=False,
        editable=False,
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="keyuan.option",
        verbose_name="Why it was given back",
    )


class Migration(migrations.Migration):
    dependencies = [("keyuan", "0039_keys_of_leads")]

    operations = [
        migrations.AlterField("pool", "hidden_fields", models.JSONField(default=keyuan.pools.models.hidden_at_first)),
        migrations.AddField("customer", "release_reason", reason()),
        migrations.RenameField("lead", "assigned_at", "taken_at"),
        migrations.AlterField(
            "lead", "taken_at", models.DateTimeField(editable=False, null=True, verbose_name="Taken")
        ),
        migrations.AddField(
            "lead",
            "pool",
            models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="keyuan.pool",
                verbose_name="Pool",
            ),
        ),
        migrations.AddField(
            "lead", "due_on", models.DateField(editable=False, null=True, verbose_name="Comes back on")
        ),
        migrations.AddField(
            "lead", "released_at", models.DateTimeField(editable=False, null=True, verbose_name="In the pool since")
        ),
        migrations.AddField("lead", "last_owner", person("Former owner")),
        migrations.AddField("lead", "release_reason", reason()),
        migrations.AddField("lead", "extended_to", models.DateField(editable=False, null=True)),
        migrations.AddField(
            "lead",
            "is_locked",
            models.BooleanField(db_default=False, default=False, editable=False, verbose_name="Locked"),
        ),
    ]
