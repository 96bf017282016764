"""Places: the cascade of regions, and addresses by kind."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from keyuan.customers.models import Customer, CustomerAddress
from keyuan.records.cleaners.lines import clean_line
from keyuan.records.errors import RuleBroken
from keyuan.records.reference import regions
from keyuan.ui.audience import may, signed_in
from keyuan.ui.editing import record_or_404


@require_GET
@signed_in
def region_children(request: HttpRequest) -> JsonResponse:
    """The regions below one: [[code, name, whether more lie below], …]."""
    under = request.GET.get("under", "")
    rows = regions.children(under) if under else regions.regions()
    return JsonResponse([[one.code, one.name, bool(regions.children(one.code))] for one in rows], safe=False)


@require_POST
@may("customer", "edit")
def customer_move(request: HttpRequest, pk: int) -> HttpResponse:
    customer = record_or_404(Customer, request, pk, "edit")
    kind, address = request.POST.get("kind", ""), clean_line(request.POST.get("address", ""), 300)
    if kind not in CustomerAddress.Kind.values or not address:
        raise RuleBroken(_("Choose the kind of the address and write it down."))
    customer.move_to(kind, address, by=request.user)
    return redirect("customers:detail", pk)
