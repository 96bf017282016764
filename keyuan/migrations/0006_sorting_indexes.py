"""Columns without nulls are sorted without a word about nulls, so that an index serves in both directions."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import F, Q

COLUMNS = ("updated_at", "created_at", "sort_name", "completeness")


def index(column: str) -> models.Index:
    return models.Index(F(column).desc(), F("id").desc(), name=f"customer_{column}", condition=Q(deleted_at=None))


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("keyuan", "0005_idempotency")]

    operations = [
        operation
        for column in COLUMNS
        for operation in (
            RemoveIndexConcurrently("customer", f"customer_{column}"),
            AddIndexConcurrently("customer", index(column)),
        )
    ]
