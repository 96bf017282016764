"""The indexes that lists walk along also hold the pool, so that leaving out what lies in one costs no look at the rows."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import F, Q

HELD = ("owner", "department", "pool")
PLAIN = {
    "customer": ("updated_at", "created_at", "sort_name", "completeness"),
    "lead": ("updated_at", "created_at", "sort_name"),
}
NULLABLE = {
    "customer": ("last_followed_at", "next_contact_at"),
    "lead": ("last_followed_at", "next_contact_at", "score"),
}


def index(name: str, *order: models.expressions.OrderBy) -> models.Index:
    return models.Index(*order, name=name, condition=Q(deleted_at=None), include=HELD)


def indexes(model: str) -> dict[str, models.Index]:
    """By the name that each has in the end: the index, under a name of its own until the old one is gone."""
    found = {}
    for column in PLAIN[model]:
        found[f"{model}_by_{column}"] = (F(column).desc(), F("id").desc())
    for column in NULLABLE[model]:
        found[f"{model}_by_{column}"] = (F(column).desc(nulls_last=True), F("id").desc())
        found[f"{model}_by_{column.removesuffix('_at')}_up"] = (F(column).asc(nulls_last=True), F("id").asc())
    return {name: index(f"{model}_held_{place}", *order) for place, (name, order) in enumerate(found.items())}


def operations(model: str) -> list[migrations.operations.base.Operation]:
    return [
        step
        for name, one in indexes(model).items()
        for step in (
            AddIndexConcurrently(model, one),
            RemoveIndexConcurrently(model, name),
            migrations.RenameIndex(model, new_name=name, old_name=one.name),
        )
    ]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("keyuan", "0044_extension_requests")]

    operations = [*operations("customer"), *operations("lead")]
