"""Files on records. The table is new, so its indexes cost nothing."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("keyuan", "0019_notices"),
    ]

    operations = [
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("record_type", models.CharField(db_collation="C", max_length=30, null=True)),
                ("record_id", models.BigIntegerField(null=True)),
                ("customer_id", models.BigIntegerField(null=True)),
                ("name", models.CharField(max_length=240)),
                ("size", models.BigIntegerField()),
                ("media_type", models.CharField(db_collation="C", max_length=100)),
                ("digest", models.CharField(db_collation="C", max_length=64)),
                ("is_picture", models.BooleanField(default=False)),
                ("width", models.PositiveIntegerField(null=True)),
                ("height", models.PositiveIntegerField(null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("deleted_at", models.DateTimeField(null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "deleted_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "deletion",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="keyuan.operation",
                    ),
                ),
            ],
            options={
                "db_table": "attachment",
                "indexes": [
                    models.Index(
                        condition=models.Q(("deleted_at", None), ("record_type__isnull", False)),
                        fields=["record_type", "record_id", "-created_at"],
                        name="attachment_of_record",
                    ),
                    models.Index(
                        condition=models.Q(("customer_id__isnull", False), ("deleted_at", None)),
                        fields=["customer_id", "-created_at"],
                        name="attachment_of_customer",
                    ),
                    models.Index(
                        condition=models.Q(("deleted_at__isnull", False)),
                        fields=["record_type", "record_id"],
                        name="attachment_deleted",
                    ),
                    models.Index(
                        condition=models.Q(("record_type", None)),
                        fields=["created_by", "created_at"],
                        name="attachment_pending",
                    ),
                    models.Index(fields=["digest"], name="attachment_by_content"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("customer_id", None), ("record_id", None), ("record_type", None)),
                            models.Q(("record_id__isnull", False), ("record_type__isnull", False)),
                            _connector="OR",
                        ),
                        name="an_attachment_belongs_to_a_record_or_waits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="an_attachment_has_a_name"
                    ),
                    models.CheckConstraint(condition=models.Q(("size__gt", 0)), name="an_attachment_is_not_empty"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_picture", False),
                            models.Q(
                                ("height__gt", 0), ("height__isnull", False), ("width__gt", 0), ("width__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="a_picture_is_so_wide_and_high",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("deleted_at", None), ("deleted_by", None), ("deletion", None)),
                            models.Q(
                                ("deleted_at__isnull", False),
                                ("deleted_by__isnull", False),
                                ("deletion__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="a_deleted_attachment_says_by_whom",
                    ),
                ],
            },
        ),
    ]
