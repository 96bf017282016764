"""The board of opportunities by stage."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from keyuan.opportunities.boards import quick
from keyuan.opportunities.boards.by_stage import StageBoard
from keyuan.opportunities.boards.news import board_at
from keyuan.org.http import Request
from keyuan.records.kinds.kind import FilterRefused
from keyuan.ui.audience import may
from keyuan.ui.errors import bad_request


@require_GET
@may("opportunity", "view")
def board(request: Request) -> HttpResponseBase:
    return StageBoard(request).response()


@require_GET
@may("opportunity", "view")
def board_cards(request: Request) -> HttpResponse:
    return more_cards(request, StageBoard(request))


def more_cards(request: Request, shown: Any) -> HttpResponse:
    """The next cards of one column, while somebody scrolls."""
    column = next((one for one in shown.columns_without_cards() if one.key == request.GET.get("column")), None)
    try:
        shown.after(column, request.GET.get("after", ""))
    except (FilterRefused, AttributeError):
        return bad_request(request)
    return render(request, "opportunities/board_cards.html", {"board": shown, "column": column})


@require_GET
@may("opportunity", "view")
def board_choices(request: Request) -> HttpResponse:
    """What one filter of a board offers; `at` is the address of the board."""
    board, name = board_at(request, request.GET.get("at", "")), request.GET.get("field", "")
    if board is None or name not in quick.QUICK or name not in board.words.fields:
        return bad_request(request)
    return render(request, "opportunities/board_choices.html", {"choices": quick.choices(board, name)})
