"""One opportunity: its page and its forms."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keyuan.customers.duplicates import Given, find_duplicates
from keyuan.customers.models import Customer
from keyuan.customers.views.inline import field_of
from keyuan.opportunities.detail import OpportunityDetail
from keyuan.opportunities.editor import OpportunityEditor
from keyuan.opportunities.forms import OpportunityForm
from keyuan.opportunities.models import Opportunity
from keyuan.opportunities.of_customer import block
from keyuan.org.http import Request
from keyuan.records.models import Favourite
from keyuan.records.remembering import remember_visit
from keyuan.ui.audience import may
from keyuan.ui.editing import Saving, record_or_404, typed_version
from keyuan.ui.pages import go, page, toast, wants_part


@require_GET
@may("opportunity", "view")
def detail(request: Request, pk: int) -> HttpResponse:
    opportunity = record_or_404(Opportunity, request, pk)
    remember_visit(request.user, "opportunity", pk)
    context = OpportunityDetail(opportunity, request.user).context()
    return page(request, "opportunities/detail.html", context)


@require_http_methods(["GET", "POST"])
@may("opportunity", "create")
def new(request: Request) -> HttpResponse:
    """A new opportunity; the address may name the customer."""
    return answer_new(request, asked_values(request))


def answer_new(
    request: Request, initial: dict[str, Any], then: Callable[[Opportunity], object] = lambda made: None
) -> HttpResponse:
    """The form of a new opportunity, or its page once it is there.

    Args:
        then: done with it before anybody sees it, or else nothing is done.
    """
    form = OpportunityEditor(request.POST or None, by=request.user, initial=initial)
    saving = Saving(form)
    with transaction.atomic():
        made: Any = saving.record if request.method == "POST" and saving.save() else None
        if made is not None:
            then(made)
    if made is not None:
        toast(request, _("Opportunity “%(name)s” was created") % {"name": made})
        return go(request, "opportunities:detail", made.pk)
    context = {"title": _("New opportunity"), "form": form, "action": request.get_full_path()}
    return page(request, "opportunities/form.html", context, status=422 if form.is_bound else 200)


def asked_values(request: Request) -> dict[str, Any]:
    customer = request.GET.get("customer", "")
    return {"customer": customer} if customer.isdecimal() and len(customer) < 18 else {}


@require_GET
@may("opportunity", "view")
def of_customer(request: Request, pk: int) -> HttpResponse:
    """The opportunities of one customer, for its page; as a list where no script asks."""
    customer = record_or_404(Customer, request, pk)
    asked = {"view": "all", "filter": json.dumps({"field": "customer", "op": "=", "value": pk})}
    all_url = f"{reverse('opportunities:list')}?{urlencode(asked)}"
    if not wants_part(request):
        return go(request, all_url)
    context = block(customer, request.user)
    response = render(request, "opportunities/of_customer.html", context | {"all_url": all_url})
    response["HX-Trigger"] = json.dumps({"kx:counts-now": {"deals": context["count"]}})
    return response


@require_GET
@may("opportunity", "create")
def about_customer(request: Request) -> HttpResponse:
    """What the form shows of the customer that was typed: its contacts, or what a new one needs."""
    form = OpportunityEditor(request.GET, by=request.user)
    if form.newcomer is not None:
        form.hits = find_duplicates(Given(name=form.typed), by=request.user)
    return render(request, "opportunities/about_customer.html", {"form": form})


@require_http_methods(["GET", "POST"])
@may("opportunity", "edit")
def edit(request: Request, pk: int) -> HttpResponse:
    opportunity = record_or_404(Opportunity, request, pk, "edit")
    form = OpportunityEditor(request.POST or None, by=request.user, instance=opportunity)
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


@require_POST
@may("opportunity", "view")
def star(request: Request, pk: int) -> HttpResponse:
    """Star or unstar, for this person alone."""
    opportunity = record_or_404(Opportunity, request, pk)
    mine = {"user": request.user, "record_type": "opportunity", "record_id": opportunity.pk}
    starred, is_new = Favourite.objects.get_or_create(**mine)
    if not is_new:
        starred.delete()
    if request.headers.get("HX-Request"):
        return render(request, "opportunities/star.html", {"opportunity": opportunity, "is_starred": is_new})
    return redirect("opportunities:detail", pk)
