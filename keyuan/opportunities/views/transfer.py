"""Opportunities change hands."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from keyuan.customers.views.transfer import transfer_of
from keyuan.opportunities.lists import OPPORTUNITY_LIST
from keyuan.org.http import Request
from keyuan.ui.audience import may


@require_http_methods(["GET", "POST"])
@may("opportunity", "transfer")
def opportunity_transfer(request: Request) -> HttpResponse:
    return transfer_of(request, OPPORTUNITY_LIST)
