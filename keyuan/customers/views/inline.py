"""One field edited in place, of a customer or a contact."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from keyuan.customers.detail import fact
from keyuan.customers.forms import ContactForm, CustomerForm
from keyuan.customers.models import Contact, Customer
from keyuan.org.http import Request
from keyuan.records.forms import RecordForm
from keyuan.records.namebook import NameBook
from keyuan.ui.audience import may
from keyuan.ui.editing import Saving, record_or_404, typed_version


@require_http_methods(["GET", "POST"])
@may("customer", "edit")
def customer_field(request: Request, pk: int, name: str) -> HttpResponse:
    return field_of(request, Customer, CustomerForm, pk, name)


@require_http_methods(["GET", "POST"])
@may("contact", "edit")
def contact_field(request: Request, pk: int, name: str) -> HttpResponse:
    return field_of(request, Contact, ContactForm, pk, name)


def field_of(request: Request, model: Any, form_class: type[RecordForm], pk: int, name: str) -> HttpResponse:
    """The input (GET), or the saved value (POST); `?shown=1` is the value as it stands."""
    record = record_or_404(model, request, pk, "edit")
    catalogue = form_class.catalogue
    if name not in catalogue.editable_fields(request.user):
        raise Http404
    form = form_class(request.POST or None, by=request.user, instance=record, only=[name])
    saving = Saving(form, typed_version(request) if request.method == "POST" else record.version)
    if request.GET.get("shown") or (request.method == "POST" and saving.save()):
        record.refresh_from_db()
        return _shown(request, catalogue, name, record)
    context = {
        "form": form,
        "bound": form[name],
        "version": saving.version,
        "differences": saving.differences,
        "record": record,
        "action": reverse(catalogue.route("field"), args=[pk, name]),
    }
    return render(request, "customers/inline.html", context, status=409 if saving.differences else 200)


def _shown(request: Request, catalogue: Any, name: str, record: Any) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        return redirect(catalogue.route("detail"), record.pk)
    book = NameBook(request.user)
    row = fact(catalogue, catalogue.fields[name], record, book, may_edit=True)
    return render(request, "customers/inline_shown.html", row)
