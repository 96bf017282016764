"""Leads: their list, pages and forms."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keyuan.customers.duplicates import Given
from keyuan.customers.views.bulk import bulk_of
from keyuan.customers.views.duplicates import panel_of
from keyuan.customers.views.inline import field_of
from keyuan.customers.views.showing import show_of
from keyuan.customers.views.transfer import transfer_of
from keyuan.leads.board import SHAPE
from keyuan.leads.detail import LeadDetail
from keyuan.leads.fields import LEAD
from keyuan.leads.forms import LeadForm
from keyuan.leads.lists import LEAD_LIST
from keyuan.leads.models import Lead
from keyuan.org.http import Request
from keyuan.records.models import Favourite
from keyuan.records.remembering import remember_visit
from keyuan.ui.audience import may
from keyuan.ui.editing import Saving, record_or_404, typed_version
from keyuan.ui.lists.page import ListPage
from keyuan.ui.pages import go, page, toast


@require_GET
@may("lead", "view")
def lead_list(request: Request) -> HttpResponseBase:
    """The list; asked for nothing, the board for whom it was the shape used last."""
    if not request.GET and request.user.preferences.get(SHAPE) == "board":
        return redirect("leads:board")
    return ListPage(LEAD_LIST, request).response()


@require_GET
@may("lead", "view")
def lead_count(request: Request) -> HttpResponse:
    return ListPage(LEAD_LIST, request).count_response()


@require_POST
@may("lead", "view")
def lead_bulk(request: Request) -> HttpResponse:
    return bulk_of(request, LEAD_LIST)


@require_http_methods(["GET", "POST"])
@may("lead", "transfer")
def lead_transfer(request: Request) -> HttpResponse:
    return transfer_of(request, LEAD_LIST)


@require_GET
@may("lead", "view")
def detail(request: Request, pk: int) -> HttpResponse:
    """The page of a lead. Its owner sees it for the first time now, or has before."""
    lead = record_or_404(Lead, request, pk)
    lead.opened(request.user)
    remember_visit(request.user, "lead", pk)
    return page(request, "leads/detail.html", LeadDetail(lead, lead.reader_for(request.user)).context())


@require_GET
@may("lead", "view")
def facts(request: Request, pk: int) -> HttpResponse:
    """The head of its page again, after something else there has moved it on or changed one of its facts."""
    lead = record_or_404(Lead, request, pk)
    return render(
        request, "leads/head.html", LeadDetail(lead, lead.reader_for(request.user)).context() | {"fresh": True}
    )


@require_POST
@may("lead", "view")
def duplicates(request: Request) -> HttpResponse:
    """The duplicate panel for what has been typed so far; the name of a person says nothing."""
    typed = {name: request.POST.get(name, "") for name in ("mobile", "phone", "email")}
    return panel_of(request, Given.of(typed | {"name": request.POST.get("company", "")}), of="lead")


@require_http_methods(["GET", "POST"])
@may("lead", "create")
def new(request: Request) -> HttpResponse:
    form = LeadForm(request.POST or None, by=request.user, initial=_asked_values(request))
    saving = Saving(form)
    if request.method == "POST" and saving.save():
        made: Any = saving.record
        toast(request, _("Lead “%(name)s” was created") % {"name": made})
        return go(request, "leads:detail", made.pk)
    context = {"title": _("New lead"), "form": form}
    return page(request, "leads/form.html", context, status=422 if form.is_bound else 200)


def _asked_values(request: Request) -> dict[str, Any]:
    asked: dict[str, Any] = {"company": request.GET["company"][:200]} if request.GET.get("company") else {}
    if (campaign := request.GET.get("campaign", "")).isdecimal():
        asked["campaign"] = campaign
    return asked


@require_http_methods(["GET", "POST"])
@may("lead", "edit")
def edit(request: Request, pk: int) -> HttpResponse:
    lead = record_or_404(Lead, request, pk, "edit")
    form = LeadForm(request.POST or None, by=request.user, instance=lead)
    saving = Saving(form, typed_version(request) if request.method == "POST" else lead.version)
    if request.method == "POST" and saving.save():
        toast(request, _("Saved"))
        return go(request, "leads:detail", pk)
    context = {
        "title": _("Edit lead"),
        "form": form,
        "lead": lead,
        "version": saving.version,
        "differences": saving.differences,
    }
    status = 409 if saving.differences else 422 if form.is_bound else 200
    return page(request, "leads/form.html", context, status=status)


@require_http_methods(["GET", "POST"])
@may("lead", "edit")
def field(request: Request, pk: int, name: str) -> HttpResponse:
    return field_of(request, Lead, LeadForm, pk, name)


@require_POST
@may("lead", "view")
def show(request: Request, pk: int, name: str) -> HttpResponse:
    return show_of(request, LEAD, record_or_404(Lead, request, pk), name)


@require_POST
@may("lead", "delete")
def delete(request: Request, pk: int) -> HttpResponse:
    lead = record_or_404(Lead, request, pk, "delete")
    lead.delete_by(request.user)
    undo = reverse("leads:restore", args=[pk])
    toast(request, _("“%(name)s” is in the recycle bin") % {"name": lead}, undo=undo)
    return go(request, "leads:list")


@require_POST
@may("lead", "delete")
def restore(request: Request, pk: int) -> HttpResponse:
    lead = Lead.objects.binned(request.user).filter(pk=pk).first()
    if lead is not None:
        lead.restore(by=request.user)
        toast(request, _("“%(name)s” was restored") % {"name": lead})
    return go(request, "leads:detail", pk)


@require_POST
@may("lead", "view")
def star(request: Request, pk: int) -> HttpResponse:
    """Star or unstar, for this person alone."""
    lead = record_or_404(Lead, request, pk)
    mine = {"user": request.user, "record_type": "lead", "record_id": lead.pk}
    starred, is_new = Favourite.objects.get_or_create(**mine)
    if not is_new:
        starred.delete()
    if request.headers.get("HX-Request"):
        return render(request, "leads/star.html", {"lead": lead, "is_starred": is_new})
    return redirect("leads:detail", pk)
