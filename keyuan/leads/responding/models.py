"""What has been done about leads that nobody followed up in time: each step once for each time it was taken."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from keyuan.leads.models import Lead


class ResponseStep(models.Model):
    """One step about one lead since it was taken; `taken_at` tells one taking from another."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="+", db_index=False)
    taken_at = models.DateTimeField()
    step = models.PositiveSmallIntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "response_step"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["lead", "taken_at", "step"], name="a_step_comes_once_for_each_taking"),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id}: {self.step}"
