"""What every record has: an owner, a department, rights, a version, a history and a place in the recycle bin."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from keyuan.org.models import Department, User
from keyuan.org.scopes import FieldRight
from keyuan.org.standing import department_of
from keyuan.records.changing import change_rows
from keyuan.records.errors import NotAllowed, RuleBroken, Stale
from keyuan.records.history import Change, Event, Operation, write_event
from keyuan.records.keys import DuplicateKey, release_keys, revive_keys
from keyuan.records.options import Option, Tag
from keyuan.records.remembering import Favourite, Recent, SavedView

if TYPE_CHECKING:
    from keyuan.org.rights import Reach

__all__ = [
    "Change",
    "DuplicateKey",
    "Event",
    "Favourite",
    "Operation",
    "Option",
    "Recent",
    "Record",
    "RecordQuerySet",
    "SavedView",
    "Tag",
]


NOT_YOURS: Any = gettext_lazy("You may not do this with this record.")
BELONGING = {"owner", "department"}
"""Nothing that is derived from a record follows from whose it is."""


def within(reach: Reach) -> Q:
    """The condition that a reach means, with literal ids only."""
    condition = Q()
    if reach.owners:
        condition |= Q(owner_id__in=sorted(reach.owners))
    if reach.departments:
        condition |= Q(department_id__in=sorted(reach.departments))
    return condition


class RecordQuerySet(models.QuerySet[Any]):
    def living(self) -> Self:
        return self.filter(deleted_at=None)

    def deleted(self) -> Self:
        return self.exclude(deleted_at=None)

    def joined(self, names: Iterable[str]) -> Self:
        """With these foreign keys joined, and no other: Django takes an empty list for all of them."""
        return self.select_related(*names) if names else self

    def reached_by(self, user: User, operation: str) -> Self:
        """The rows, living or deleted, on which `user` may do `operation`. The only place that knows."""
        reach = user.reach(self.model.module, operation)
        if reach.everything:
            return self
        return self.filter(within(reach)) if reach else self.none()

    def arms(self, user: User, operation: str) -> list[Self]:
        """The rows in reach as one part per owner and department; nothing where reach is no matter of these two."""
        reach = user.reach(self.model.module, operation)
        if reach.everything:
            return []
        owned = [self.filter(owner_id=one) for one in sorted(reach.owners)]
        return [*owned, *(self.filter(department_id=one) for one in sorted(reach.departments))]

    def beneath(self, user: User) -> Self:
        """The living rows that `user` sees on a record he sees; those that follow their record ask no more."""
        return self.living().reached_by(user, "view")

    def change(
        self, *, by: User, operation: Operation | None = None, event: str = "edited", details: Any = None, **fields: Any
    ) -> list[int]:
        """Set `fields` on all these rows and write one line of history per row that really changes.

        Returns:
            The ids of the rows that changed.
        """
        pks = list(self.order_by("pk").values_list("pk", flat=True))
        if not pks:
            return []
        with transaction.atomic():
            operation = operation or Operation.begin(f"{self.model.module}.{event}", by=by)
            changed = change_rows(self.model, pks, fields, event=event, operation=operation, details=details)
            if set(fields) - BELONGING:
                self.model.derive(changed, set(fields))
        return changed

    def touched(self, pks: Sequence[int], operation: Operation) -> None:
        """Raise the version of rows whose tags changed."""
        self.filter(pk__in=pks).update(
            version=models.F("version") + 1, updated_at=timezone.now(), updated_by=operation.by
        )


class Gate(models.Manager[Any]):
    """Hands out rows only to somebody, or for a reason that a test lists."""

    def get_queryset(self) -> RecordQuerySet:
        raise AssertionError("Start from objects.visible_to(user), allowed(user, operation) or unscoped(reason=…).")

    def visible_to(self, user: User) -> RecordQuerySet:
        return self.allowed(user, "view")

    def allowed(self, user: User, operation: str) -> RecordQuerySet:
        """The living rows on which `user` may do `operation`."""
        return self.model.rows.living().reached_by(user, operation)

    def binned(self, user: User) -> RecordQuerySet:
        """The deleted rows that `user` may delete and so restore."""
        return self.model.rows.deleted().reached_by(user, "delete")

    def unscoped(self, *, reason: str) -> RecordQuerySet:
        """All rows, for the machine's own work; `reason` says why that is right."""
        assert reason
        return self.model.rows.all()


