"""Steps through the stages: for the board, for the page of an opportunity, and without script."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from keyuan.opportunities.boards.news import news_of
from keyuan.opportunities.models import Opportunity, Stage, StageMove
from keyuan.opportunities.stages import stages_of
from keyuan.opportunities.steps import StepForm, given_names
from keyuan.org.http import Request
from keyuan.records.errors import NotReady, RuleBroken, Stale
from keyuan.records.namebook import NameBook
from keyuan.ui.audience import may
from keyuan.ui.editing import record_or_404, typed_version
from keyuan.ui.errors import note
from keyuan.ui.pages import go, page, quiet, safe_next, toast


@require_POST
@may("opportunity", "edit")
def move(request: Request, pk: int) -> HttpResponse:
    """Into the stage that `stage` names."""
    opportunity = record_or_404(Opportunity, request, pk, "edit")
    stage = stages_of(NameBook(request.user)).find(request.POST.get("stage", ""))
    if stage is None:
        raise Http404
    return stepped(request, opportunity, stage)


@require_http_methods(["GET", "POST"])
@may("opportunity", "edit")
def win(request: Request, pk: int) -> HttpResponse:
    return closed(request, pk, "won")


@require_http_methods(["GET", "POST"])
@may("opportunity", "edit")
def lose(request: Request, pk: int) -> HttpResponse:
    return closed(request, pk, "lost")


def closed(request: Request, pk: int, kind: str) -> HttpResponse:
    opportunity = record_or_404(Opportunity, request, pk, "edit")
    return stepped(request, opportunity, opportunity.last_stage(kind))


@require_POST
@may("opportunity", "reopen")
def reopen(request: Request, pk: int) -> HttpResponse:
    opportunity = record_or_404(Opportunity, request, pk, "reopen")
    try:
        opportunity.reopen(by=request.user, version=typed_version(request))
    except Stale as stale:
        return overtaken(request, stale)
    return done(request, opportunity, _("“%(name)s” is open again") % {"name": opportunity})


@require_POST
@may("opportunity", "view")
def undo_move(request: Request, pk: int) -> HttpResponse:
    """Take the last step back."""
    opportunity = record_or_404(Opportunity, request, pk)
    try:
        opportunity.undo_move(by=request.user)
    except RuleBroken as refusal:
        if not quiet(request):
            raise
        return note(409, str(refusal))
    return done(request, opportunity, _("“%(name)s” is back where it was") % {"name": opportunity}, undo="")


# What a step leads to


def stepped(request: Request, opportunity: Opportunity, stage: Stage) -> HttpResponse:
    """Take the step with what was sent; where something is missing, ask for it."""
    names = given_names(request.POST.keys())
    asked = request.method == "POST" and (stage.is_open or "asked" in request.POST)
    form = StepForm(request.POST if asked else None, stage=stage, names=names, by=request.user, instance=opportunity)
    if not asked or not form.is_valid():
        return ask(request, opportunity, stage, form)
    try:
        with transaction.atomic():
            opportunity.move(stage, by=request.user, version=typed_version(request), **form.step_values())
    except NotReady as refusal:
        return missing(request, opportunity, stage, refusal)
    except Stale as stale:
        return overtaken(request, stale)
    return done(request, opportunity, said(opportunity))


def missing(request: Request, opportunity: Opportunity, stage: Stage, refusal: NotReady) -> HttpResponse:
    """Ask for the fields that the stage requires; what nobody can type here is only said."""
    if not refusal.fields:
        raise refusal
    given = given_names(request.POST.keys())
    options: dict[str, Any] = {"by": request.user, "instance": opportunity, "stage": stage}
    form = StepForm(request.POST if given else None, names=[*given, *refusal.fields], **options)
    if not set(refusal.fields) <= form.fields.keys():
        raise refusal
    if given:
        form.is_valid()
    return ask(request, opportunity, stage, form, str(refusal))


def ask(request: Request, opportunity: Opportunity, stage: Stage, form: StepForm, sentence: str = "") -> HttpResponse:
    """A dialog for the script, a page without."""
    context = {
        "title": title_of(stage),
        "opportunity": opportunity,
        "stage": stage,
        "form": form,
        "sentence": sentence,
        "version": request.POST.get("version") or opportunity.version,
        "next": safe_next(request, reverse("opportunities:detail", args=[opportunity.pk])),
        "board": request.POST.get("board") or request.GET.get("board", ""),
    }
    status = 200 if request.method == "GET" else 422
    if quiet(request):
        return render(request, "opportunities/ask_form.html", context, status=status)
    return page(request, "opportunities/ask.html", context, status=status)


def title_of(stage: Stage) -> str:
    if stage.kind == Stage.Kind.WON:
        return _("Mark as won")
    if stage.kind == Stage.Kind.LOST:
        return _("Mark as lost")
    return _("Move to “%(stage)s”") % {"stage": stage}


def said(opportunity: Opportunity) -> str:
    """What the step came to."""
    words = {"name": opportunity, "stage": opportunity.stage}
    if opportunity.is_open:
        return _("“%(name)s” was moved to “%(stage)s”") % words
    won = opportunity.outcome == Opportunity.Outcome.WON
    return _("“%(name)s” is won") % words if won else _("“%(name)s” is lost") % words


def done(request: Request, opportunity: Opportunity, sentence: str, undo: str | None = None) -> HttpResponse:
    """Say what was done, with the way back: to the script with what its board shows now, else on the next page."""
    undo = reverse("opportunities:undo_move", args=[opportunity.pk]) if undo is None else undo
    if request.headers.get("X-Requested-With") == "fetch":
        told = {"toast": {"text": sentence, "undo": undo}, "version": opportunity.version}
        return JsonResponse(told | news_of(request, opportunity))
    toast(request, sentence, undo=undo)
    return go(request, safe_next(request, reverse("opportunities:detail", args=[opportunity.pk])))


def overtaken(request: Request, stale: Stale) -> HttpResponse:
    """Somebody else was faster: say who, and show how it stands now."""
    sentence = who_was_faster(stale.current, NameBook(request.user))
    if request.headers.get("X-Requested-With") == "fetch":
        current = record_or_404(Opportunity, request, stale.current.pk)
        return JsonResponse({"sentence": sentence, **news_of(request, current)}, status=409)
    raise RuleBroken(sentence) from stale


def who_was_faster(current: Any, book: NameBook) -> str:
    """Who changed it since it was read, and where it stands."""
    words = {"who": book.person(current.updated_by_id) or _("Somebody"), "stage": current.stage}
    last = StageMove.objects.filter(opportunity=current.pk).order_by("-pk").first()
    if last is not None and last.from_stage_id and (current.updated_at - last.at).total_seconds() < 1:
        return _("%(who)s has just moved this to “%(stage)s”.") % words
    return _("%(who)s has changed this since you opened it. It stands in “%(stage)s”.") % words
