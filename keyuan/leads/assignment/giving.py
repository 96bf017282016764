"""Leads of nobody are given to whom the rules say, in their order; what no rule can give stays where it is.

The rows of all rules in use are locked first, always in the same order: two leads that come at once never get the same
turn. Then come the counters of the limits and the leads, in the order in which claims lock them (pools/claiming.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from keyuan.leads.assignment.dealing import Desk, Gift, Waiting, deal
from keyuan.leads.assignment.models import AssignmentRule
from keyuan.leads.fields import LEAD
from keyuan.leads.models import Lead
from keyuan.leads.models.standing import OPEN
from keyuan.org.administrators import require_administrator
from keyuan.org.models import User
from keyuan.org.standing import departments_of
from keyuan.pools.models import ClaimCount, Pool
from keyuan.pools.notices import tell_assigned
from keyuan.records.errors import RuleBroken
from keyuan.records.history import Event, Operation
from keyuan.records.kinds.kind import FilterRefused
from keyuan.records.query import where

MOST = 2000
"""So many leads that wait are given at once by hand; the next press gives the next."""
ASSIGNED = "lead.assigned"


@dataclass(frozen=True)
class Dealt:
    """What was given, or would be.

    Attributes:
        total: leads that were looked at.
    """

    gifts: list[Gift]
    total: int
    operation: Operation | None = None

    @property
    def number(self) -> int:
        return sum(len(gift.pks) for gift in self.gifts)


def arrive(pks: Sequence[int]) -> None:
    """New leads find their owners, who are told, in the transaction that made them."""
    distribute(pks)


@transaction.atomic
def distribute(pks: Sequence[int], *, operation: Operation | None = None, tells: bool = True) -> Dealt:
    """Give those of these leads that are nobody's to whom the rules say.

    Args:
        operation: whose part it is, such as an import; None begins one of the machine.
        tells: whether the new owners are told now; `tell_given` tells them later of a whole operation.
    """
    if not pks or not AssignmentRule.objects.filter(is_active=True).exists():
        return Dealt([], len(pks))
    dealt = planned(pks, locks=True)
    if not dealt.gifts:
        return dealt
    operation = operation or Operation.begin(ASSIGNED, by=User.objects.robot())
    _give(dealt.gifts, operation)
    if tells:
        tell_given(operation, {pk for gift in dealt.gifts for pk in gift.pks})
    return Dealt(dealt.gifts, dealt.total, operation)


def apply_now(*, by: User) -> Dealt:
    """Give what waits in pools, or lies with nobody, by the rules: the oldest first, MOST at once.

    Raises:
        NotAllowed: `by` is no administrator.
        RuleBroken: no rule gives anything.
    """
    require_administrator(by)
    with transaction.atomic():
        dealt = distribute(waiting(), operation=Operation.begin(ASSIGNED, by=by))
        if not dealt.gifts:
            raise RuleBroken(_("No rule gives any of the leads that wait."))
    return dealt


def waiting() -> list[int]:
    """The open leads that are nobody's, the oldest first."""
    rows = Lead.rows.living().filter(owner=None, state__in=OPEN)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:MOST])


def planned(pks: Sequence[int], *, locks: bool = False) -> Dealt:
    """Who would get which of these leads."""
    rules = _rules(locks=locks)
    rows = Lead.rows.living().filter(pk__in=pks, owner=None).order_by("pk")
    pools = Pool.objects.in_bulk(set(rows.order_by().values_list("pool", flat=True).distinct()) - {None})
    desk = Desk(rules, pools)
    if locks:
        _lock_counters(desk)
        rows = rows.select_for_update(no_key=True)
    left = [Waiting(*row) for row in rows.values_list("pk", "pool_id", "region")]
    gifts: list[Gift] = []
    for rule in rules:
        fitting = _fitting(rule, left)
        dealt = deal(rule, [one for one in left if one.pk in fitting], desk)
        gone = {pk for gift in dealt for pk in gift.pks}
        left = [one for one in left if one.pk not in gone]
        gifts += dealt
    return Dealt(gifts, len(pks))


def _rules(*, locks: bool) -> list[AssignmentRule]:
    """The rules in use, in their order; locked in the order of their ids."""
    rows = AssignmentRule.objects.filter(is_active=True)
    if locks:
        list(rows.select_for_update().order_by("pk").values_list("pk"))
    return list(rows.select_related("department"))


def _fitting(rule: AssignmentRule, leads: Sequence[Waiting]) -> set[int]:
    """Those of these leads that the rule is about; none where its conditions hold no more, such as a list entry that
    is gone."""
    pks = [one.pk for one in leads if rule.pool_id is None or one.pool == rule.pool_id]
    if not rule.filter or not pks:
        return set(pks)
    try:
        condition = where(rule.filter, LEAD, User.objects.robot())
    except FilterRefused:
        return set()
    return set(Lead.rows.filter(condition, pk__in=pks).values_list("pk", flat=True))


def _lock_counters(desk: Desk) -> None:
    """Whoever claims for one of these people waits, where a limit counts what they hold."""
    limited = [one for one in desk.pools.values() if one.rules.holds is not None or one.rules.own_limits]
    if not limited or not desk.people:
        return
    today = timezone.localdate()
    rows = [ClaimCount(pool=pool, user=person, day=today) for pool in limited for person in desk.people.values()]
    ClaimCount.objects.bulk_create(rows, ignore_conflicts=True)
    found = ClaimCount.objects.filter(pool__in=limited, user__in=desk.people, day=today)
    list(found.select_for_update().order_by("pool_id", "user_id").values_list("pk"))


def _give(gifts: Sequence[Gift], operation: Operation) -> None:
    departments = departments_of({gift.to.pk for gift in gifts})
    for gift in gifts:
        values = {"owner": gift.to.pk, "department": departments.get(gift.to.pk), "pool": None}
        Lead.rows.filter(pk__in=gift.pks).change(
            by=operation.by, operation=operation, event="assigned", details={"rule": gift.rule.name},
            taken_at=operation.at, extended_to=None, **values,
        )  # fmt: skip
    for rule in {gift.rule.pk: gift.rule for gift in gifts}.values():
        AssignmentRule.objects.filter(pk=rule.pk).update(last_given=rule.last_given)


def tell_given(operation: Operation, only: set[int] | None = None) -> None:
    """Each new owner hears once of all that an operation gave them by rules."""
    events = Event.objects.filter(operation=operation, name="assigned", record_type="lead")
    owners: dict[int, list[int]] = defaultdict(list)
    for pk, owner in events.values_list("record_id", "change__after__owner"):
        if owner and (only is None or pk in only):
            owners[owner].append(pk)
    for person in User.objects.filter(pk__in=owners).order_by("pk"):
        tell_assigned(list(Lead.rows.filter(pk__in=owners[person.pk]).only("pk")), person, operation)
