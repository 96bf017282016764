"""The product lines of one opportunity: shown and saved as a whole, and the amount that follows them."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from keyuan.opportunities.fields import OPPORTUNITY
from keyuan.opportunities.forms import OpportunityForm
from keyuan.opportunities.lines_form import LinesForm
from keyuan.opportunities.models import Opportunity
from keyuan.org.http import Request
from keyuan.records.errors import RuleBroken, Stale
from keyuan.ui.audience import may
from keyuan.ui.editing import record_or_404, typed_version
from keyuan.ui.pages import go, page, toast

NEEDED = {"amount", "products"}


@require_http_methods(["GET", "POST"])
@may("opportunity", "edit")
def lines(request: Request, pk: int) -> HttpResponse:
    """The editor (GET); a POST lets the opportunity have exactly these lines."""
    opportunity = record_or_404(Opportunity, request, pk, "edit")
    if not OPPORTUNITY.editable_fields(request.user).keys() >= NEEDED:
        raise Http404
    form = LinesForm(opportunity, request.user, request.POST if request.method == "POST" else None)
    refusal = _save(request, form) if request.method == "POST" else None
    if refusal is None and request.method == "POST":
        toast(request, _("Products saved"))
        return go(request, "opportunities:detail", pk)
    context = _context(opportunity, form, refusal)
    status = 409 if isinstance(refusal, Stale) else 422 if refusal else 200
    return page(request, "opportunities/lines.html", context, status=status)


def _save(request: Request, form: LinesForm) -> Exception | None:
    """None where it is saved, else what is wrong."""
    if not form.is_valid():
        return RuleBroken("")
    try:
        form.save(typed_version(request))
    except RuleBroken as refusal:
        return refusal
    return None


def _context(opportunity: Opportunity, form: LinesForm, refusal: Exception | None) -> dict[str, Any]:
    version = refusal.current.version if isinstance(refusal, Stale) else opportunity.version
    said = str(refusal or "") or (_("Look at the marked rows.") if refusal else "")
    return {
        "title": _("Products of this opportunity"),
        "opportunity": opportunity,
        "form": form,
        "version": version,
        "refusal": said,
        "is_stale": isinstance(refusal, Stale),
    }


@require_POST
@may("opportunity", "edit")
def follow(request: Request, pk: int) -> HttpResponse:
    """The amount that was typed follows the lines again."""
    opportunity = record_or_404(Opportunity, request, pk, "edit")
    opportunity.follow_lines(by=request.user, version=typed_version(request))
    toast(request, _("The amount follows the product lines"))
    return go(request, "opportunities:detail", pk)


@require_POST
@may("opportunity", "edit")
def probability(request: Request, pk: int) -> HttpResponse:
    """Set by hand; a blank follows the stage again."""
    opportunity = record_or_404(Opportunity, request, pk, "edit")
    if "probability" not in OPPORTUNITY.editable_fields(request.user):
        raise Http404
    text = request.POST.get("probability", "").strip().removesuffix("%")
    form = OpportunityForm({"probability": text}, by=request.user, instance=opportunity, only=["probability"])
    if text and not form.is_valid():
        raise RuleBroken(form.errors["probability"][0])
    given = form.cleaned_data["probability"] if text else None
    opportunity.edit(by=request.user, version=typed_version(request), probability=given)
    toast(request, _("Probability saved") if text else _("The probability follows the stage"))
    return go(request, "opportunities:detail", pk)
