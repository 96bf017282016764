"""Notices, and what people prefer about them. Both tables are new, so nothing waits for a lock."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import keyuan.notices.models


class Migration(migrations.Migration):
    dependencies = [
        ("keyuan", "0018_audit_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="NoticePreferences",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "off",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), blank=True, default=list, size=None
                    ),
                ),
                ("by_mail", models.JSONField(blank=True, default=dict)),
                ("quiet_from", models.TimeField(blank=True, null=True)),
                ("quiet_to", models.TimeField(blank=True, null=True)),
                (
                    "quiet_days",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        blank=True,
                        default=keyuan.notices.models.every_day,
                        size=None,
                    ),
                ),
            ],
            options={
                "db_table": "notice_preferences",
            },
        ),
        migrations.AlterField(
            model_name="grant",
            name="module",
            field=models.CharField(
                choices=[
                    ("customer", "Customers"),
                    ("contact", "Contacts"),
                    ("people", "People and departments"),
                    ("settings", "Settings"),
                    ("audit", "Audit"),
                ],
                max_length=40,
            ),
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(db_collation="C", max_length=40)),
                ("record_id", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("read_at", models.DateTimeField(null=True)),
                ("details", models.JSONField(default=dict)),
                ("key", models.CharField(db_collation="C", max_length=200)),
                ("in_app", models.BooleanField(default=True)),
                (
                    "mail_state",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Not by mail"),
                            ("waiting", "Waiting"),
                            ("claimed", "Being sent"),
                            ("sent", "Sent"),
                            ("dropped", "Not sent"),
                        ],
                        db_collation="C",
                        default="",
                        max_length=8,
                    ),
                ),
                ("mail_after", models.DateTimeField(null=True)),
                ("mail", models.BigIntegerField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "notice",
                "indexes": [
                    models.Index(
                        condition=models.Q(("in_app", True), ("read_at", None)),
                        fields=["user", "-id"],
                        name="notice_unread",
                    ),
                    models.Index(condition=models.Q(("in_app", True)), fields=["user", "-id"], name="notice_of_user"),
                    models.Index(
                        condition=models.Q(("mail_state__in", ("waiting", "claimed"))),
                        fields=["user"],
                        name="notice_to_mail",
                    ),
                    models.Index(fields=["at"], name="notice_by_age"),
                ],
                "constraints": [models.UniqueConstraint(fields=("user", "key"), name="a_person_is_told_once")],
            },
        ),
    ]
