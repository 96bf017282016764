"""What the rail beside every page holds of customers: a duplicate check at hand (U4)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from keyuan.org.http import Request
from keyuan.ui.audience import may


@require_GET
@may("customer", "view")
def check(request: Request) -> HttpResponse:
    """The duplicate check without a form to fill in."""
    return render(request, "customers/rail_check.html")
