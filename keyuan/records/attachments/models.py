"""One file on one record, or waiting for one."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from keyuan.org.models import User
from keyuan.records.attachments.forgetting import forget_content
from keyuan.records.attachments.holders import HOLDERS, find_holding
from keyuan.records.attachments.limits import Limits
from keyuan.records.attachments.naming import split
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.history import Operation

if TYPE_CHECKING:
    from keyuan.records.models import Record


class AttachmentQuerySet(models.QuerySet[Any]):
    def living(self) -> Self:
        return self.filter(deleted_at=None)

    def on(self, record_type: str, *record_ids: int) -> Self:
        """Everything on these records, deleted too."""
        return self.filter(record_type=record_type, record_id__in=record_ids)

    def pending(self, user: User) -> Self:
        """What this person has uploaded and attached to nothing yet."""
        return self.living().filter(record_type=None, created_by=user)

    def forget(self) -> int:
        """Delete these rows for good, and their content where nobody else refers to it. How many."""
        digests = set(self.values_list("digest", flat=True))
        count = self.delete()[0]
        transaction.on_commit(partial(forget_content, digests, Attachment.known), robust=True)
        return count


class Attachment(models.Model):
    """A file as one person attached it. The same content may be there many times, and lies in the folder once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    record_type = models.CharField(max_length=30, null=True, db_collation="C")  # noqa: DJ001  # null: it waits
    record_id = models.BigIntegerField(null=True)
    customer_id = models.BigIntegerField(null=True)
    name = models.CharField(max_length=240)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=100, db_collation="C")
    digest = models.CharField(max_length=64, db_collation="C")
    is_picture = models.BooleanField(default=False)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    created_by_id: int
    deleted_at = models.DateTimeField(null=True)
    deleted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    deletion = models.ForeignKey(Operation, models.PROTECT, null=True, related_name="+", db_index=False)

    objects: ClassVar[Any] = AttachmentQuerySet.as_manager()

    class Meta:
        db_table = "attachment"
        indexes: ClassVar = [
            models.Index(
                fields=["record_type", "record_id", "-created_at"],
                name="attachment_of_record",
                condition=Q(deleted_at=None, record_type__isnull=False),
            ),
            models.Index(
                fields=["customer_id", "-created_at"],
                name="attachment_of_customer",
                condition=Q(deleted_at=None, customer_id__isnull=False),
            ),
            models.Index(
                fields=["record_type", "record_id"],
                name="attachment_deleted",
                condition=Q(deleted_at__isnull=False),
            ),
            models.Index(fields=["created_by", "created_at"], name="attachment_pending", condition=Q(record_type=None)),
            models.Index(fields=["digest"], name="attachment_by_content"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="an_attachment_belongs_to_a_record_or_waits",
                condition=Q(record_type=None, record_id=None, customer_id=None)
                | Q(record_type__isnull=False, record_id__isnull=False),
            ),
            models.CheckConstraint(name="an_attachment_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(name="an_attachment_is_not_empty", condition=Q(size__gt=0)),
            models.CheckConstraint(
                name="a_picture_is_so_wide_and_high",
                condition=Q(is_picture=False) | Q(width__isnull=False, width__gt=0, height__isnull=False, height__gt=0),
            ),
            models.CheckConstraint(
                name="a_deleted_attachment_says_by_whom",
                condition=Q(deleted_at=None, deleted_by=None, deletion=None)
                | Q(deleted_at__isnull=False, deleted_by__isnull=False, deletion__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    # Questions

    @property
    def name_parts(self) -> tuple[str, str]:
        """The name so that its ending stays visible where the rest is cut."""
        return split(self.name)

    @property
    def is_pending(self) -> bool:
        return self.record_type is None

    @classmethod
    def known(cls, digests: Iterable[str]) -> set[str]:
        """Those of the contents that some row refers to."""
        return set(cls.objects.filter(digest__in=list(digests)).values_list("digest", flat=True))

    def is_visible_to(self, user: User) -> bool:
        """Whether the file may be read: what waits by its uploader, the rest by who sees its record now."""
        if self.record_type is None:
            return self.created_by_id == user.pk
        holder = HOLDERS.get(self.record_type)
        return holder is not None and holder.model.objects.visible_to(user).filter(pk=self.record_id).exists()

    def may_go(self, user: User) -> bool:
        """Whether this person may take it away, and bring it back: its author, or who may delete the record."""
        if not self.is_visible_to(user):
            return False
        if self.created_by_id == user.pk:
            return True
        record = self.holding
        return record is not None and record.allows(user, "delete")

    @property
    def holding(self) -> Record | None:
        """The record that it is on, whoever asks."""
        return find_holding(self.record_type, self.record_id)

    # Verbs

    def _locked(self, user: User) -> Attachment:
        """This row as it stands now, for somebody who may take it away from a record that can be changed."""
        locked: Attachment | None = Attachment.objects.select_for_update(of=("self",)).filter(pk=self.pk).first()
        if locked is None:
            raise RuleBroken(_("This file no longer exists."))
        if not locked.may_go(user):
            raise NotAllowed(_("You may not delete this file."))
        record = locked.holding
        if record is not None and record.is_closed:
            raise RuleBroken(_("This record can't be corrected any more, and keeps its files."))
        return locked

    @transaction.atomic
    def delete_by(self, by: User) -> Operation | None:
        """Take the file off its record; what waits goes for good.

        Returns:
            The operation, None for what waited.

        Raises:
            NotAllowed: neither its author nor somebody who may delete the record.
            RuleBroken: the record can't be corrected any more.
        """
        locked = self._locked(by)
        if locked.is_pending:
            Attachment.objects.filter(pk=self.pk).forget()
            return None
        if locked.deleted_at is not None:
            return locked.deletion
        operation = Operation.begin(f"{locked.record_type}.detached", by=by)
        locked._mark(operation.at, by, operation)
        locked._log("detached", operation)
        return operation

    @transaction.atomic
    def restore(self, *, by: User) -> Self:
        """Put a deleted file back on its record.

        Raises:
            NotAllowed, RuleBroken: as for deleting.
            FileRefused: the record holds as many as it may.
        """
        record = self.holding
        if record is not None:
            record.lock()  # before the file, like whoever attaches one
        locked = self._locked(by)
        if locked.deleted_at is not None:
            there = Attachment.objects.living().filter(record_type=self.record_type, record_id=self.record_id)
            Limits.now().check_number(there.count(), 1)
            locked._mark(None, None, None)
            locked._log("attached", Operation.begin(f"{locked.record_type}.attached", by=by))
        self.refresh_from_db()
        return self

    def _mark(self, at: Any, by: User | None, operation: Operation | None) -> None:
        rows = Attachment.objects.filter(pk=self.pk)
        rows.update(deleted_at=at, deleted_by=by, deletion=operation)

    def _log(self, event: str, operation: Operation) -> None:
        record = self.holding
        if record is not None:
            record.log(event, operation=operation, file=self.name, attachment=str(self.pk))


def follow(record_type: str, record_ids: Sequence[int], customer_id: int | None) -> None:
    """The files of records that moved to another customer go along."""
    Attachment.objects.on(record_type, *record_ids).update(customer_id=customer_id)


def move_files(record: Record, to: Record, operation: Operation) -> list[uuid.UUID]:
    """All files on this record lie on another one from now on, whose history says so. Their ids."""
    found = Attachment.objects.living().on(record.module, record.pk)
    return _hang(list(found.order_by("created_at", "pk")), to, operation)


def bring_back(ids: Sequence[uuid.UUID], record: Record, to: Record, operation: Operation) -> None:
    """Those of these files that still lie on this record go to the other one."""
    found = Attachment.objects.living().on(record.module, record.pk).filter(pk__in=ids)
    _hang(list(found.order_by("created_at", "pk")), to, operation)


def _hang(files: list[Attachment], to: Record, operation: Operation) -> list[uuid.UUID]:
    pks = [one.pk for one in files]
    if pks:
        place = {"record_type": to.module, "record_id": to.pk, "customer_id": to.customer_key}
        Attachment.objects.filter(pk__in=pks).update(**place)
    for one in files:
        to.log("attached", operation=operation, file=one.name, attachment=str(one.pk))
    return pks


def purge(record_type: str, record_ids: Sequence[int]) -> int:
    """The files of records that are deleted for good go as well. How many."""
    return Attachment.objects.on(record_type, *record_ids).forget()
