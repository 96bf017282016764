"""Opportunities are found by their own words, and by the name of the company."""

from __future__ import annotations

from keyuan.customers.finding import companies_named
from keyuan.opportunities.models import Opportunity
from keyuan.records.probe import FEW, among


def of_companies(word: str) -> set[int]:
    """Ids of the opportunities, before rights, of the companies that `word` names; the latest of very many."""
    companies = companies_named(word)
    rows = Opportunity.objects.unscoped(reason="a search finds before rights, which its list applies").living()
    found = rows.filter(among(companies, "customer_id")).order_by("-updated_at") if companies else rows.none()
    return set(found.values_list("pk", flat=True)[:FEW])
