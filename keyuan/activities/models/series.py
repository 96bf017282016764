"""A series: the rule by which plans repeat (RFC 5545, section 3.3.10)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from keyuan.org.models import User


class PlanSeries(models.Model):
    """The rule and the first beginning. Its plans are rows of their own, made some months ahead."""

    rule = models.CharField(max_length=300, db_collation="C")
    starts_at = models.DateTimeField()
    wall = models.CharField(max_length=15, db_collation="C")  # the same as clocks show it: DTSTART;TZID=zone
    zone = models.CharField(max_length=60, db_collation="C")
    made_until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # nothing is made from here on: cut off, or at its end
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        db_table = "plan_series"
        indexes: ClassVar = [
            models.Index(fields=["made_until"], name="plan_series_to_continue", condition=models.Q(ended_at=None))
        ]

    def __str__(self) -> str:
        return self.rule
