"""List, detail and forms of customers."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keyuan.customers import registry
from keyuan.customers.detail import CustomerDetail
from keyuan.customers.duplicates import Given
from keyuan.customers.forms import CustomerForm, FirstContactForm
from keyuan.customers.lists import CUSTOMER_LIST
from keyuan.customers.models import Customer
from keyuan.customers.registered import look_up, typed
from keyuan.customers.views.duplicates import panel_of
from keyuan.org.http import Request
from keyuan.org.settings import setting
from keyuan.records.models import Favourite
from keyuan.records.remembering import remember_visit
from keyuan.ui.audience import may
from keyuan.ui.editing import Saving, record_or_404, typed_version
from keyuan.ui.lists.page import ListPage
from keyuan.ui.pages import go, page, toast


@require_GET
@may("customer", "view")
def customer_list(request: Request) -> HttpResponseBase:
    return ListPage(CUSTOMER_LIST, request).response()


@require_GET
@may("customer", "view")
def customer_count(request: Request) -> HttpResponse:
    return ListPage(CUSTOMER_LIST, request).count_response()


@require_GET
@may("customer", "view")
def customer_detail(request: Request, pk: int) -> HttpResponse:
    customer = record_or_404(Customer, request, pk)
    remember_visit(request.user, "customer", pk)
    return page(request, "customers/detail.html", CustomerDetail(customer, customer.reader_for(request.user)).context())


@require_GET
@may("customer", "view")
def customer_facts(request: Request, pk: int) -> HttpResponse:
    """The strip of facts alone, after something else on the page has changed one of them."""
    customer = record_or_404(Customer, request, pk)
    return render(
        request, "ui/facts.html", {"facts": CustomerDetail(customer, customer.reader_for(request.user)).facts()}
    )


@require_http_methods(["GET", "POST"])
@may("customer", "create")
def customer_new(request: Request) -> HttpResponse:
    if request.method == "POST" and "look_up" in request.POST:
        return _looked_up_new(request)
    form = CustomerForm(request.POST or None, by=request.user, initial=_asked_values(request))
    contact = FirstContactForm(request.POST or None, by=request.user, fixed={"customer": None}, book=form.book)
    hits = form.duplicates() if request.method == "POST" else []
    if request.method == "POST" and _may_save(request, form, contact, hits):
        customer = _create(form, contact)
        if customer is not None:
            toast(request, _("Customer “%(name)s” was created") % {"name": customer.name})
            return go(request, "customers:detail", customer.pk)
    context = _new_context(form, contact) | {"hits": hits, "status_hits": len(hits)}
    return page(request, "customers/form.html", context, status=422 if form.is_bound else 200)


def _new_context(form: CustomerForm, contact: FirstContactForm) -> dict[str, Any]:
    return {"title": _("New customer"), "form": form, "contact": contact, **_around()}


def _around() -> dict[str, Any]:
    """What every form of a customer shows besides its inputs."""
    return {"guide": setting("entry_guide"), "may_look_up": registry.provider() is not None}


def _looked_up_new(request: Request) -> HttpResponse:
    """The form again, with what the registry knows; nothing is saved."""
    sent = CustomerForm(request.POST, by=request.user)
    person = FirstContactForm(request.POST, by=request.user, fixed={"customer": None}, book=sent.book)
    told = look_up(sent)
    form = CustomerForm(by=request.user, book=sent.book, initial=told.typed)
    contact = FirstContactForm(by=request.user, fixed={"customer": None}, book=sent.book, initial=typed(person))
    return page(request, "customers/form.html", _new_context(form, contact) | {"registered": told})


def _asked_values(request: Request) -> dict[str, Any]:
    return {"name": request.GET.get("name", "")[:200]} if request.GET.get("name") else {}


def _may_save(request: Request, form: CustomerForm, contact: FirstContactForm, hits: list[Any]) -> bool:
    """Whether all is valid, and somebody has looked at what is similar."""
    valid = form.is_valid() & contact.is_valid()
    if any(hit.level == "same" for hit in hits):
        form.add_error("name", _("This customer exists already, see beside."))
        return False
    return valid and (not hits or request.POST.get("anyway") == "1")


def _create(form: CustomerForm, contact: FirstContactForm) -> Customer | None:
    """The customer and its first contact, both or neither."""
    saving = Saving(form)
    with transaction.atomic():
        if not saving.save():
            return None
        if not contact.is_blank:
            contact.fixed["customer"] = saving.record
            contact.save()
    return saving.record  # type: ignore[return-value]


@require_http_methods(["GET", "POST"])
@may("customer", "edit")
def customer_edit(request: Request, pk: int) -> HttpResponse:
    customer = record_or_404(Customer, request, pk, "edit")
    if request.method == "POST" and "look_up" in request.POST:
        return _looked_up_edit(request, customer)
    form = CustomerForm(request.POST or None, by=request.user, instance=customer)
    saving = Saving(form, typed_version(request) if request.method == "POST" else customer.version)
    if request.method == "POST" and saving.save():
        toast(request, _("Saved"))
        return go(request, "customers:detail", pk)
    context = _edit_context(customer, form, saving.version) | {
        "differences": saving.differences,
        "hits": form.duplicates() if form.is_bound else [],
    }
    status = 409 if saving.differences else 422 if form.is_bound else 200
    return page(request, "customers/form.html", context, status=status)


def _edit_context(customer: Customer, form: CustomerForm, version: int | None) -> dict[str, Any]:
    return {"title": _("Edit customer"), "form": form, "customer": customer, "version": version, **_around()}


def _looked_up_edit(request: Request, customer: Customer) -> HttpResponse:
    sent = CustomerForm(request.POST, by=request.user, instance=customer)
    told = look_up(sent)
    form = CustomerForm(by=request.user, instance=customer, book=sent.book, initial=told.typed)
    context = _edit_context(customer, form, typed_version(request)) | {"registered": told}
    return page(request, "customers/form.html", context)


@require_POST
@may("customer", "view")
def customer_duplicates(request: Request) -> HttpResponse:
    """The duplicate panel for what has been typed so far."""
    return panel_of(request, Given.of(request.POST))


@require_POST
@may("customer", "delete")
def customer_delete(request: Request, pk: int) -> HttpResponse:
    customer = record_or_404(Customer, request, pk, "delete")
    customer.delete_by(request.user)
    undo = reverse("customers:restore", args=[pk])
    toast(request, _("“%(name)s” is in the recycle bin") % {"name": customer.name}, undo=undo)
    return go(request, "customers:list")


@require_POST
@may("customer", "delete")
def customer_restore(request: Request, pk: int) -> HttpResponse:
    customer = Customer.objects.binned(request.user).filter(pk=pk).first()
    if customer is None:
        return go(request, "customers:detail", pk)  # restored meanwhile, or not theirs: the page says which
    customer.restore(by=request.user)
    toast(request, _("“%(name)s” was restored") % {"name": customer.name})
    return go(request, "customers:detail", pk)


@require_POST
@may("customer", "view")
def customer_star(request: Request, pk: int) -> HttpResponse:
    """Star or unstar, for this person alone."""
    customer = record_or_404(Customer, request, pk)
    mine = {"user": request.user, "record_type": "customer", "record_id": customer.pk}
    starred, is_new = Favourite.objects.get_or_create(**mine)
    if not is_new:
        starred.delete()
    if request.headers.get("HX-Request"):
        return render(request, "customers/star.html", {"customer": customer, "is_starred": is_new})
    return redirect("customers:detail", pk)


@require_POST
@may("customer", "edit")
def customer_relationship(request: Request, pk: int) -> HttpResponse:
    """Mark a customer as lost, with the reason, or as won back (T6)."""
    customer = record_or_404(Customer, request, pk, "edit")
    if request.POST.get("to") == "normal":
        customer.win_back(by=request.user)
        toast(request, _("The relationship is normal again"))
    else:
        form = CustomerForm(by=request.user)
        reason = next((one for one in form.book.options("lost_reason") if one.key == request.POST.get("reason")), None)
        customer.lose(by=request.user, reason=reason)
        toast(request, _("Marked as lost"))
    return go(request, "customers:detail", pk)
