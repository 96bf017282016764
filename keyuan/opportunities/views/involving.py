"""Who takes part in a deal: contacts with their part, and competitors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from keyuan.opportunities.involving_forms import CompetitorForm, PartForm
from keyuan.opportunities.models import Opportunity
from keyuan.org.http import Request
from keyuan.records.errors import RuleBroken, Stale
from keyuan.records.namebook import NameBook
from keyuan.ui.audience import may
from keyuan.ui.editing import record_or_404, typed_version
from keyuan.ui.pages import go, page, toast


@require_http_methods(["GET", "POST"])
@may("opportunity", "edit")
def part_new(request: Request, pk: int) -> HttpResponse:
    return part(request, pk, 0)


@require_http_methods(["GET", "POST"])
@may("opportunity", "edit")
def part(request: Request, pk: int, contact: int) -> HttpResponse:
    """The part of one contact; 0 for somebody who takes none yet."""
    opportunity = record_or_404(Opportunity, request, pk, "edit")
    form = PartForm(request.POST or None, opportunity, NameBook(request.user), contact)

    def save(version: int | None) -> None:
        opportunity.set_part(by=request.user, version=version, **form.part())

    drop = reverse("opportunities:part_drop", args=[pk, contact]) if contact in opportunity.contacts else ""
    context = {"title": _("Part in the deal") if contact else _("Add a contact to the deal"), "drop": drop}
    return _answered(request, opportunity, form, save, context, "opportunities/part.html")


@require_POST
@may("opportunity", "edit")
def part_drop(request: Request, pk: int, contact: int) -> HttpResponse:
    opportunity = record_or_404(Opportunity, request, pk, "edit")
    opportunity.drop_part(contact, by=request.user)
    toast(request, _("Taken off this deal"))
    return go(request, "opportunities:detail", pk)


@require_http_methods(["GET", "POST"])
@may("opportunity", "edit")
def competitor_new(request: Request, pk: int) -> HttpResponse:
    return competitor(request, pk, 0)


@require_http_methods(["GET", "POST"])
@may("opportunity", "edit")
def competitor(request: Request, pk: int, row: int) -> HttpResponse:
    """One competitor; 0 for a new one."""
    opportunity = record_or_404(Opportunity, request, pk, "edit")
    opportunity.require_field(request.user, "competitor")
    stands = get_object_or_404(opportunity.competitors, pk=row) if row else None
    form = CompetitorForm(request.POST or None, NameBook(request.user), stands)

    def save(version: int | None) -> None:
        opportunity.set_competitor(by=request.user, version=version, pk=row, **form.cleaned_data)

    drop = reverse("opportunities:competitor_drop", args=[pk, row]) if row else ""
    context = {"title": _("Competitor") if row else _("Add a competitor"), "drop": drop}
    return _answered(request, opportunity, form, save, context, "opportunities/competitor.html")


@require_POST
@may("opportunity", "edit")
def competitor_drop(request: Request, pk: int, row: int) -> HttpResponse:
    opportunity = record_or_404(Opportunity, request, pk, "edit")
    opportunity.drop_competitor(row, by=request.user)
    toast(request, _("Taken off this deal"))
    return go(request, "opportunities:detail", pk)


def _answered(
    request: Request,
    opportunity: Opportunity,
    form: forms.Form,
    save: Callable[[int | None], None],
    context: dict[str, Any],
    template: str,
) -> HttpResponse:
    """The form, with what is wrong, or the page of the deal once it is saved."""
    version, status = opportunity.version, 200
    if request.method == "POST":
        try:
            if form.is_valid():
                save(typed_version(request))
                toast(request, _("Saved"))
                return go(request, "opportunities:detail", opportunity.pk)
            status = 422
        except RuleBroken as refusal:
            form.add_error(None, str(refusal))
            status = 409 if isinstance(refusal, Stale) else 422
            version = refusal.current.version if isinstance(refusal, Stale) else version
    shown = context | {"opportunity": opportunity, "form": form, "version": version}
    return page(request, template, shown, status=status)
