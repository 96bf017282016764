"""Records on their way into the department of their owners; who is away, and who stands in for them."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone

from keyuan.org.models import Department, User
from keyuan.records.history import Operation

__all__ = ["Absence", "Relocation"]


class Relocation(models.Model):
    """One job that moves the records of some people into the department that these people have moved to.

    Attributes:
        total, done: records there were when it began, and those that it has behind it.
    """

    people = ArrayField(models.BigIntegerField())
    department = models.ForeignKey(Department, models.CASCADE, related_name="+")
    operation = models.ForeignKey(Operation, models.PROTECT, related_name="+")
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    objects: ClassVar = models.Manager["Relocation"]()

    class Meta:
        db_table = "relocation"
        indexes: ClassVar = [
            GinIndex(fields=["people"], name="relocation_people", condition=Q(finished_at=None)),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} → {self.department.pk}"

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 100

    @property
    def by(self) -> User:
        return self.operation.by


class Absence(models.Model):
    """Somebody is away on these days of the organisation, and who stands in for them."""

    person = models.ForeignKey(User, models.CASCADE, related_name="absences")
    first = models.DateField()
    last = models.DateField()
    deputy = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "absence"
        ordering: ClassVar = ["first", "pk"]
        indexes: ClassVar = [models.Index(fields=["last"], name="absence_by_last_day")]
        constraints: ClassVar = [
            models.CheckConstraint(name="an_absence_ends_after_it_begins", condition=Q(last__gte=F("first"))),
            models.CheckConstraint(name="nobody_is_their_own_deputy", condition=~Q(person=F("deputy"))),
            ExclusionConstraint(
                name="absences_of_a_person_do_not_overlap",
                expressions=[
                    (Func(F("person"), F("person"), Value("[]"), function="int8range"), "&&"),
                    (Func(F("first"), F("last"), Value("[]"), function="daterange"), "&&"),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.first} – {self.last}"
