"""One plan for each of many records, from their list or group (T5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from keyuan.activities.models import Plan
from keyuan.org.models import User
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.history import Event, Operation

MOST = 500
"""So many at once: every plan tells its people, and nobody works through more."""
UNDO = timedelta(hours=24)
VERB = "plan.created_for_many"


@dataclass
class Planned:
    """What came of it.

    Attributes:
        refused: the records without a plan, each with the sentence that says why.
    """

    operation: Operation
    plans: list[Plan] = field(default_factory=list)
    refused: list[tuple[Any, str]] = field(default_factory=list)


@transaction.atomic
def plan_each(records: Iterable[Any], *, by: User, for_owners: bool = False, **values: Any) -> Planned:
    """A plan about each of these customers or leads, as one operation; what is refused stops no other.

    Args:
        for_owners: each plan is that of the record's owner, where it has one; else all are plans of `by`.
        values: what all plans have in common.
    """
    planned = Planned(Operation.begin(VERB, by=by))
    for record in records:
        owner = (record.owner if for_owners else None) or by
        try:
            with transaction.atomic():
                about = {record.module: record, "owner": owner}
                planned.plans.append(Plan.add(by=by, operation=planned.operation, **about, **values))
        except (NotAllowed, RuleBroken) as refusal:
            planned.refused.append((record, str(refusal)))
    return planned


@transaction.atomic
def undo_plan_each(operation: Operation, *, by: User) -> int:
    """Move the plans to the recycle bin that are still as they were made; how many.

    Raises:
        NotAllowed: somebody else made them.
        RuleBroken: too late, or taken back already.
    """
    locked = Operation.objects.select_for_update(of=("self",)).get(pk=operation.pk, verb=VERB)
    if locked.by_id != by.pk:
        raise NotAllowed(_("Only who did this may undo it."))
    if locked.undone_at is not None:
        raise RuleBroken(_("This was undone already."))
    if timezone.now() - locked.at > UNDO:
        raise RuleBroken(_("It is too late to undo this."))
    Operation.objects.filter(pk=locked.pk).update(undone_at=timezone.now())
    made = Event.objects.filter(operation=locked, record_type=Plan.module, name="created").values("record_id")
    untouched = Plan.objects.allowed(by, "delete").filter(pk__in=made, version=1, state=Plan.State.OPEN)
    plans = list(untouched.order_by("pk"))
    for one in plans:
        one.delete_by(by)
    return len(plans)
