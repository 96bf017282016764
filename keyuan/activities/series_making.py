"""The plans of series: made some months ahead, by one at a time, each slot once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from keyuan.activities.models import Plan, PlanSeries
from keyuan.activities.repeat_rules import Slots
from keyuan.activities.series_rows import Pattern, make_plans
from keyuan.customers.models import Customer
from keyuan.org.models import User
from keyuan.records.errors import RuleBroken
from keyuan.records.history import Operation

AHEAD = timedelta(days=183)
MOST_AHEAD = 200
FURTHEST = timedelta(days=366)
"""However far somebody looks ahead, plans are made no further."""


def slots_of(series: PlanSeries) -> Slots:
    return Slots.read(series.rule, series.wall, series.zone)


def house_zone() -> ZoneInfo:
    return ZoneInfo(timezone.get_default_timezone_name())


def locked_series(plan: Plan) -> PlanSeries | None:
    hold_customers(Plan.rows.filter(series=plan.series_id) if plan.series_id else Plan.rows.filter(pk=plan.pk))
    if plan.series_id is None:
        return None
    return PlanSeries.objects.select_for_update().filter(pk=plan.series_id).first()


def hold_customers(rows: Any) -> None:
    Customer.hold([pk for pk in rows.order_by().values_list("customer_id", flat=True).distinct() if pk])


def first_of(slots: Slots) -> tuple[datetime, datetime]:
    first = slots.first()
    if first is None:
        raise RuleBroken(_("This rule never comes true. Choose another one."))
    return first


def add_series(slots: Slots, by: User) -> PlanSeries:
    moment = first_of(slots)[1]
    return PlanSeries.objects.create(
        rule=str(slots.rule),
        wall=slots.written_start,
        zone=slots.zone.key,
        starts_at=moment,
        made_until=moment,
        created_by=by,
    )


@transaction.atomic
def extend(series: int, until: datetime | None = None) -> int:
    """Make the plans of a series for the months ahead, or as far as somebody looks. Twice does no harm.

    Returns:
        How many were made.
    """
    hold_customers(Plan.rows.filter(series=series))
    locked = PlanSeries.objects.select_for_update().filter(pk=series).first()
    return make_ahead(locked, until) if locked is not None else 0


def make_ahead(series: PlanSeries, until: datetime | None = None, operation: Operation | None = None) -> int:
    if series.ended_at is not None:
        return 0
    example = _example(series)
    if example is None or (example.customer is not None and example.customer.deleted_at is not None):
        return 0
    now = timezone.now()
    horizon = max(now, series.starts_at) + AHEAD
    if until is not None:
        horizon = max(horizon, min(until, now + FURTHEST))
    slots = slots_of(series)
    wanted = slots.pairs_between(series.made_until, horizon)
    room = max(0, MOST_AHEAD - Plan.rows.open().filter(series=series, occurrence__gt=now).count())
    made_until = horizon if len(wanted) <= room else wanted[room - 1][1] if room else series.made_until
    wanted = free_slots(series, wanted[:room])
    if wanted:
        operation = operation or Operation.begin("plan.repeated", by=User.objects.robot())
        make_plans(Pattern.of(example, slots.zone), wanted, series=series, operation=operation)
    series.made_until = max(series.made_until, made_until)
    if slots.next_after(series.made_until) is None:
        series.ended_at = series.made_until
    series.save(update_fields=["made_until", "ended_at"])
    return len(wanted)


def free_slots(series: PlanSeries, wanted: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """The slots that no plan of the series fills, whatever became of it."""
    taken = set(
        Plan.rows.filter(series=series, occurrence__in=[moment for _slot, moment in wanted]).values_list(
            "occurrence", flat=True
        )
    )
    return [one for one in wanted if one[1] not in taken]


def _example(series: PlanSeries) -> Plan | None:
    """The plan that new ones are like: the last that nobody changed alone, else the last."""
    rows = Plan.rows.filter(series=series).select_related("customer")
    return rows.order_by("is_detached", F("deleted_at").asc(nulls_first=True), "-occurrence").first()


def continue_series(now: datetime | None = None) -> int:
    """Continue all series that are made for less than the months ahead; the daily job. How many plans were made."""
    soon = (now or timezone.now()) + AHEAD - timedelta(days=1)
    waiting = PlanSeries.objects.filter(ended_at=None, made_until__lt=soon).order_by("made_until", "pk")
    return sum(extend(pk) for pk in list(waiting.values_list("pk", flat=True)))


def continue_until(plans: Any, until: datetime) -> int:
    """Continue the series of these plans as far as somebody looks."""
    if until > timezone.now() + FURTHEST:
        return 0
    waiting = PlanSeries.objects.filter(ended_at=None, made_until__lt=until, pk__in=plans.values("series"))
    return sum(extend(pk, until) for pk in list(waiting.values_list("pk", flat=True)[:MOST_AHEAD]))


def end_series(series: PlanSeries, slots: Slots, cut: datetime) -> None:
    """Nothing of this series lies at or after `cut`."""
    series.rule = str(slots.cut_before(cut).rule)
    series.ended_at, series.made_until = cut, min(series.made_until, cut)
    series.save(update_fields=["rule", "ended_at", "made_until"])
