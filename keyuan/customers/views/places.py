"""Places: the cascade of regions, and addresses by kind."""

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from keyuan.customers.models import Customer, CustomerAddress
from keyuan.org.http import Request
from keyuan.records.cleaners.lines import clean_line
from keyuan.records.errors import RuleBroken
from keyuan.records.kinds import Coded, Industry, Region
from keyuan.records.namebook import NameBook
from keyuan.ui.audience import may, signed_in
from keyuan.ui.editing import record_or_404

TREES: dict[str, Coded] = {"region": Region(), "industry": Industry()}


@require_GET
@signed_in
def tree_children(request: Request, tree: str) -> JsonResponse:
    """What lies below one place of a reference tree: [[code, name, whether more lie below], …]."""
    if tree not in TREES:
        raise Http404
    found = TREES[tree].tree(NameBook(request.user))
    rows = found.picked(request.GET.get("under", ""))
    return JsonResponse([[one.code, one.name, bool(found.picked(one.code))] for one in rows], safe=False)


@require_POST
@may("customer", "edit")
def customer_move(request: Request, pk: int) -> HttpResponse:
    customer = record_or_404(Customer, request, pk, "edit")
    kind, address = request.POST.get("kind", ""), clean_line(request.POST.get("address", ""), 300)
    if kind not in CustomerAddress.Kind.values or not address:
        raise RuleBroken(_("Choose the kind of the address and write it down."))
    customer.move_to(kind, address, by=request.user)
    return redirect("customers:detail", pk)
