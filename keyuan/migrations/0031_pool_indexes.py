"""What lies in a pool, and what comes back soon, is found by an index; nothing in a pool is somebody's."""

from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models
from django.db.models import F, Q

OF_POOL = models.Index(
    F("pool"),
    F("updated_at").desc(),
    F("id").desc(),
    name="customer_of_pool",
    condition=Q(pool__isnull=False, deleted_at=None),
)
DUE = models.Index(fields=["due_on"], name="customer_due", condition=Q(due_on__isnull=False, deleted_at=None))
NOBODYS = models.CheckConstraint(
    name="customer_in_a_pool_is_nobodys", condition=Q(pool=None) | Q(owner=None, department=None)
)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("keyuan", "0030_pools")]

    operations = [
        AddIndexConcurrently("customer", OF_POOL),
        AddIndexConcurrently("customer", DUE),
        AddConstraintNotValid("customer", NOBODYS),
        ValidateConstraint("customer", NOBODYS.name),
    ]
