"""What hangs on customers goes for good with them."""

from __future__ import annotations

from collections.abc import Sequence

from keyuan.opportunities.models import Opportunity, OpportunitySearch
from keyuan.records.attachments.models import purge


def forget_opportunities(customers: Sequence[int]) -> None:
    """Delete the opportunities of these customers, whatever their state; for a purge alone."""
    rows = Opportunity.objects.unscoped(reason="what hangs on a customer goes for good with it").filter(
        customer__in=customers
    )
    purge(Opportunity.module, list(rows.values_list("pk", flat=True)))
    OpportunitySearch.objects.filter(record_id__in=rows.values("pk")).delete()
    rows.delete()
