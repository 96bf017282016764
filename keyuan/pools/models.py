"""Pools, who belongs to them, and what a record that can lie in one knows about it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, ClassVar

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keyuan.org.models import Department, Role, User
from keyuan.pools.clock import renew
from keyuan.pools.membership import exempts, lie_anywhere, open_to, receiving_pool, standing
from keyuan.pools.rules import PoolRules
from keyuan.pools.seeing import pools_seen, reader_in, reader_of
from keyuan.records.history import Operation
from keyuan.records.models import RecordQuerySet
from keyuan.records.options import Option


def hidden_at_first() -> list[str]:
    """What a new pool does not tell its members: how to reach whom they have not claimed."""
    return ["phone", "mobile", "contacts"]


class Pool(models.Model):
    """One pool of customers or of leads, with its rules (pools/rules.py)."""

    class Kind(models.TextChoices):
        CUSTOMER = "customer", pgettext_lazy("pool", "Customers")
        LEAD = "lead", pgettext_lazy("pool", "Leads")

    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(_("Name"), max_length=60)
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    hidden_fields = models.JSONField(default=hidden_at_first)
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
        first, *more = PooledQuerySet.parts_reached_by(self, user, operation)
        return first | more[0] if more else first

    def parts_reached_by(self, user: User, operation: str) -> Any:
        """What is theirs by owner and department, and what lies in the pools that are open to them."""
        held = super().reached_by(user, operation)
        pools = open_to(user, self.model.module, operation)
        everything = user.reach(self.model.module, operation).everything
        return [held, self.filter(pool_id__in=sorted(pools))] if pools and not everything else [held]

    def held_by(self, user: User, operation: str) -> Any:
        """Those in reach by their owner and department, without what lies in a pool.

        Lists of what people own ask no pool: in one nobody is the owner. Only who sees everything has to ask, and only
        where there are pools.
        """
        if not user.reach(self.model.module, operation).everything:
            return super().reached_by(user, operation)
        return self.filter(pool=None) if lie_anywhere(user, self.model.module) else self

    def lying_in(self, pools: Collection[int], user: User, operation: str) -> Any:
        """Those in these pools, as far as they are open to `user`."""
        module = self.model.module
        found = (
            set(pools) if user.reach(module, operation).everything else open_to(user, module, operation) & set(pools)
        )
        return self.filter(pool_id__in=sorted(found)) if found else self.none()

    def change(self, *, by: User, **given: Any) -> Any:
        """As every row is changed. Who gets a record has it from now on; what the clock asks sets it anew."""
        comes = getattr(given.get("owner"), "pk", given.get("owner"))
        if comes is None or "taken_at" in given or given.get("event") == "undone":
            changed = super().change(by=by, **given)
        else:
            changed = self._come(comes, by, given)
        if CLOCK & set(given) or exempts(self.model.module, by):
            renew(self.model.module, changed, by)
        return changed

    def touched(self, pks: Sequence[int], operation: Operation) -> None:
        """As every row whose tags changed; a pool may exempt by a tag."""
        super().touched(pks, operation)
        if exempts(self.model.module, operation.by):
            renew(self.model.module, pks, operation.by)

    def _come(self, owner: int, by: User, given: dict[str, Any]) -> list[int]:
        """Rows that change hands leave their pool and begin their clock; those of `owner` already do not."""
        held = dict(self.order_by("pk").values_list("pk", "owner_id"))
        if not held:
            return []
        operation = given.pop("operation", None)
        operation = operation or Operation.begin(f"{self.model.module}.{given.get('event', 'edited')}", by=by)
        coming = self.model.rows.filter(pk__in=[pk for pk, before in held.items() if before != owner])
        staying = self.model.rows.filter(pk__in=[pk for pk, before in held.items() if before == owner])
        begun: dict[str, Any] = {"pool": None, "extended_to": None, "taken_at": operation.at}
        with transaction.atomic():
            changed: list[int] = RecordQuerySet.change(coming, by=by, operation=operation, **given, **begun)
            return [*changed, *RecordQuerySet.change(staying, by=by, operation=operation, **given)]


class Pooled(models.Model):
    """What a record that can lie in a pool knows. In a pool it has neither owner nor department.

    Attributes:
        taken_at: when its owner got it; None counts as its creation.
        due_on: the last day on which it is its owner's; None where it never comes back (pools/clock.py).
        released_at, last_owner, release_reason: since when it lies in the pool, whose it was, and why they gave it
            back; without a reason it was the rule.
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
    release_reason = models.ForeignKey(
        Option, models.PROTECT, verbose_name=_("Why it was given back"), null=True, editable=False, related_name="+",
        db_index=False,
    )  # fmt: skip
    extended_to = models.DateField(null=True, editable=False)
    is_locked = models.BooleanField(_("Locked"), default=False, db_default=False, editable=False)

    module: ClassVar[str]
    pooled: ClassVar[bool] = True

    class Meta:
        abstract = True

    def reader_for(self, user: User) -> User:
        """Who reads this record: without what its pool hides, if it lies in one (pools/seeing.py)."""
        return reader_of(user, self.module, self.__dict__.get("pool_id"))  # lists that ask no pool load none

    @classmethod
    def belonging(cls, by: User, values: dict[str, Any], *rest: Any) -> dict[str, Any]:
        """The values of a new record with those that say whose it is; one that is nobody's lies in a pool."""
        found: dict[str, Any] = super().belonging(by, values, *rest)  # type: ignore[misc]  # a Record
        if found["owner"] is not None or "pool" in found:
            return found
        pool = cls.receiver(by)
        return found | {"pool": pool, "department": None, "released_at": timezone.now()} if pool else found

    @classmethod
    def reader_of_pool(cls, user: User, pk: int) -> User | None:
        """Who reads what lies in this pool; None where it is not open to `user`."""
        pool = next((one for one in pools_seen(user, cls.module) if one.pk == pk), None)
        return reader_in(user, pool) if pool is not None else None

    @classmethod
    def receiver(cls, by: User) -> Pool | None:
        """The pool that takes what `by` writes down for nobody; None where there is none."""
        return receiving_pool(by, cls.module)

    def require_new(self, by: User) -> None:
        """As of every record. What lies in a pool may be written down by those to whom the pool is open."""
        own = self.pool_id is not None and by.may(self.module, "create")
        if not own or self.pool_id not in standing(by, self.module):
            super().require_new(by)  # type: ignore[misc]  # a Record
