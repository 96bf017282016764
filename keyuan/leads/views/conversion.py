"""A lead becomes a customer, and a lead again."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from keyuan.leads.models import Lead
from keyuan.org.http import Request
from keyuan.ui.audience import may
from keyuan.ui.editing import record_or_404
from keyuan.ui.pages import go, toast


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
