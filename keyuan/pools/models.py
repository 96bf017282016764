"""Pools, who belongs to them, and what a record that can lie in one knows about it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keyuan.org.models import Department, Role, User
from keyuan.pools.clock import renew
from keyuan.pools.membership import open_to
from keyuan.pools.rules import PoolRules
from keyuan.records.models import RecordQuerySet


class Pool(models.Model):
    """One pool of customers or of leads, with its rules (pools/rules.py)."""

    class Kind(models.TextChoices):
        CUSTOMER = "customer", pgettext_lazy("pool", "Customers")
        LEAD = "lead", pgettext_lazy("pool", "Leads")

    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(_("Name"), max_length=60)
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    hidden_fields = models.JSONField(default=list)
    kept_rules = models.JSONField(default=dict, db_column="rules")
    rules_from = models.DateField(null=True)  # kept_rules hold from this day on, the ones before until then
    rules_before = models.JSONField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "pool"
        ordering: ClassVar = ["kind", "position", "pk"]
        constraints: ClassVar = [models.UniqueConstraint("kind", "name", name="a_pool_has_a_name_of_its_own")]

    def __str__(self) -> str:
        return self.name

    @property
    def rules(self) -> PoolRules:
        """The rules that hold today."""
        waiting = self.rules_from is not None and self.rules_from > timezone.localdate()
        return PoolRules.from_json(self.rules_before if waiting and self.rules_before is not None else self.kept_rules)


class PoolMember(models.Model):
    """Somebody, or everybody of a department or role, to whom a pool is open."""

    pool = models.ForeignKey(Pool, models.CASCADE, related_name="members")
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    department = models.ForeignKey(Department, models.CASCADE, null=True, related_name="+")
    role = models.ForeignKey(Role, models.CASCADE, null=True, related_name="+")
    is_manager = models.BooleanField(default=False)

    class Meta:
        db_table = "pool_member"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_pool_member_is_one_of_three",
                condition=Q(user__isnull=False, department=None, role=None)
                | Q(user=None, department__isnull=False, role=None)
                | Q(user=None, department=None, role__isnull=False),
            ),
            models.UniqueConstraint(
                "pool", "user", "department", "role", name="a_pool_has_a_member_once", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pool_id}: {self.user or self.department or self.role}"


class ClaimCount(models.Model):
    """How many records one person has claimed from one pool on one day. Giving back frees none."""

    pool = models.ForeignKey(Pool, models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    number = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "claim_count"
        constraints: ClassVar = [
            models.UniqueConstraint("pool", "user", "day", name="claims_are_counted_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.day}: {self.number}"


CLOCK = {"owner", "category", "level", "rating", "is_locked", "extended_to", "taken_at"}
"""Fields by whose change the last day of a record changes."""


class PooledQuerySet(RecordQuerySet):
    """Rows that may lie in a pool: whoever the pool is open to sees them as well."""

    def reached_by(self, user: User, operation: str) -> Any:
        reach = user.reach(self.model.module, operation)
        if reach.everything:
            return self
        pools = open_to(user, self.model.module, operation)
        held = self.held_by(user, operation)
        return (held | self.filter(pool_id__in=sorted(pools))) if pools else held

    def change(self, **given: Any) -> Any:
        """As every row is changed; what the clock asks sets it anew."""
        changed = super().change(**given)
        if CLOCK & set(given):
            renew(self.model.module, changed)
        return changed

    def held_by(self, user: User, operation: str) -> Any:
        """Those in reach by their owner and department: lists of what people own ask no pool."""
        return super().reached_by(user, operation)


class Pooled(models.Model):
    """What a record that can lie in a pool knows. In a pool it has neither owner nor department.

    Attributes:
        taken_at: when its owner got it; None counts as its creation.
        due_on: the last day on which it is its owner's; None where it never comes back (pools/clock.py).
        released_at, last_owner: since when it lies in the pool, and whose it was.
        extended_to: until when a manager let the owner keep it.
    """

    pool = models.ForeignKey(
        Pool, models.PROTECT, verbose_name=_("Pool"), null=True, editable=False, related_name="+", db_index=False
    )
    taken_at = models.DateTimeField(_("Taken"), null=True, editable=False)
    due_on = models.DateField(_("Comes back on"), null=True, editable=False)
    released_at = models.DateTimeField(_("In the pool since"), null=True, editable=False)
    last_owner = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("Former owner"), null=True, editable=False, related_name="+",
        db_index=False,
    )  # fmt: skip
    extended_to = models.DateField(null=True, editable=False)
    is_locked = models.BooleanField(_("Locked"), default=False, db_default=False, editable=False)

    class Meta:
        abstract = True
