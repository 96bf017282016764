"""What hangs on customers goes for good with them."""

from __future__ import annotations

from collections.abc import Sequence

from keyuan.activities.models import FollowUp, FollowUpSearch, Plan, PlanSearch
from keyuan.records.attachments.models import purge


def forget_activities(customers: Sequence[int]) -> None:
    """Delete the follow-ups and plans of these customers, whatever their state; for a purge alone."""
    for model, search in ((Plan, PlanSearch), (FollowUp, FollowUpSearch)):
        rows = model.objects.unscoped(reason="what hangs on a customer goes for good with it").filter(
            customer__in=customers
        )
        purge(model.module, list(rows.values_list("pk", flat=True)))
        search.objects.filter(record_id__in=rows.values("pk")).delete()
        rows.delete()
