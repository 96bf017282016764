"""The quick log: a follow-up from anywhere, its customer named by @."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from keyuan.activities.forms import ComposerForm, days_for, new_token
from keyuan.activities.views.hub import save, told
from keyuan.customers.fields import CUSTOMER
from keyuan.customers.models import Customer
from keyuan.org.http import Request
from keyuan.records.cleaners import Invalid
from keyuan.records.kinds import Link
from keyuan.records.listing import Listing
from keyuan.records.namebook import NameBook
from keyuan.records.remembering import Recent
from keyuan.ui.attachments.taking import take_files
from keyuan.ui.audience import may
from keyuan.ui.pages import go, in_drawer, page, toast, wants_part

OFFERED = 6
PLACE = "quick-log"


@require_http_methods(["GET", "POST"])
@may("follow_up", "create")
def quick(request: Request) -> HttpResponse:
    """The form of the rail, of a drawer or of a page of its own; a POST logs."""
    if request.method != "POST":
        return _shown(request, None, {}, given=_asked(request))
    customer, refusal = _customer(request)
    if customer is None:
        return _shown(request, None, {"customer": refusal}, status=422)
    form = ComposerForm(request.POST, by=request.user, about=customer)
    logged = save(form, take_files(request))
    if logged is None:
        return _shown(request, form, {}, status=422)
    toast(request, told(logged), more=" · ".join(logged.reasons))
    if in_drawer(request) or not wants_part(request):
        return go(request, "customers:detail", customer.pk)
    response = _shown(request, None, {}, fresh=True)
    response["HX-Trigger"] = '{"kx:followed": {}}'
    return response


def _asked(request: Request) -> dict[str, Any]:
    """The customer that the address names, as far as this person may see them."""
    text = request.GET.get("customer", "")
    pk = int(text) if text.isdecimal() and len(text) < 18 else 0
    customer = Customer.objects.visible_to(request.user).filter(pk=pk).first() if pk else None
    return {"customer": customer.pk, "customer_name": customer.name} if customer else {}


def _customer(request: Request) -> tuple[Customer | None, str]:
    """Who is meant, by number or by the whole name; or what is wrong."""
    text = (request.POST.get("customer") or request.POST.get("customer_name") or "").strip()
    if not text:
        return None, _("Choose a customer: type @ and a part of the name.")
    try:
        return Link("Customer").parse(text, NameBook(request.user)), ""
    except Invalid:
        return None, _("No customer of yours is called “%(name)s”. Choose one from the list.") % {"name": text[:40]}


def _shown(
    request: Request,
    form: ComposerForm | None,
    errors: dict[str, str],
    *,
    status: int = 200,
    fresh: bool = False,
    given: Any = None,
) -> HttpResponse:
    book = form.book if form else NameBook(request.user)
    given = request.POST if status != 200 else given or {}
    kinds = [one for one in book.options("follow_up_kind") if not one.is_retired]
    first = kinds[0].key if kinds else ""
    context = {
        "title": _("Log a follow-up"),
        "given": given,
        "refused": [*errors.values(), *(text for texts in (form.errors if form else {}).values() for text in texts)],
        "kinds": [(one, one.key == (given.get("kind") or first)) for one in kinds],
        "days": days_for(request.user),
        "token": given.get("token") or new_token(),
        "draft": PLACE,
        "fresh": fresh,
    }
    if wants_part(request) and not in_drawer(request):
        return render(request, "activities/quick_panel.html", context, status=status)
    return page(request, "activities/quick.html", context, status=status)


@require_GET
@may("customer", "view")
def customers(request: Request) -> JsonResponse:
    """Customers whom a few letters may mean, those opened last first: for @ in the quick log."""
    q = request.GET.get("q", "").strip()[:60]
    pks = _found(request, q) if q else _last(request)
    rows = Customer.objects.visible_to(request.user).in_bulk(pks)
    found = [rows[pk] for pk in pks if pk in rows]
    return JsonResponse({"customers": [{"id": one.pk, "name": one.name} for one in found]})


def _found(request: Request, q: str) -> list[int]:
    return Listing(CUSTOMER, request.user, q=q).page(1, OFFERED).pks


def _last(request: Request) -> list[int]:
    opened = Recent.objects.filter(user=request.user, record_type="customer").order_by("-at")
    return list(opened.values_list("record_id", flat=True)[:OFFERED])
