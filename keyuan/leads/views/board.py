"""The board of leads by state."""

from __future__ import annotations

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from keyuan.leads.board import BOARDS, LeadBoard
from keyuan.org.http import Request
from keyuan.ui.audience import may
from keyuan.ui.boards.views import choices_of, more_cards


@require_GET
@may("lead", "view")
def board(request: Request) -> HttpResponseBase:
    return LeadBoard(request).response()


@require_GET
@may("lead", "view")
def board_cards(request: Request) -> HttpResponse:
    return more_cards(request, LeadBoard(request))


@require_GET
@may("lead", "view")
def board_choices(request: Request) -> HttpResponse:
    return choices_of(request, BOARDS)
