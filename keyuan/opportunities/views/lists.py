"""The lists of opportunities and products."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from keyuan.opportunities.lists import OPPORTUNITY_LIST, PRODUCT_LIST
from keyuan.org.http import Request
from keyuan.ui.audience import may
from keyuan.ui.lists.page import ListPage


@require_GET
@may("opportunity", "view")
def opportunity_list(request: Request) -> HttpResponse:
    return ListPage(OPPORTUNITY_LIST, request).response()


@require_GET
@may("product", "view")
def product_list(request: Request) -> HttpResponse:
    return ListPage(PRODUCT_LIST, request).response()
