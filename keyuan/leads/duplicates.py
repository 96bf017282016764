"""Leads in the duplicate check (C11): what they are called, whom they may be, and who sees them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy

from keyuan.customers.duplicates import Source
from keyuan.leads.models import Lead, LeadSearch
from keyuan.org.models import User


def _loaded(condition: Q) -> Any:
    """Those that are none yet the customers that they became."""
    rows = Lead.objects.unscoped(reason="the duplicate check names owners to everybody")
    joined = ["owner", *(name for name in ("pool",) if hasattr(Lead, name))]
    return rows.exclude(state=Lead.State.CONVERTED).filter(condition).select_related(*joined)


def _visible(user: User, pks: Collection[int]) -> set[int]:
    return set(Lead.objects.visible_to(user).filter(pk__in=pks).values_list("pk", flat=True))


LEADS = Source(
    module="lead",
    label=gettext_lazy("Lead"),
    search=LeadSearch,
    loaded=_loaded,
    company=lambda lead: lead.company,
    numbers=lambda lead: lead.mobile or lead.phone,
    visible=_visible,
    address="/leads/",
)
