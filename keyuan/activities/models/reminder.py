"""When somebody is reminded of a plan. A row waits for its moment and goes with the notice it becomes."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from keyuan.activities.models.plan import Plan


class PlanReminder(models.Model):
    plan = models.ForeignKey(Plan, models.CASCADE, related_name="+", db_index=False)
    minutes = models.IntegerField()  # before the plan begins
    at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "plan_reminder"
        constraints: ClassVar = [
            models.UniqueConstraint("plan", "minutes", name="a_plan_reminds_once_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} −{self.minutes}"
