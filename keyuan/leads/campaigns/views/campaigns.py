"""Campaigns: their list, pages and forms."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keyuan.campaigns.fields import CAMPAIGN
from keyuan.campaigns.forms import CampaignForm
from keyuan.campaigns.lists import CAMPAIGN_LIST
from keyuan.campaigns.models import Campaign
from keyuan.customers.views.bulk import bulk_of
from keyuan.customers.views.inline import field_of
from keyuan.customers.views.picking import found
from keyuan.customers.views.transfer import transfer_of
from keyuan.leads.campaigns.detail import CampaignDetail
from keyuan.org.http import Request
from keyuan.records.models import Favourite
from keyuan.records.remembering import remember_visit
from keyuan.ui.audience import may
from keyuan.ui.editing import Saving, record_or_404, typed_version
from keyuan.ui.lists.page import ListPage
from keyuan.ui.pages import go, page, toast


@require_GET
@may("campaign", "view")
def campaign_list(request: Request) -> HttpResponseBase:
    return ListPage(CAMPAIGN_LIST, request).response()


@require_GET
@may("campaign", "view")
def campaign_count(request: Request) -> HttpResponse:
    return ListPage(CAMPAIGN_LIST, request).count_response()


@require_POST
@may("campaign", "view")
def campaign_bulk(request: Request) -> HttpResponse:
    return bulk_of(request, CAMPAIGN_LIST)


@require_http_methods(["GET", "POST"])
@may("campaign", "transfer")
def campaign_transfer(request: Request) -> HttpResponse:
    return transfer_of(request, CAMPAIGN_LIST)


@require_GET
@may("campaign", "view")
def pick(request: Request) -> HttpResponse:
    """Campaigns that somebody types the name of, each with how it stands."""
    rows = found(CAMPAIGN, request)
    return JsonResponse([[row.pk, row.name, row.get_status_display()] for row in rows], safe=False)


@require_GET
@may("campaign", "view")
def detail(request: Request, pk: int) -> HttpResponse:
    campaign = record_or_404(Campaign, request, pk)
    remember_visit(request.user, "campaign", pk)
    return page(request, "campaigns/detail.html", CampaignDetail(campaign, request.user).context(request))


@require_http_methods(["GET", "POST"])
@may("campaign", "create")
def new(request: Request) -> HttpResponse:
    form = CampaignForm(request.POST or None, by=request.user)
    saving = Saving(form)
    if request.method == "POST" and saving.save():
        made: Any = saving.record
        toast(request, _("Campaign “%(name)s” was created") % {"name": made})
        return go(request, "campaigns:detail", made.pk)
    context = {"title": _("New campaign"), "form": form}
    return page(request, "campaigns/form.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@may("campaign", "edit")
def edit(request: Request, pk: int) -> HttpResponse:
    campaign = record_or_404(Campaign, request, pk, "edit")
    form = CampaignForm(request.POST or None, by=request.user, instance=campaign)
    saving = Saving(form, typed_version(request) if request.method == "POST" else campaign.version)
    if request.method == "POST" and saving.save():
        toast(request, _("Saved"))
        return go(request, "campaigns:detail", pk)
    context = {
        "title": _("Edit campaign"),
        "form": form,
        "campaign": campaign,
        "version": saving.version,
        "differences": saving.differences,
    }
    status = 409 if saving.differences else 422 if form.is_bound else 200
    return page(request, "campaigns/form.html", context, status=status)


@require_http_methods(["GET", "POST"])
@may("campaign", "edit")
def field(request: Request, pk: int, name: str) -> HttpResponse:
    return field_of(request, Campaign, CampaignForm, pk, name)


@require_POST
@may("campaign", "delete")
def delete(request: Request, pk: int) -> HttpResponse:
    campaign = record_or_404(Campaign, request, pk, "delete")
    campaign.delete_by(request.user)
    undo = reverse("campaigns:restore", args=[pk])
    toast(request, _("“%(name)s” is in the recycle bin") % {"name": campaign}, undo=undo)
    return go(request, "campaigns:list")


@require_POST
@may("campaign", "delete")
def restore(request: Request, pk: int) -> HttpResponse:
    campaign = Campaign.objects.binned(request.user).filter(pk=pk).first()
    if campaign is not None:
        campaign.restore(by=request.user)
        toast(request, _("“%(name)s” was restored") % {"name": campaign})
    return go(request, "campaigns:detail", pk)


@require_POST
@may("campaign", "view")
def star(request: Request, pk: int) -> HttpResponse:
    """Star or unstar, for this person alone."""
    campaign = record_or_404(Campaign, request, pk)
    mine = {"user": request.user, "record_type": "campaign", "record_id": campaign.pk}
    starred, is_new = Favourite.objects.get_or_create(**mine)
    if not is_new:
        starred.delete()
    if request.headers.get("HX-Request"):
        return render(request, "campaigns/star.html", {"campaign": campaign, "is_starred": is_new})
    return redirect("campaigns:detail", pk)
