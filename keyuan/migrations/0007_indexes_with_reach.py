"""The indexes that lists walk along also hold owner and department, so that rights cost no look at the rows."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import F, Q

LIVING = Q(deleted_at=None)
REACH = ("owner", "department")
PLAIN = ("updated_at", "created_at", "sort_name", "completeness")
NULLABLE = ("last_followed_at", "next_contact_at")


def falling(column: str) -> models.Index:
    order = F(column).desc() if column in PLAIN else F(column).desc(nulls_last=True)
    return models.Index(order, F("id").desc(), name=f"customer_by_{column}", condition=LIVING, include=REACH)


def rising(column: str) -> models.Index:
    order, name = F(column).asc(nulls_last=True), f"customer_by_{column[:-3]}_up"
    return models.Index(order, F("id").asc(), name=name, condition=LIVING, include=REACH)


def of(column: str) -> models.Index:
    order = F("updated_at").desc(), F("id").desc()
    return models.Index(column, *order, name=f"customer_of_{column}", condition=LIVING)


NEW = [*map(falling, (*PLAIN, *NULLABLE)), *map(rising, NULLABLE), *map(of, REACH)]
OLD = [
    *(f"customer_{column}" for column in (*PLAIN, *NULLABLE)),
    *(f"customer_{column}_up" for column in NULLABLE),
    *(f"customer_{column}_updated" for column in REACH),
]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("keyuan", "0006_sorting_indexes")]

    operations = [
        *(AddIndexConcurrently("customer", index) for index in NEW),
        *(RemoveIndexConcurrently("customer", name) for name in OLD),
    ]
