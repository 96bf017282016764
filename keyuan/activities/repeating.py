"""Plans that repeat: made some months ahead, changed for one, from one on, or all (A2).

Each slot of a series is a plan of its own. A plan that somebody changed alone is detached and left alone by its series;
one that is done, cancelled or deleted fills its slot for ever. Series are changed and continued by one at a time: who
writes holds the customer first, then the series, then the plans.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from keyuan.activities.models import Plan, PlanSeries
from keyuan.activities.models.deriving import push_dates
from keyuan.activities.models.plan import deal_of
from keyuan.activities.pairing import pair
from keyuan.activities.repeat_rules import Rule, Slots, moment_of, moved, wall
from keyuan.activities.series_making import (
    add_series,
    end_series,
    first_of,
    free_slots,
    house_zone,
    locked_series,
    make_ahead,
    slots_of,
)
from keyuan.activities.series_rows import Pattern, bin_rows, change_plans, make_plans
from keyuan.activities.telling import people_of, tell_cancelled, tell_changed
from keyuan.org.models import User
from keyuan.records.errors import RuleBroken, Stale
from keyuan.records.history import Operation

Which = Literal["this", "later", "all"]
KEPT = {"owner", "department", "state", "done_at", "follow_up"}


@transaction.atomic
def repeat(plan: Plan, rule: Rule, *, by: User) -> PlanSeries:
    """Let this plan be the first of a series. Where its day is none of the rule's, it moves to the first that is.

    Raises:
        NotAllowed, RuleBroken: it has no time, is not open or repeats already, or the rule never comes true.
    """
    locked = plan.lock()
    locked.require(by, "edit")
    if not locked.is_open or locked.starts_at is None:
        raise RuleBroken(_("Only an open plan with a time can repeat."))
    if locked.series_id is not None:
        raise RuleBroken(_("This plan repeats already."))
    zone = house_zone()
    slots = Slots(rule, wall(locked.starts_at, zone), zone)
    first = first_of(slots)
    operation = Operation.begin("plan.repeated", by=by)
    pattern = Pattern.of(locked, zone)
    change_plans({locked.pk: pattern.times(*first)}, operation=operation)
    series = add_series(slots, by)
    Plan.rows.filter(pk=plan.pk).update(series=series, occurrence=first[1], is_detached=False)
    make_ahead(series, operation=operation)
    plan.refresh_from_db()
    return series


@transaction.atomic
def change_series(
    plan: Plan, which: Which, *, by: User, version: int | None = None, rule: Rule | None = None, **changes: Any
) -> Plan:
    """Change a plan that repeats: it alone, it and the later ones, or all that are open.

    Args:
        which: `this` detaches it; `later` ends the series before it and begins another; `all` reaches all open plans
            that nobody changed alone. Plans that are done stay as they are.
        version: of the plan, as the person saw it.
        rule: the new rule, or None to leave it; the time moves by as much as that of `plan` does.

    Raises:
        NotAllowed, RuleBroken, Stale.
    """
    series = locked_series(plan)
    changes = with_end(plan, changes)
    if series is None or which == "this":
        edited = plan.edit(by=by, version=version, **changes)
        Plan.rows.filter(pk=plan.pk, series__isnull=False).update(is_detached=True)
        plan.is_detached = plan.series_id is not None
        return edited
    return _Change(plan, series, which, by=by, version=version, rule=rule, changes=changes).run()


def with_end(plan: Plan, changes: dict[str, Any]) -> dict[str, Any]:
    """A plan that begins at another time lasts as long as before, unless somebody says otherwise."""
    starts = changes.get("starts_at")
    if starts is None or "ends_at" in changes or plan.ends_at is None or plan.starts_at is None:
        return changes
    zone = house_zone()
    lasts = wall(plan.ends_at, zone) - wall(plan.starts_at, zone)
    return changes | {"ends_at": max(starts, moment_of(wall(starts, zone) + lasts, zone))}


class _Change:
    """One change of several plans of a series."""

    def __init__(
        self,
        plan: Plan,
        series: PlanSeries,
        which: Which,
        *,
        by: User,
        version: int | None,
        rule: Rule | None,
        changes: dict[str, Any],
    ) -> None:
        self.series, self.which, self.by, self.rule, self.changes = series, which, by, rule, changes
        self.plan = plan.lock()
        self.plan.require(by, "edit")
        if version is not None and version != self.plan.version:
            raise Stale(self.plan)
        self.zone = ZoneInfo(series.zone)
        self.operation = Operation.begin("plan.edited", by=by)
        self.given, self.old_customer = plan, self.plan.customer_id
        self.before = (people_of(self.plan), self.plan.starts_at)  # who takes part is told once, not for each plan

    def run(self) -> Plan:
        self._check()
        cut = self._cut()
        slots = slots_of(self.series)
        rest, shift = self._changed(slots.rest_from(cut))
        followers = list(Plan.rows.select_for_update().filter(series=self.series, occurrence__gte=cut).order_by("pk"))
        following = self._series_from(cut, slots, rest)
        self._settle(followers, rest, following, shift)
        make_ahead(following, operation=self.operation)
        self.given.refresh_from_db()
        tell_changed(self.given, self.before, self.by)
        return self.given

    def _check(self) -> None:
        if not self.plan.is_open or self.plan.occurrence is None:
            raise RuleBroken(_("This plan is not open any more."))
        if "starts_at" in self.changes and self.changes["starts_at"] is None:
            raise RuleBroken(_("A plan that repeats needs a time."))
        customer = self.changes.get("customer")
        if customer is not None and customer.pk != self.plan.customer_id and not customer.allows(self.by, "view"):
            raise RuleBroken(_("There is no such record, or you may not see it."))
        self.changes |= deal_of(self.plan, self.changes)

    def _cut(self) -> datetime:
        """The slot from which on the series changes."""
        assert self.plan.occurrence is not None
        if self.which == "later":
            return self.plan.occurrence
        rows = Plan.rows.open().filter(series=self.series, is_detached=False)
        first = rows.order_by("occurrence").values_list("occurrence", flat=True).first()
        return min(first or self.plan.occurrence, self.plan.occurrence)

    def _changed(self, rest: Slots) -> tuple[Slots, timedelta]:
        """The slots that the open plans get, and by how much the wall time of each moves."""
        found = slots_of(self.series).place_of(self.plan.occurrence)  # type: ignore[arg-type]
        assert found is not None
        old = found[1]
        new = wall(self.changes["starts_at"], self.zone) if self._moves() else old
        if self.rule is None:
            changed = moved(rest, old, new, rest.start)
        else:
            changed = Slots(self.rule, datetime.combine(rest.start.date(), new.time()), self.zone)
            if rest.start == old:
                changed = Slots(self.rule, new, self.zone)
        first_of(changed)
        return changed, new - old

    def _moves(self) -> bool:
        """Whether somebody gave another time; one that was moved alone before keeps its slot otherwise."""
        return self.changes.get("starts_at", self.plan.starts_at) != self.plan.starts_at

    def _series_from(self, cut: datetime, slots: Slots, rest: Slots) -> PlanSeries:
        """The series that goes on: this one where nothing lies before the cut, else a new one."""
        before = Plan.rows.filter(series=self.series, occurrence__lt=cut).exists()
        if before:
            end_series(self.series, slots, cut)
            return add_series(rest, self.by)
        series, moment = self.series, first_of(rest)[1]
        series.rule, series.wall, series.starts_at = str(rest.rule), rest.written_start, moment
        series.made_until, series.ended_at = moment, None
        series.save()
        return series

    def _settle(self, followers: list[Plan], rest: Slots, series: PlanSeries, shift: timedelta) -> None:
        """Lead each plan to its new slot; those without one go where they were still open and untouched."""
        made = max([self.series.made_until, *(one.occurrence for one in followers if one.occurrence)])
        horizon = max(made + abs(shift), series.made_until)
        wanted = rest.pairs_between(None, horizon)
        old = {one.pk: wall(one.occurrence, self.zone) for one in followers if one.occurrence}
        places = pair(old, [slot for slot, _moment in wanted], shift)
        moments = dict(wanted)
        Plan.rows.filter(pk__in=old).update(series=None, occurrence=None)  # no slot may be filled twice meanwhile
        placed = [one for one in followers if one.pk in places]
        for one in placed:
            one.series, one.occurrence = series, moments[places[one.pk]]
        Plan.rows.bulk_update(placed, ["series", "occurrence"])
        changing = [one for one in followers if self._follows(one)]
        pattern = self._pattern()
        fields = self._plain()
        each = {
            one.pk: fields | pattern.times(places[one.pk], moments[places[one.pk]])
            for one in changing
            if one.pk in places
        }
        change_plans(each, operation=self.operation)
        bin_rows([one for one in changing if one.pk not in places], operation=self.operation)
        if self.old_customer:
            push_dates({self.old_customer})
        Plan.rows.filter(pk=self.plan.pk).update(is_detached=False)
        if places:
            filled = max(moments[slot] for slot in places.values())
            series.made_until = max(series.made_until, filled)
            self._fill([one for one in wanted if one[1] <= filled], series, pattern)

    def _fill(self, wanted: list[tuple[datetime, datetime]], series: PlanSeries, pattern: Pattern) -> None:
        """New plans for slots between the old ones, such as the Thursdays of a rule that has them now."""
        free = free_slots(series, wanted)
        if free:
            make_plans(pattern, free, series=series, operation=self.operation)

    def _follows(self, one: Plan) -> bool:
        if one.pk == self.plan.pk:
            return True
        return one.is_open and not one.is_detached and one.deleted_at is None and one.owner_id == self.plan.owner_id

    def _plain(self) -> dict[str, Any]:
        """What all get alike; times differ from plan to plan."""
        given = {name: value for name, value in self.changes.items() if name not in {"starts_at", "ends_at"} | KEPT}
        return {name: getattr(value, "pk", value) for name, value in given.items()}

    def _pattern(self) -> Pattern:
        changed = self.plan
        for name, value in self.changes.items():
            setattr(changed, name, value)
        return Pattern.of(changed, self.zone)


@transaction.atomic
def cancel_series(plan: Plan, which: Which, *, by: User) -> int:
    """Cancel this plan, it and the later ones, or all that are open; the series ends there.

    Returns:
        How many plans were cancelled.

    Raises:
        NotAllowed, RuleBroken: the plan is not open.
    """
    series = locked_series(plan)
    if series is None or which == "this" or plan.occurrence is None:
        plan.cancel(by=by)
        return 1
    plan.require(by, "edit")
    rows = Plan.objects.allowed(by, "edit").open().filter(series=series)
    cut = plan.occurrence
    if which == "later":
        rows = rows.filter(occurrence__gte=cut)
    else:
        cut = min([cut, *rows.order_by("occurrence").values_list("occurrence", flat=True)[:1]])
    changed = rows.change(by=by, event="cancelled", state=Plan.State.CANCELLED)
    if not changed:
        raise RuleBroken(_("This plan is not open any more."))
    end_series(series, slots_of(series), cut)
    plan.refresh_from_db()
    tell_cancelled(plan, by)
    return len(changed)


@transaction.atomic
def stop_repeating(plan: Plan, *, by: User) -> None:
    """This plan stays, for itself; the later ones that are open and untouched go.

    Raises:
        NotAllowed, RuleBroken.
    """
    series = locked_series(plan)
    if series is None or plan.occurrence is None:
        raise RuleBroken(_("This plan does not repeat."))
    plan.require(by, "edit")
    later = Plan.objects.allowed(by, "edit").open().filter(series=series, is_detached=False)
    gone: Sequence[Plan] = list(
        later.filter(occurrence__gt=plan.occurrence).select_for_update(of=("self",)).order_by("pk")
    )
    bin_rows(gone, operation=Operation.begin("plan.deleted", by=by))
    end_series(series, slots_of(series), plan.occurrence)
    Plan.rows.filter(pk=plan.pk).update(series=None, occurrence=None, is_detached=False)
    plan.refresh_from_db()
