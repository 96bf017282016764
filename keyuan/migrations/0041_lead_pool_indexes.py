"""Leads in a pool, and those that come back soon, are found by an index; nothing in a pool is somebody's."""

from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models
from django.db.models import F, Q

OF_POOL = models.Index(
    F("pool"),
    F("updated_at").desc(),
    F("id").desc(),
    name="lead_of_pool",
    condition=Q(pool__isnull=False, deleted_at=None),
)
DUE = models.Index(fields=["due_on"], name="lead_due", condition=Q(due_on__isnull=False, deleted_at=None))
NOBODYS = models.CheckConstraint(
    name="lead_in_a_pool_is_nobodys", condition=Q(pool=None) | Q(owner=None, department=None)
)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("keyuan", "0040_leads_in_pools")]

    operations = [
        AddIndexConcurrently("lead", OF_POOL),
        AddIndexConcurrently("lead", DUE),
        AddConstraintNotValid("lead", NOBODYS),
        ValidateConstraint("lead", NOBODYS.name),
    ]
