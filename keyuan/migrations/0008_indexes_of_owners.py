"""The customers of one owner or department are found with the deleted ones, whose contacts are asked for as well."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import F

REACH = ("owner", "department")


def of(column: str) -> models.Index:
    order = F("updated_at").desc(), F("id").desc()
    return models.Index(column, *order, name=f"customer_all_of_{column}", include=["deleted_at"])


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("keyuan", "0007_indexes_with_reach")]

    operations = [
        *(AddIndexConcurrently("customer", of(column)) for column in REACH),
        *(RemoveIndexConcurrently("customer", f"customer_of_{column}") for column in REACH),
    ]
