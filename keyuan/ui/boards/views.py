"""What the pages of every board answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from keyuan.org.http import Request
from keyuan.records.kinds.kind import FilterRefused
from keyuan.ui.boards import quick
from keyuan.ui.boards.board import Board
from keyuan.ui.boards.news import board_at
from keyuan.ui.errors import bad_request


def more_cards(request: Request, shown: Any) -> HttpResponse:
    """The next cards of one column, while somebody scrolls."""
    column = next((one for one in shown.columns_without_cards() if one.key == request.GET.get("column")), None)
    try:
        shown.after(column, request.GET.get("after", ""))
    except (FilterRefused, AttributeError):
        return bad_request(request)
    return render(request, "ui/boards/cards.html", {"board": shown, "column": column})


def choices_of(request: Request, boards: Iterable[type[Board]]) -> HttpResponse:
    """What one filter of a board offers; `at` is the address of the board."""
    board, name = board_at(request, request.GET.get("at", ""), boards), request.GET.get("field", "")
    if board is None or name not in board.quick_names or name not in board.words.fields:
        return bad_request(request)
    return render(request, "ui/boards/choices.html", {"choices": quick.choices(board, name)})
