"""Imports with their rows, remembered columns, and exports that wait to be fetched."""

from __future__ import annotations

from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from keyuan.org.models import User
from keyuan.org.rights import Reach
from keyuan.records.history import Operation

__all__ = ["Export", "Import", "ImportRow", "RememberedColumns", "StaffImport"]


def _within(reach: Reach) -> Q:
    if reach.everything:
        return Q()
    return Q(by__in=reach.owners) | Q(by__department__in=reach.departments)


class ImportQuerySet(models.QuerySet["Import"]):
    def visible_to(self, user: User) -> Self:
        """The person's own imports: their rows are the person's own file."""
        return self.filter(by=user)

    def listed_for(self, user: User) -> Self:
        """Own imports, and names and figures of those whose importers are within reach."""
        mine = Q(by=user)
        for kind, module in (
            ("customers", "customer"),
            ("leads", "lead"),
            ("opportunities", "opportunity"),
            ("follow-ups", "follow_up"),
        ):
            if user.may(module, "import"):
                mine |= Q(kind=kind) & _within(user.reach(module, "import"))
        return self.filter(mine)


class Import(models.Model):
    """One file on its way in. `written_to` is the number of the last row whose chunk is committed."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Uploaded")
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Checked")
        IMPORTING = "importing", _("Running")
        DONE = "done", _("Finished")
        FAILED = "failed", _("Stopped")

    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, default="customers")
    file_name = models.CharField(max_length=255)
    digest = models.CharField(max_length=64, db_collation="C")
    size = models.BigIntegerField(default=0)
    reading = models.JSONField(default=dict)  # how the file was read: format, encoding, delimiter, sheet
    header = ArrayField(models.TextField(), default=list)
    row_count = models.PositiveIntegerField(default=0)
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    state = models.CharField(max_length=12, choices=State, default=State.UPLOADED)
    checked_to = models.PositiveIntegerField(default=0)
    written_to = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    failure = models.TextField(blank=True)
    operation = models.ForeignKey(Operation, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    checked_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects: ClassVar = ImportQuerySet.as_manager()

    class Meta:
        db_table = "import"
        indexes: ClassVar = [models.Index(fields=["by", "-created_at"], name="import_by_created")]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_working(self) -> bool:
        return self.state in (self.State.CHECKING, self.State.IMPORTING)

    @property
    def progress(self) -> int:
        """How many rows the running step has behind it."""
        if self.state == self.State.CHECKING:
            return self.checked_to
        return sum(self.counts.get(name, 0) for name in OUTCOMES)

    @property
    def percent(self) -> int:
        return min(100, self.progress * 100 // self.row_count) if self.row_count else 100


OUTCOMES = ("created", "updated", "unchanged", "skipped", "refused")


class ImportRow(models.Model):
    """One row of the file, what is wrong with it, and what became of it.

    Attributes:
        number: the row of the sheet as people count, the header being 1.
        cells: the texts of all columns.
        outcome: created, updated, unchanged, skipped or refused; after the check what would be.
        problems: [{"column", "value", "text", "level", "reason"}].
        record_id: the customer or follow-up, once written, or the one that is there already.
    """

    of = models.ForeignKey(Import, models.CASCADE, related_name="rows", db_column="import_id", db_index=False)
    number = models.PositiveIntegerField()
    cells = ArrayField(models.TextField(), default=list)
    outcome = models.CharField(max_length=10, blank=True, db_collation="C")
    is_flagged = models.BooleanField(default=False)
    problems = models.JSONField(default=list)
    record_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "import_row"
        constraints: ClassVar = [models.UniqueConstraint("of", "number", name="an_import_has_a_row_once")]
        indexes: ClassVar = [
            models.Index(fields=["of", "number"], name="import_row_flagged", condition=Q(is_flagged=True)),
        ]

    def __str__(self) -> str:
        return f"{self.of_id}:{self.number}"


class RememberedColumns(models.Model):
    """How one person mapped the columns of files with these headers."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    signature = models.CharField(max_length=64, db_collation="C")
    mapping = models.JSONField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "remembered_columns"
        constraints: ClassVar = [
            models.UniqueConstraint("user", "signature", name="columns_are_remembered_once_per_person"),
        ]

    def __str__(self) -> str:
        return self.signature[:8]


class ExportQuerySet(models.QuerySet["Export"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(by=user)

    def expired(self) -> Self:
        return self.filter(expires_at__lt=timezone.now())


class Export(models.Model):
    """A list as a file, which waits for the person who asked for it until it expires."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Being made")
        DONE = "done", _("Ready")
        FAILED = "failed", _("Stopped")

    class Format(models.TextChoices):
        XLSX = "xlsx", "Excel (xlsx)"
        CSV = "csv", "CSV"

    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    module = models.CharField(max_length=40)
    query = models.TextField(blank=True)
    ids = ArrayField(models.BigIntegerField(), null=True)
    format = models.CharField(max_length=5, choices=Format, default=Format.XLSX)
    is_complete = models.BooleanField(default=False)  # all fields, not only the columns of the list
    reason = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    failure = models.TextField(blank=True)
    fields = ArrayField(models.TextField(), default=list)
    reach = models.TextField(blank=True)  # of the right to export when the file was made
    row_count = models.PositiveIntegerField(default=0)
    file_name = models.CharField(max_length=200, blank=True)
    size = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    objects: ClassVar = ExportQuerySet.as_manager()

    class Meta:
        db_table = "export"
        indexes: ClassVar = [
            models.Index(fields=["by", "-created_at"], name="export_by_created"),
            models.Index(fields=["expires_at"], name="export_expires"),
        ]

    def __str__(self) -> str:
        return self.file_name or f"{self.module} #{self.pk}"

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at < timezone.now()


class StaffImportQuerySet(models.QuerySet["StaffImport"]):
    def visible_to(self, user: User) -> Self:
        """The person's own: rows with the phones of others, and for a while the way to their first passwords."""
        return self.filter(by=user)


class StaffImport(models.Model):
    """A sheet of staff on its way in.

    Attributes:
        rows: the rows as read, `[[number, [cells]]]`; gone when the people are made.
        done: how many passwords have been prepared.
        covered: the one-time key, as long as the worker needs it (see staff/keys.py).
        fingerprint: by which the key is known again.
        people: the number of the row and the id of each person made.
        fetched_at: when the initial passwords were downloaded; they are never given twice.
    """

    class State(models.TextChoices):
        CHECKED = "checked", _("Checked")
        RUNNING = "running", _("Running")
        DONE = "done", _("Finished")
        FAILED = "failed", _("Stopped")

    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=255)
    header = ArrayField(models.TextField(), default=list)
    rows = models.JSONField(default=list)
    row_count = models.PositiveIntegerField(default=0)
    make_departments = models.BooleanField(default=True)
    state = models.CharField(max_length=12, choices=State, default=State.CHECKED)
    done = models.PositiveIntegerField(default=0)
    covered = models.BinaryField(default=bytes)
    fingerprint = models.CharField(max_length=64, blank=True, db_collation="C")
    people = models.JSONField(default=list)
    fetched_at = models.DateTimeField(null=True)
    failure = models.TextField(blank=True)
    operation = models.ForeignKey(Operation, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    objects: ClassVar = StaffImportQuerySet.as_manager()

    class Meta:
        db_table = "staff_import"
        indexes: ClassVar = [models.Index(fields=["by", "-created_at"], name="staff_import_by_created")]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_working(self) -> bool:
        return self.state == self.State.RUNNING

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.row_count) if self.row_count else 100
