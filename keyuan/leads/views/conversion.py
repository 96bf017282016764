"""A lead becomes a customer, and a lead again."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keyuan.leads.conversion.forms import ConvertForm
from keyuan.leads.conversion.showing import rows_of
from keyuan.leads.models import Lead
from keyuan.org.http import Request
from keyuan.records.errors import Duplicate, NotReady, Stale
from keyuan.ui.audience import may
from keyuan.ui.editing import record_or_404, typed_version
from keyuan.ui.pages import go, page, toast


@require_http_methods(["GET", "POST"])
@may("lead", "edit")
def convert(request: Request, pk: int) -> HttpResponse:
    """Ask what the lead is to become, and make it so."""
    lead = _open(request, pk)
    version = lead.version
    form = ConvertForm(request.POST if request.method == "POST" else None, lead=lead, by=request.user)
    if request.method == "POST" and form.is_valid():
        made = _convert(request, lead, form)
        if made is not None:
            return _landed(request, lead, made)
        version = record_or_404(Lead, request, pk).version
    context = {
        "title": _("Convert to customer"),
        "form": form,
        "lead": lead,
        "version": version,
        "mapping": rows_of(lead, form.book),
        "back": reverse("leads:detail", args=[pk]),
    }
    return page(request, "leads/convert.html", context, status=422 if form.is_bound else 200)


def _open(request: Request, pk: int) -> Any:
    """The lead; one that has become a customer meanwhile says so."""
    lead = record_or_404(Lead, request, pk)
    lead.require(request.user, "edit")
    return lead


def _convert(request: Request, lead: Any, form: ConvertForm) -> Any:
    """What came of it; None where the form has to say why nothing did."""
    try:
        return lead.convert(form.into_what(), by=request.user, version=typed_version(request))
    except Duplicate:
        form.add_error("into", _("This customer exists already. Join it, or ask its owner."))
    except NotReady as refusal:
        form.add_error(None, str(refusal))
    except Stale as stale:
        form.add_error(None, _("%(said)s Look at it once more, then convert it.") % {"said": stale})
    return None


def _landed(request: Request, lead: Any, made: Any) -> HttpResponse:
    """On the customer, with the way back and what one does next."""
    act = None
    if made.opportunity is None and request.user.may("opportunity", "create"):
        act = (_("New opportunity"), f"{reverse('opportunities:new')}?customer={made.customer_id}")
    undo = reverse("leads:convert_undo", args=[lead.pk])
    toast(request, _("“%(name)s” is a customer now") % {"name": made.customer}, undo=undo, act=act)
    return go(request, "customers:detail", made.customer_id)


@require_GET
@may("lead", "edit")
def contacts(request: Request, pk: int) -> HttpResponse:
    """The contacts of the customer that is chosen in the dialog."""
    lead = _open(request, pk)
    form = ConvertForm(request.GET, lead=lead, by=request.user)
    return render(request, "leads/convert_contact.html", {"form": form, "lead": lead})


@require_POST
@may("lead", "edit")
def undo(request: Request, pk: int) -> HttpResponse:
    """Take the conversion back."""
    lead = record_or_404(Lead, request, pk)
    lead.undo_conversion(by=request.user)
    toast(request, _("“%(name)s” is a lead again") % {"name": lead})
    return go(request, "leads:detail", pk)


@require_POST
@may("lead", "edit")
def revive(request: Request, pk: int) -> HttpResponse:
    """A lead whose customer was deleted is worked on again."""
    lead = record_or_404(Lead, request, pk)
    lead.revive(by=request.user)
    toast(request, _("“%(name)s” is a lead again") % {"name": lead})
    return go(request, "leads:detail", pk)
