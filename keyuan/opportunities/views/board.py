"""The board of opportunities by stage."""

from __future__ import annotations

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from keyuan.opportunities.boards.by_stage import StageBoard
from keyuan.opportunities.boards.news import BOARDS
from keyuan.org.http import Request
from keyuan.ui.audience import may
from keyuan.ui.boards.views import choices_of, more_cards


@require_GET
@may("opportunity", "view")
def board(request: Request) -> HttpResponseBase:
    return StageBoard(request).response()


@require_GET
@may("opportunity", "view")
def board_cards(request: Request) -> HttpResponse:
    return more_cards(request, StageBoard(request))


@require_GET
@may("opportunity", "view")
def board_choices(request: Request) -> HttpResponse:
    return choices_of(request, BOARDS)
