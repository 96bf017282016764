"""The board of opportunities by the month in which they are expected."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from keyuan.opportunities.boards.by_month import MonthBoard, day_in
from keyuan.opportunities.models import Opportunity
from keyuan.opportunities.views.moving import done, overtaken
from keyuan.org.http import Request
from keyuan.records.errors import RuleBroken, Stale
from keyuan.records.history import Event, Operation
from keyuan.records.undoing import undo
from keyuan.ui import formats
from keyuan.ui.audience import may
from keyuan.ui.boards.views import more_cards
from keyuan.ui.editing import record_or_404, typed_version
from keyuan.ui.errors import note
from keyuan.ui.pages import quiet

VERB = "opportunity.expected"
UNDO_HOURS = 24


@require_GET
@may("opportunity", "view")
def forecast(request: Request) -> HttpResponseBase:
    return months(request).response()


def months(request: Request) -> MonthBoard:
    """The forecast, which is not there for whom the days of deals are hidden."""
    board = MonthBoard(request)
    if not board.sees_day:
        raise Http404
    return board


@require_GET
@may("opportunity", "view")
def forecast_cards(request: Request) -> HttpResponse:
    return more_cards(request, months(request))


@require_POST
@may("opportunity", "edit")
def expect(request: Request, pk: int) -> HttpResponse:
    """Expect it in another month, on the same day or the last one."""
    opportunity = record_or_404(Opportunity, request, pk, "edit")
    try:
        day = day_in(request.POST.get("month", ""), opportunity.expected_on, timezone.localdate())
    except ValueError as error:
        raise Http404 from error
    try:
        with transaction.atomic():
            operation = Operation.begin(VERB, by=request.user)
            opportunity.edit(by=request.user, version=typed_version(request), operation=operation, expected_on=day)
    except Stale as stale:
        return overtaken(request, stale)
    said = _("“%(name)s” is expected on %(day)s") % {"name": opportunity, "day": formats.day(day, weekday=False)}
    return done(request, opportunity, said, reverse("opportunities:unexpect", args=[pk, operation.pk]))


@require_POST
@may("opportunity", "edit")
def unexpect(request: Request, pk: int, operation: int) -> HttpResponse:
    """Take that back, with the count of how often it was put off."""
    opportunity = record_or_404(Opportunity, request, pk, "edit")
    event = Event.objects.filter(
        operation=operation, operation__verb=VERB, record_type="opportunity", record_id=pk
    ).first()
    if event is None:
        raise Http404
    try:
        undo(event.operation, [Opportunity], by=request.user, within=timedelta(hours=UNDO_HOURS))
    except RuleBroken as refusal:
        if not quiet(request):
            raise
        return note(409, str(refusal))
    opportunity.refresh_from_db()
    return done(request, opportunity, _("“%(name)s” is back where it was") % {"name": opportunity}, undo="")
