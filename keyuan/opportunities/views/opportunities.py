"""One opportunity: its page and its forms."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keyuan.customers.detail import groups, tags_of
from keyuan.customers.views.inline import field_of
from keyuan.opportunities.fields import OPPORTUNITY
from keyuan.opportunities.forms import OpportunityForm
from keyuan.opportunities.lists import load_opportunities
from keyuan.opportunities.models import Opportunity
from keyuan.org.http import Request
from keyuan.records.namebook import NameBook
from keyuan.records.remembering import remember_visit
from keyuan.ui.audience import may
from keyuan.ui.editing import Saving, record_or_404, typed_version
from keyuan.ui.pages import go, page, toast

ELSEWHERE = {"name", "tags", "customer", "id", "updated_by", "amount_is_manual", "probability_is_manual"}


@require_GET
@may("opportunity", "view")
def detail(request: Request, pk: int) -> HttpResponse:
    opportunity = record_or_404(Opportunity, request, pk)
    book = NameBook(request.user)
    load_opportunities([opportunity], book)
    remember_visit(request.user, "opportunity", pk)
    may_edit = opportunity.allows(request.user, "edit")
    context = {
        "title": opportunity.name,
        "opportunity": opportunity,
        "customer": opportunity.customer,
        "may_edit": may_edit,
        "may_delete": opportunity.allows(request.user, "delete"),
        "groups": groups(OPPORTUNITY, opportunity, book, may_edit, ELSEWHERE),
        "tags": tags_of(OPPORTUNITY, opportunity, book),
    }
    return page(request, "opportunities/detail.html", context)


@require_http_methods(["GET", "POST"])
@may("opportunity", "create")
def new(request: Request) -> HttpResponse:
    """A new opportunity; the address may name the customer."""
    form = OpportunityForm(request.POST or None, by=request.user, initial=asked_values(request))
    saving = Saving(form)
    if request.method == "POST" and saving.save():
        toast(request, _("Opportunity “%(name)s” was created") % {"name": saving.record})
        return go(request, "opportunities:detail", saving.record.pk)  # type: ignore[union-attr]
    context = {"title": _("New opportunity"), "form": form}
    return page(request, "opportunities/form.html", context, status=422 if form.is_bound else 200)


def asked_values(request: Request) -> dict[str, Any]:
    customer = request.GET.get("customer", "")
    return {"customer": customer} if customer.isdecimal() and len(customer) < 18 else {}


@require_http_methods(["GET", "POST"])
@may("opportunity", "edit")
def edit(request: Request, pk: int) -> HttpResponse:
    opportunity = record_or_404(Opportunity, request, pk, "edit")
    form = OpportunityForm(request.POST or None, by=request.user, instance=opportunity)
    saving = Saving(form, typed_version(request) if request.method == "POST" else opportunity.version)
    if request.method == "POST" and saving.save():
        toast(request, _("Saved"))
        return go(request, "opportunities:detail", pk)
    context = {
        "title": _("Edit opportunity"),
        "form": form,
        "opportunity": opportunity,
        "version": saving.version,
        "differences": saving.differences,
    }
    status = 409 if saving.differences else 422 if form.is_bound else 200
    return page(request, "opportunities/form.html", context, status=status)


@require_http_methods(["GET", "POST"])
@may("opportunity", "edit")
def field(request: Request, pk: int, name: str) -> HttpResponse:
    return field_of(request, Opportunity, OpportunityForm, pk, name)


@require_POST
@may("opportunity", "delete")
def delete(request: Request, pk: int) -> HttpResponse:
    opportunity = record_or_404(Opportunity, request, pk, "delete")
    opportunity.delete_by(request.user)
    undo = reverse("opportunities:restore", args=[pk])
    toast(request, _("“%(name)s” is in the recycle bin") % {"name": opportunity}, undo=undo)
    return go(request, "opportunities:list")


@require_POST
@may("opportunity", "delete")
def restore(request: Request, pk: int) -> HttpResponse:
    opportunity = Opportunity.objects.binned(request.user).filter(pk=pk).first()
    if opportunity is not None:
        opportunity.restore(by=request.user)
        toast(request, _("“%(name)s” was restored") % {"name": opportunity})
    return go(request, "opportunities:detail", pk)
