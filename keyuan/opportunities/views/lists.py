"""The lists of opportunities and products, and what is done with many of their rows."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_GET, require_POST

from keyuan.customers.views.bulk import bulk_of
from keyuan.customers.views.picking import found
from keyuan.opportunities.fields import PRODUCT
from keyuan.opportunities.lists import OPPORTUNITY_LIST, PRODUCT_LIST
from keyuan.org.http import Request
from keyuan.ui.audience import may
from keyuan.ui.lists.page import ListPage


@require_GET
@may("opportunity", "view")
def opportunity_list(request: Request) -> HttpResponse:
    return ListPage(OPPORTUNITY_LIST, request).response()


@require_GET
@may("opportunity", "view")
def opportunity_count(request: Request) -> HttpResponse:
    return ListPage(OPPORTUNITY_LIST, request).count_response()


@require_POST
@may("opportunity", "view")
def opportunity_bulk(request: Request) -> HttpResponse:
    return bulk_of(request, OPPORTUNITY_LIST)


@require_GET
@may("product", "view")
def product_list(request: Request) -> HttpResponse:
    return ListPage(PRODUCT_LIST, request).response()


@require_GET
@may("product", "view")
def product_count(request: Request) -> HttpResponse:
    return ListPage(PRODUCT_LIST, request).count_response()


@require_POST
@may("product", "view")
def product_bulk(request: Request) -> HttpResponse:
    return bulk_of(request, PRODUCT_LIST)


@require_GET
@may("product", "view")
def pick_product(request: Request) -> HttpResponse:
    """Products that somebody types the name or code of, with their price."""
    rows = [row for row in found(PRODUCT, request) if row.is_on_sale]
    sees = request.user.rights.sees("product", "list_price")
    return JsonResponse([[row.pk, row.name, _price(row) if sees else ""] for row in rows], safe=False)


def _price(row: object) -> str:
    price = getattr(row, "list_price", None)
    return f"¥{price:,.2f}" if price is not None else ""
