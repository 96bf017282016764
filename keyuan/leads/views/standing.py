"""The steps of a lead: valid, invalid, worked on, and back; from its page, the board, and without script."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from keyuan.leads.board import BOARDS
from keyuan.leads.forms import ReasonForm
from keyuan.leads.models import Lead
from keyuan.leads.models.standing import State
from keyuan.org.http import Request
from keyuan.records.errors import RuleBroken, Stale
from keyuan.records.namebook import NameBook
from keyuan.ui.audience import may
from keyuan.ui.boards.news import news_of
from keyuan.ui.editing import record_or_404, typed_version
from keyuan.ui.errors import note
from keyuan.ui.pages import go, page, quiet, safe_next, toast


@require_POST
@may("lead", "edit")
def start(request: Request, pk: int) -> HttpResponse:
    return step(request, pk, "start")


@require_POST
@may("lead", "edit")
def qualify(request: Request, pk: int) -> HttpResponse:
    return step(request, pk, "qualify")


@require_POST
@may("lead", "edit")
def reopen(request: Request, pk: int) -> HttpResponse:
    return step(request, pk, "reopen")


@require_POST
@may("lead", "edit")
def move(request: Request, pk: int) -> HttpResponse:
    """To the state that `state` names: what asks for something first says where."""
    lead = record_or_404(Lead, request, pk)
    state = request.POST.get("state", "")
    if state not in State:
        raise Http404
    if lead.is_open and lead.allows(request.user, "edit") and state in (State.INVALID, State.CONVERTED):
        return asks(request, lead, State(state))
    try:
        lead.move(State(state), by=request.user, version=typed_version(request))
    except Stale as stale:
        return overtaken(request, stale)
    except RuleBroken as refusal:
        if request.headers.get("X-Requested-With") != "fetch":
            raise
        return JsonResponse({"sentence": str(refusal), **news_of(request, lead, BOARDS)}, status=409)
    return done(request, lead)


def asks(request: Request, lead: Lead, state: State) -> HttpResponse:
    """The reason for which it is invalid; what it is to become, in the drawer."""
    if state == State.INVALID:
        return ask(request, lead, ReasonForm(None, by=request.user, instance=lead))
    convert = reverse("leads:convert", args=[lead.pk])
    if request.headers.get("X-Requested-With") == "fetch":
        return JsonResponse({"drawer": convert})
    return redirect(convert)


@require_http_methods(["GET", "POST"])
@may("lead", "edit")
def disqualify(request: Request, pk: int) -> HttpResponse:
    """Ask for the reason, then mark as invalid."""
    lead = record_or_404(Lead, request, pk, "edit")
    asked = request.method == "POST" and "invalid_reason" in request.POST
    form = ReasonForm(request.POST if asked else None, by=request.user, instance=lead)
    if not asked or not form.is_valid():
        return ask(request, lead, form)
    return step(request, pk, "disqualify", reason=form.cleaned_data["invalid_reason"])


@require_POST
@may("lead", "edit")
def undo(request: Request, pk: int) -> HttpResponse:
    """Take the last step back."""
    lead = record_or_404(Lead, request, pk, "edit")
    try:
        lead.undo_step(by=request.user)
    except RuleBroken as refusal:
        if not quiet(request):
            raise
        return note(409, str(refusal))
    return done(request, lead, undo="")


def step(request: Request, pk: int, verb: str, **values: Any) -> HttpResponse:
    """One verb of the lead, with what it says and the way back."""
    lead = record_or_404(Lead, request, pk, "edit")
    try:
        getattr(lead, verb)(by=request.user, version=typed_version(request), **values)
    except Stale as stale:
        return overtaken(request, stale)
    return done(request, lead)


def ask(request: Request, lead: Lead, form: ReasonForm) -> HttpResponse:
    """A dialog for the script, a page without."""
    context = {
        "title": _("Mark as invalid"),
        "lead": lead,
        "form": form,
        "version": request.POST.get("version") or lead.version,
        "next": safe_next(request, reverse("leads:detail", args=[lead.pk])),
        "board": request.POST.get("board", ""),
    }
    status = 200 if request.method == "GET" else 422
    if quiet(request):
        return render(request, "leads/ask_form.html", context, status=status)
    return page(request, "leads/ask.html", context, status=status)


def done(request: Request, lead: Lead, undo: str | None = None) -> HttpResponse:
    """Say how it stands now, with the way back: to the script, else on the next page."""
    sentence = _("“%(name)s” is now: %(state)s") % {"name": lead, "state": lead.get_state_display()}
    undo = reverse("leads:undo", args=[lead.pk]) if undo is None else undo
    if request.headers.get("X-Requested-With") == "fetch":
        told = {"toast": {"text": sentence, "undo": undo}, "version": lead.version}
        return JsonResponse(told | news_of(request, lead, BOARDS))
    toast(request, sentence, undo=undo)
    return go(request, safe_next(request, reverse("leads:detail", args=[lead.pk])))


def overtaken(request: Request, stale: Stale) -> HttpResponse:
    """Somebody else was faster: say who, and how it stands now."""
    current: Any = stale.current
    words = {
        "who": NameBook(request.user).person(current.updated_by_id) or _("Somebody"),
        "state": current.get_state_display(),
    }
    sentence = _("%(who)s has changed this lead since you opened it. It is “%(state)s” now.") % words
    if request.headers.get("X-Requested-With") == "fetch":
        lead = record_or_404(Lead, request, current.pk)
        return JsonResponse({"sentence": sentence, **news_of(request, lead, BOARDS)}, status=409)
    raise RuleBroken(sentence) from stale
