"""Where forms are administered: that of a campaign on its page, those of sources beside the lists."""

from __future__ import annotations

import io
from typing import Any

import segno
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keyuan.campaigns.models import Campaign
from keyuan.leads.web_form.models import WebForm
from keyuan.leads.web_form.settings_form import WebFormSettings
from keyuan.org.http import Request
from keyuan.records.options import Option
from keyuan.ui.audience import administrators, may
from keyuan.ui.editing import record_or_404
from keyuan.ui.pages import go, page, safe_next, toast

FROM_CAMPAIGN = "campaign"
"""The source that leads of a campaign's form have, where nobody chooses another."""


def of_campaign(campaign: Campaign) -> WebForm:
    """Its form, or one that is not kept yet."""
    kept = WebForm.objects.select_related("source", "receiver", "pool").filter(campaign=campaign).first()
    if kept is not None:
        return kept
    source = Option.objects.filter(list="source", key=FROM_CAMPAIGN, is_retired=False).first()
    return WebForm(campaign=campaign, source=source, title=campaign.name[:120])


def of_source(pk: int) -> WebForm:
    """The form of a source, or one that is not kept yet."""
    source = get_object_or_404(Option, pk=pk, list="source")
    kept = WebForm.objects.select_related("source", "receiver", "pool").filter(campaign=None, source=source).first()
    return kept or WebForm(source=source, title=str(source)[:120])


@require_http_methods(["GET", "POST"])
@may("campaign", "edit")
def campaign_form(request: Request, pk: int) -> HttpResponse:
    campaign = record_or_404(Campaign, request, pk, "edit")
    return edited(request, of_campaign(campaign), reverse("campaigns:detail", args=[pk]))


@require_http_methods(["GET", "POST"])
@administrators
def source_form(request: Request, pk: int) -> HttpResponse:
    return edited(request, of_source(pk), reverse("web_forms_admin:list"))


def edited(request: Request, of: WebForm, back: str) -> HttpResponse:
    """Ask for the settings, and keep them."""
    form = WebFormSettings(request.POST or None, by=request.user, of=of)
    if request.method == "POST" and form.is_valid():
        form.save()
        toast(request, _("Saved"))
        return go(request, safe_next(request, back))
    context = {"title": pgettext("web form", "Web form"), "form": form, "of": of, "back": back}
    return page(request, "web_form/settings.html", context, status=422 if form.is_bound else 200)


@require_POST
@may("campaign", "edit")
def campaign_form_renew(request: Request, pk: int) -> HttpResponse:
    campaign = record_or_404(Campaign, request, pk, "edit")
    return renewed(request, of_campaign(campaign), reverse("campaigns:detail", args=[pk]))


@require_POST
@administrators
def source_form_renew(request: Request, pk: int) -> HttpResponse:
    return renewed(request, of_source(pk), reverse("web_forms_admin:list"))


def renewed(request: Request, of: WebForm, back: str) -> HttpResponse:
    """A new address, where the former one got into wrong hands."""
    if of.pk is None:
        raise Http404
    of.renew(by=request.user)
    toast(request, _("The form has a new address. The former one no longer works."))
    return go(request, back)


@require_GET
@may("campaign", "view")
def campaign_form_code(request: Request, pk: int) -> HttpResponse:
    campaign = record_or_404(Campaign, request, pk)
    return code(request, of_campaign(campaign))


@require_GET
@administrators
def source_form_code(request: Request, pk: int) -> HttpResponse:
    return code(request, of_source(pk))


@require_GET
@administrators
def form_list(request: Request) -> HttpResponse:
    """The sources, each with its form or the way to one."""
    kept = {one.source_id: one for one in WebForm.objects.filter(campaign=None).select_related("receiver")}
    sources = Option.objects.filter(list="source").order_by("position", "pk")
    rows = [
        {"source": one, **known(kept.get(one.pk), request)} for one in sources if not one.is_retired or one.pk in kept
    ]
    return page(request, "web_form/list.html", {"title": pgettext("web form", "Web forms"), "rows": rows})


def code(request: HttpRequest, of: WebForm) -> HttpResponse:
    """The address as a QR code (ISO/IEC 18004), an SVG file that prints in any size."""
    if of.pk is None:
        raise Http404
    drawn = io.BytesIO()
    segno.make(address_of_form(of, request), error="m", micro=False).save(
        drawn, kind="svg", scale=8, border=4, dark="#000", light="#fff", xmldecl=False
    )
    response = HttpResponse(drawn.getvalue(), content_type="image/svg+xml")
    if request.GET.get("download"):
        response.headers["Content-Disposition"] = 'attachment; filename="qr.svg"'
    return response


def known(of: WebForm | None, request: HttpRequest) -> dict[str, Any]:
    """What a page shows of a form."""
    if of is None or of.pk is None:
        return {"of": None}
    return {"of": of, "address": address_of_form(of, request)}


def address_of_form(of: WebForm, request: HttpRequest) -> str:
    """The whole address for those who hand it on: as configured, else as their own browser has found us."""
    return f"{settings.BASE_URL or request.build_absolute_uri('/').rstrip('/')}{of.path}"
