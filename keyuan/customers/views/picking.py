"""What pickers find while somebody types: customers and contacts, as far as they may be seen."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from keyuan.customers.fields import CONTACT, CUSTOMER
from keyuan.org.http import Request
from keyuan.records.catalogue import Catalogue
from keyuan.records.listing import Listing
from keyuan.ui.audience import may

SHOWN = 8


@require_GET
@may("customer", "view")
def pick_customer(request: Request) -> HttpResponse:
    rows = found(CUSTOMER, request)
    sees = request.user.rights.sees("customer", "short_name")
    return JsonResponse([[row.pk, row.name, row.short_name if sees else ""] for row in rows], safe=False)


@require_GET
@may("contact", "view")
def pick_contact(request: Request) -> HttpResponse:
    rows = found(CONTACT, request, "customer")
    return JsonResponse([[row.pk, row.name, str(row.customer)] for row in rows], safe=False)


def found(catalogue: Catalogue, request: Request, *joined: str) -> list[Any]:
    """The first records that the typed words find; the latest where nothing is typed."""
    listing = Listing(catalogue, request.user, q=request.GET.get("q", "")[:100])
    pks = listing.page(1, SHOWN).pks
    rows = {row.pk: row for row in catalogue.model.objects.visible_to(request.user).joined(joined).filter(pk__in=pks)}
    return [rows[pk] for pk in pks if pk in rows]
