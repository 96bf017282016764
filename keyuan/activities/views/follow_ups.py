"""One follow-up: what was written, its history, correction, deletion."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keyuan.activities.composing import reasons_of
from keyuan.activities.fields import FOLLOW_UP
from keyuan.activities.forms import CorrectionForm
from keyuan.activities.models import FollowUp
from keyuan.activities.rules import activity_rules
from keyuan.activities.subjects import Subject
from keyuan.activities.timeline import load_follow_ups
from keyuan.activities.views.hub import in_words, opens_deals
from keyuan.customers.fields import CUSTOMER
from keyuan.opportunities.views.opportunities import answer_new
from keyuan.org.http import Request
from keyuan.records.errors import RuleBroken
from keyuan.records.history import Event
from keyuan.records.namebook import NameBook
from keyuan.records.story import stories, with_changes
from keyuan.records.veil import veil
from keyuan.ui.audience import may
from keyuan.ui.editing import Saving, record_or_404, typed_version
from keyuan.ui.pages import go, page, toast

SHOWN_CHANGES = 50


@require_GET
@may("follow_up", "view")
def detail(request: Request, pk: int) -> HttpResponse:
    follow_up = record_or_404(FollowUp, request, pk)
    book = NameBook(request.user)
    may_edit = follow_up.allows(request.user, "edit") and not follow_up.is_closed
    reasons = [] if follow_up.is_effective else reasons_of(follow_up, activity_rules())
    load_follow_ups([follow_up], book)
    veil(CUSTOMER, [follow_up.customer] if follow_up.customer else [], request.user)
    events = Event.objects.filter(record_type="follow_up", record_id=pk).order_by("-at", "-pk")[:SHOWN_CHANGES]
    context = {
        "title": _("Follow-up"),
        "row": follow_up,
        "customer": follow_up.customer,
        "book": book,
        "reasons": reasons,
        "may_edit": may_edit,
        "may_delete": follow_up.allows(request.user, "delete"),
        "may_open": not follow_up.opportunity_id and opens_deals(request.user) and follow_up.leads_on(request.user),
        "changes": stories(with_changes(events), {"follow_up": FOLLOW_UP}, book),
    }
    return page(request, "activities/follow_up.html", context)


@require_http_methods(["GET", "POST"])
@may("follow_up", "edit")
def edit(request: Request, pk: int) -> HttpResponse:
    follow_up = record_or_404(FollowUp, request, pk, "edit")
    veil(CUSTOMER, [follow_up.customer] if follow_up.customer else [], request.user)
    form = CorrectionForm(request.POST or None, by=request.user, instance=follow_up)
    saving = Saving(form, typed_version(request) if request.method == "POST" else follow_up.version)
    if request.method == "POST" and _saved(saving, form):
        toast(request, _("Saved"))
        return _home(request, follow_up)
    context = {
        "title": _("Correct follow-up"),
        "form": form,
        "row": follow_up,
        "version": saving.version,
        "differences": saving.differences,
        "contacts": _choices(request, follow_up, form),
    }
    status = 409 if saving.differences else 422 if form.is_bound else 200
    return page(request, "activities/follow_up_form.html", context, status=status)


@require_http_methods(["GET", "POST"])
@may("opportunity", "create")
def deal(request: Request, pk: int) -> HttpResponse:
    """A new opportunity out of what happened: customer, contacts and words come along, and both are linked (O1)."""
    follow_up = record_or_404(FollowUp, request, pk)
    if not follow_up.leads_on(request.user):
        raise Http404
    if follow_up.opportunity_id is not None:
        raise RuleBroken(_("This follow-up belongs to an opportunity already."))
    initial = {"customer": str(follow_up.customer_id), "notes": follow_up.content}
    if request.user.rights.sees("follow_up", "contacts"):
        initial["contacts"] = [str(one) for one in follow_up.contacts]
    return answer_new(request, initial, lambda made: follow_up.belong_to(made, by=request.user))


def _saved(saving: Saving, form: CorrectionForm) -> bool:
    """A refusal of the rules becomes a sentence above the form, so that nothing typed is lost."""
    try:
        return saving.save()
    except RuleBroken as refusal:
        form.add_error(None, str(refusal))
        return False


def _choices(request: Request, follow_up: FollowUp, form: CorrectionForm) -> list[tuple[dict[str, Any], bool]]:
    if "contacts" not in form.fields or follow_up.customer is None:
        return []
    subject = Subject("customer", follow_up.customer, follow_up.customer, request.user, named=follow_up.contacts)
    chosen = form.data.getlist("contacts") if form.is_bound else [str(pk) for pk in follow_up.contacts]  # type: ignore[attr-defined]
    return [(in_words(one, form.book), str(one.pk) in chosen) for one in subject.contacts]


@require_POST
@may("follow_up", "delete")
def delete(request: Request, pk: int) -> HttpResponse:
    follow_up = record_or_404(FollowUp, request, pk, "delete")
    follow_up.delete_by(request.user)
    toast(request, _("The follow-up is in the recycle bin"), undo=reverse("activities:restore", args=[pk]))
    return _home(request, follow_up)


@require_POST
@may("follow_up", "delete")
def restore(request: Request, pk: int) -> HttpResponse:
    follow_up = FollowUp.objects.binned(request.user).filter(pk=pk).first()
    if follow_up is None:
        return go(request, "activities:detail", pk)
    follow_up.restore(by=request.user)
    toast(request, _("The follow-up was restored"))
    return _home(request, follow_up)


def _home(request: Request, follow_up: FollowUp) -> HttpResponse:
    """The page of the customer, else of the lead, that it is about."""
    if follow_up.customer_id:
        return go(request, "customers:detail", follow_up.customer_id)
    return go(request, "leads:detail", follow_up.lead_id)
