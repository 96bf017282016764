"""Statements about many plans of one series: new ones from a pattern, other times, the recycle bin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from keyuan.activities.models import Plan, PlanSeries
from keyuan.activities.models.deriving import derive_plans
from keyuan.activities.repeat_rules import moment_of, wall
from keyuan.records.adding import Happened, change_each, write_history
from keyuan.records.history import Operation

COPIED = (
    "subject", "kind_id", "customer_id", "lead_id", "opportunity_id", "contacts", "participants", "is_all_day", "place",
    "priority", "notes", "reminders", "owner_id", "department_id",
)  # fmt: skip


@dataclass(frozen=True)
class Pattern:
    """What the plans of a series have in common. `lasts`: how long on the wall; None without an end."""

    values: dict[str, Any]
    lasts: timedelta | None
    zone: ZoneInfo

    @classmethod
    def of(cls, plan: Plan, zone: ZoneInfo) -> Pattern:
        lasts = None
        if plan.starts_at is not None and plan.ends_at is not None:
            lasts = wall(plan.ends_at, zone) - wall(plan.starts_at, zone)
        return cls({name: getattr(plan, name) for name in COPIED}, lasts, zone)

    def times(self, slot: datetime, moment: datetime) -> dict[str, Any]:
        """When a plan at this slot begins and ends; its end is read on the wall, too."""
        if self.lasts is None:
            return {"starts_at": moment, "ends_at": None}
        return {"starts_at": moment, "ends_at": max(moment, moment_of(slot + self.lasts, self.zone))}


def make_plans(
    pattern: Pattern, slots: Sequence[tuple[datetime, datetime]], *, series: PlanSeries, operation: Operation
) -> list[int]:
    """New plans at these slots with their first line of history; their ids."""
    by = {"created_by_id": operation.by_id, "updated_by_id": operation.by_id}
    made = [
        Plan(**pattern.values, **pattern.times(slot, moment), **by, series=series, occurrence=moment)
        for slot, moment in slots
    ]
    Plan.rows.bulk_create(made)
    happened: list[Happened] = [(one.pk, one.customer_id, {}, one.snapshot()) for one in made]
    write_history(Plan, "created", happened, operation, {})
    derive_plans([one.pk for one in made], None)
    return [one.pk for one in made]


def change_plans(each: Mapping[int, dict[str, Any]], *, operation: Operation) -> list[int]:
    """Give each plan its own new values, with history of what differs; the ids of those that changed.

    Args:
        each: per id, values by field, ids for rows. The caller has locked the customers and the series.
    """
    rows = {one.pk: one for one in Plan.rows.select_for_update().filter(pk__in=each).order_by("pk")}
    names = {name for values in each.values() for name in values}
    before = {pk: {name: _kept(one, name) for name in names} for pk, one in rows.items()}
    differing = {pk: {name: value for name, value in each[pk].items() if value != before[pk][name]} for pk in rows}
    changes = {pk: values for pk, values in differing.items() if values}
    change_each(Plan, changes, before, {pk: one.customer_id for pk, one in rows.items()}, operation=operation)
    derive_plans(sorted(changes), {name for values in changes.values() for name in values})
    return sorted(changes)


def _kept(plan: Plan, name: str) -> Any:
    """The value as history keeps it: ids for rows."""
    field: Any = Plan._meta.get_field(name)
    return field.value_from_object(plan)


def bin_rows(plans: Sequence[Plan], *, operation: Operation) -> None:
    """Move these plans to the recycle bin; no series has a place for them any more."""
    if not plans:
        return
    rows = Plan.rows.filter(pk__in=[one.pk for one in plans])
    rows.update(deleted_at=operation.at, deleted_by=operation.by, deletion=operation, series=None, occurrence=None)
    write_history(Plan, "deleted", [(one.pk, one.customer_id, {}, {}) for one in plans], operation, {})
    derive_plans([one.pk for one in plans], None)