class Record(models.Model):
    """Anything a salesperson can own."""

    module: ClassVar[str]
    customer_column: ClassVar[str] = "id"  # names the customer whose time line shows this record; "" for none

    owner = models.ForeignKey(
        User,
        models.PROTECT,
        verbose_name=pgettext_lazy("record", "Owner"),
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", editable=False, db_index=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_by = models.ForeignKey(User, models.PROTECT, related_name="+", editable=False, db_index=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)
    deleted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", editable=False, db_index=False)
    deletion = models.ForeignKey(Operation, models.PROTECT, null=True, related_name="+", editable=False, db_index=False)
    custom = models.JSONField(default=dict, blank=True, editable=False)
    tags: Any = None  # record types that have tags have a table of their own for them

    rows: ClassVar[Any] = RecordQuerySet.as_manager()
    objects: ClassVar[Any] = Gate()

    class Meta:
        abstract = True
        base_manager_name = "rows"
        default_manager_name = "rows"

    # Questions

    @property
    def customer_key(self) -> int | None:
        return getattr(self, self.customer_column) if self.customer_column else None

    def allows(self, user: User, operation: str) -> bool:
        return type(self).objects.allowed(user, operation).filter(pk=self.pk).exists()

    def require(self, user: User, operation: str) -> None:
        """Raises NotAllowed unless `user` may do `operation` with this record."""
        if not self.allows(user, operation):
            raise NotAllowed(NOT_YOURS)

    @classmethod
    def require_field(cls, user: User, name: str) -> None:
        """Raises NotAllowed unless `user` may fill in this field."""
        if name in user.rights.limits(cls.module):
            raise NotAllowed(_("You may not change this field."))

    @classmethod
    def closed_before(cls) -> datetime | None:
        """What was written down before this moment can't be changed any more, whoever asks; None where all can."""
        return None

    @property
    def is_closed(self) -> bool:
        before = self.closed_before()
        return before is not None and self.created_at < before

    # Verbs

    def lock(self) -> Self:
        """This row as it stands now, locked until the transaction ends. Raises RuleBroken when it is gone."""
        locked: Any = type(self).rows.select_for_update(of=("self",)).filter(pk=self.pk).first()
        if locked is None:
            raise RuleBroken(_("This record no longer exists."))
        return locked

    @classmethod
    @transaction.atomic
    def add(cls, *, by: User, operation: Operation | None = None, tags: Sequence[Tag] = (), **values: Any) -> Self:
        """A new record, its keys and its first line of history.

        Raises:
            NotAllowed: `by` may not create such a record for this owner.
            Duplicate: a blocking duplicate exists.
        """
        record = cls(created_by=by, updated_by=by, **cls.belonging(by, values))
        record.require_new(by)
        operation = operation or Operation.begin(f"{cls.module}.created", by=by)
        record.save(force_insert=True)
        if tags:
            record.tags.set(tags)
        cls.derive([record.pk], None)
        record.log("created", operation=operation, before={}, after=record.snapshot())
        record.refresh_from_db()
        return record

    @classmethod
    def belonging(
        cls, by: User, values: dict[str, Any], standing: Callable[[int], int | None] = department_of
    ) -> dict[str, Any]:
        """The values of a new record with those that say whose it is; `standing` is the department of a person."""
        values.setdefault("owner", by)
        if "department" not in values and values["owner"] is not None:
            return values | {"department_id": standing(values["owner"].pk)}
        return values

    def require_new(self, by: User) -> None:
        """Raises NotAllowed unless `by` may create this record. Children look at their parent instead."""
        if not self.is_within(by, "create"):
            raise NotAllowed(_("You may not create such a record."))

    def is_within(self, by: User, operation: str) -> bool:
        """Whether this record, which need not be saved, lies where `by` may do `operation`, by whose it is alone."""
        return by.reach(self.module, operation).covers(self.owner_id, self.department_id)

    @transaction.atomic
    def edit(
        self,
        *,
        by: User,
        version: int | None = None,
        operation: Operation | None = None,
        tags: Sequence[Tag] | None = None,
        **fields: Any,
    ) -> Self:
        """Change fields of this record.

        Args:
            version: the version that the person saw; None where nobody could have seen another.
            tags: the new tags, or None to leave them.

        Raises:
            NotAllowed, Stale, Duplicate.
        """
        locked = self.lock()
        locked.require(by, "edit")
        if version is not None and version != locked.version:
            raise Stale(locked)
        operation = operation or Operation.begin(f"{self.module}.edited", by=by)
        rows = type(self).rows.filter(pk=self.pk)
        rows.change(by=by, operation=operation, **fields)
        if tags is not None:
            locked.retag(tags, operation=operation)
        self.refresh_from_db()
        return self

    def retag(self, tags: Iterable[Tag], *, operation: Operation) -> None:
        """Give this record exactly these tags."""
        before = sorted(self.tags.values_list("pk", flat=True))
        after = sorted(tag.pk for tag in tags)
        if before == after:
            return
        self.tags.set(after)
        type(self).rows.touched([self.pk], operation)
        self.log("edited", operation=operation, before={"tags": before}, after={"tags": after})
        type(self).derive([self.pk], {"tags"})

    @transaction.atomic
    def show(self, name: str, *, by: User) -> Any:
        """The whole value of the field `name`; that `by` looked at it stays in the history (W3).

        Raises:
            NotAllowed: the record or the field is hidden from `by`.
        """
        self.require(by, "view")
        if by.rights.limits(self.module).get(name) == FieldRight.HIDDEN:
            raise NotAllowed(_("You may not see this field."))
        self.log("shown", operation=Operation.begin(f"{self.module}.shown", by=by), field=name)
        return type(self).rows.values_list(name, flat=True).get(pk=self.pk)

    @transaction.atomic
    def delete_by(self, by: User, *, version: int | None = None) -> Operation:
        """Move this record, and what hangs on it, to the recycle bin."""
        locked = self.lock()
        locked.require(by, "delete")
        if version is not None and version != locked.version:
            raise Stale(locked)
        operation = Operation.begin(f"{self.module}.deleted", by=by)
        locked.bin(operation)
        return operation

    def bin(self, operation: Operation) -> None:
        """Put this row into the recycle bin; what hangs on it follows in `bin_children`."""
        self.check_deletable()
        type(self).rows.filter(pk=self.pk).update(
            deleted_at=operation.at, deleted_by=operation.by, deletion=operation, version=models.F("version") + 1
        )
        release_keys(self.module, [self.pk])
        self.log("deleted", operation=operation)
        self.bin_children(operation)

    def check_deletable(self) -> None:
        """Raises RuleBroken with the reason why this record can't be deleted."""

    def bin_children(self, operation: Operation) -> None:
        """Move what hangs on this record to the recycle bin with the same operation."""

    def restore_children(self, operation: Operation, deletion: Operation) -> None:
        """Bring back what went to the recycle bin with this record."""

    @transaction.atomic
    def restore(self, *, by: User) -> Self:
        """Bring this record back with what went with it.

        Raises:
            NotAllowed: `by` may not delete, and so not restore, this record.
            Duplicate: another record holds one of its blocking keys now.
        """
        locked = self.lock()
        if not type(self).objects.binned(by).filter(pk=self.pk).exists():
            raise NotAllowed(_("You may not restore this record."))
        operation = Operation.begin(f"{self.module}.restored", by=by)
        locked.unbin(operation)
        self.refresh_from_db()
        return self

    def unbin(self, operation: Operation) -> None:
        deletion = self.deletion
        revive_keys(self.module, [self.pk])
        type(self).rows.filter(pk=self.pk).update(
            deleted_at=None, deleted_by=None, deletion=None, version=models.F("version") + 1
        )
        self.log("restored", operation=operation)
        if deletion is not None:
            self.restore_children(operation, deletion)

    # History

    def log(
        self,
        name: str,
        *,
        operation: Operation,
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
        **details: Any,
    ) -> int:
        """Write one line of history of this record; the id of the event."""
        return write_event(
            name,
            operation=operation,
            record_type=self.module,
            record_id=self.pk,
            customer_id=self.customer_key,
            before=before,
            after=after,
            details=details,
        )

    def snapshot(self, tags: Iterable[int] | None = None) -> dict[str, Any]:
        """The values that a person filled in, as history keeps them; `tags` of one that is not written yet."""
        values = {field.name: field.value_from_object(self) for field in self._meta.fields if field.editable}
        if self.tags is not None:
            values["tags"] = sorted(self.tags.values_list("pk", flat=True) if tags is None else tags)
        return {name: value for name, value in values.items() if value not in (None, "", [], {})}

    @classmethod
    def derive(cls, pks: Sequence[int], fields: set[str] | None) -> None:
        """Write again what follows from these rows: search text, keys, completeness.

        Args:
            pks: ids of rows that changed.
            fields: the fields that changed; None after creation.
        """
