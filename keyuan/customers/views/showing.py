"""The whole value of a field that is masked for the reader: shown on request, and written down."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from keyuan.customers.fields import CONTACT, CUSTOMER
from keyuan.customers.models import Contact, Customer
from keyuan.org.http import Request
from keyuan.records.catalogue import Catalogue
from keyuan.records.kinds import Masked, Phone
from keyuan.records.namebook import NameBook
from keyuan.ui.audience import may
from keyuan.ui.editing import record_or_404
from keyuan.ui.pages import toast


@require_POST
@may("customer", "view")
def customer_show(request: Request, pk: int, name: str) -> HttpResponse:
    return show_of(request, CUSTOMER, record_or_404(Customer, request, pk), name)


@require_POST
@may("contact", "view")
def contact_show(request: Request, pk: int, name: str) -> HttpResponse:
    return show_of(request, CONTACT, record_or_404(Contact, request, pk), name)


def show_of(request: Request, catalogue: Catalogue, record: Any, name: str) -> HttpResponse:
    field = catalogue.visible_fields(request.user).get(name)
    if field is None or not isinstance(field.kind, Masked):
        raise Http404
    value = record.show(name, by=request.user)
    text = field.kind.kind.plain(value, NameBook(request.user))
    if not request.headers.get("HX-Request"):
        toast(request, f"{field.label}: {text}")
        return redirect(catalogue.route("detail"), record.pk)
    numbers = value.split(";") if isinstance(field.kind.kind, Phone) else []
    return render(request, "customers/shown.html", {"text": text, "numbers": numbers, "name": str(record)})
