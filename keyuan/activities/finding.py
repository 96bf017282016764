"""Follow-ups and plans are found by their own words, and by the name of the company they hang on."""

from __future__ import annotations

from typing import Any

from keyuan.activities.models import FollowUp, Plan
from keyuan.customers.finding import companies_named
from keyuan.records.probe import FEW, among


def of_companies(word: str) -> set[int]:
    """Ids of the follow-ups, before rights, with the companies that `word` names; the latest of very many."""
    return _latest(FollowUp, word, "-at")


def plans_of_companies(word: str) -> set[int]:
    """Ids of the plans, before rights, with the companies that `word` names."""
    return _latest(Plan, word, "-starts_at")


def _latest(model: Any, word: str, order: str) -> set[int]:
    companies = companies_named(word)
    rows = model.objects.unscoped(reason="a search finds before rights, which its list applies").living()
    found = rows.filter(among(companies, "customer_id")).order_by(order) if companies else rows.none()
    return set(found.values_list("pk", flat=True)[:FEW])
