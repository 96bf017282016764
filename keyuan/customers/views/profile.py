"""The page of the customer profile (C15)."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from keyuan.customers.profile import profile as spread
from keyuan.org.http import Request
from keyuan.records.namebook import NameBook
from keyuan.ui.audience import may
from keyuan.ui.lists.asked import Asked, as_param
from keyuan.ui.pages import page


@require_GET
@may("customer", "view")
def profile(request: Request) -> HttpResponse:
    """How the customers of this person spread; every slice leads to the list of exactly its customers."""
    to_list = Asked(reverse("customers:list"), {})
    by_division = request.GET.get("industry") == "division"
    cards = [
        {
            "name": one.name,
            "label": one.label,
            "total": one.total,
            "slices": [(part, to_list.url(view="all", filter=as_param(part.node))) for part in one.slices],
        }
        for one in spread(request.user, NameBook(request.user), by_division=by_division)
    ]
    return page(request, "customers/profile.html", {"cards": cards, "by_division": by_division})
