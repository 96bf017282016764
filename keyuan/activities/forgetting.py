"""What hangs on customers goes for good with them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from keyuan.activities.models import FollowUp, FollowUpSearch, Plan, PlanSearch
from keyuan.records.attachments.models import follow, purge


def forget_activities(customers: Sequence[int]) -> None:
    """Delete the follow-ups and plans of these customers, whatever their state; for a purge alone.

    What came from a lead is its history, and stays with it.
    """
    for model in (FollowUp, Plan):
        rows = model.objects.unscoped(reason="what hangs on a customer goes for good with it")
        rows = rows.filter(customer__in=customers, lead__isnull=False)
        follow(model.module, list(rows.values_list("pk", flat=True)), None)
        rows.update(customer=None, opportunity=None)
    _forget(Q(customer__in=customers))


def forget_activities_of_leads(leads: Sequence[int]) -> None:
    """The same for leads; what has gone on to a customer stays there."""
    _forget(Q(customer=None, lead__in=leads))


def _forget(whose: Q) -> None:
    for model, search in ((Plan, PlanSearch), (FollowUp, FollowUpSearch)):
        rows = model.objects.unscoped(reason="what hangs on a customer goes for good with it").filter(whose)
        purge(model.module, list(rows.values_list("pk", flat=True)))
        search.objects.filter(record_id__in=rows.values("pk")).delete()
        rows.delete()
