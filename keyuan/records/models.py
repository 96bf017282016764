"""What every record has: an owner, a department, rights, a version, a history and a place in the recycle bin."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from keyuan.org.models import Department, User
from keyuan.org.scopes import FieldRight
from keyuan.org.standing import department_of
from keyuan.records.errors import NotAllowed, RuleBroken, Stale
from keyuan.records.history import Change, Event, Operation, write_event
from keyuan.records.keys import DuplicateKey, release_keys, revive_keys
from keyuan.records.options import Option, Tag
from keyuan.records.remembering import Favourite, Recent, SavedView
from keyuan.records.rows import BELONGING, Gate, RecordQuerySet, within

__all__ = [
    "BELONGING",
    "Change",
    "DuplicateKey",
    "Event",
    "Favourite",
    "Gate",
    "Operation",
    "Option",
    "Recent",
    "Record",
    "RecordQuerySet",
    "SavedView",
    "Tag",
    "within",
]


NOT_YOURS: Any = gettext_lazy("You may not do this with this record.")


class Record(models.Model):
    """Anything a salesperson can own."""

    module: ClassVar[str]
    pooled: ClassVar[bool] = False  # whether such records can lie in pools
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

    def reader_for(self, user: User) -> User:
        """`user` as who reads this record: the same person, for whom some fields may not exist here."""
        return user

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

    @classmethod
    def receiver(cls, by: User) -> Any:
        """What takes a record that `by` writes down for nobody; None where nobody can be its owner."""
        return None

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
        if self.reader_for(by).rights.limits(self.module).get(name) == FieldRight.HIDDEN:
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
