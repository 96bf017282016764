"""What a board shows of one opportunity after something was done with it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.http import QueryDict
from django.urls import reverse

from keyuan.opportunities.boards.by_month import MonthBoard
from keyuan.opportunities.boards.by_stage import StageBoard
from keyuan.opportunities.models import Opportunity
from keyuan.org.http import Request
from keyuan.ui.pages import stays_here

BOARDS: dict[str, type[Any]] = {"opportunities:board": StageBoard, "opportunities:forecast": MonthBoard}


def board_at(request: Request, address: str) -> Any:
    """The board that stands at this address; None where there is none."""
    if not stays_here(address):
        return None
    there = urlsplit(address)
    found = next((board for route, board in BOARDS.items() if reverse(route) == there.path), None)
    return found(request, QueryDict(there.query)) if found else None


def news_of(request: Request, opportunity: Opportunity) -> dict[str, Any]:
    """What the board at `board` shows now of this opportunity, and the sums of its columns."""
    board = board_at(request, request.POST.get("board", ""))
    if board is None:
        return {}
    shown = board.open.filter(pk=opportunity.pk).exists()
    row = board.load([opportunity.pk]).get(opportunity.pk) if shown else None
    zones = {} if opportunity.is_open else board.closed_heads()
    return {
        "card": board.card_of(row) if row else "",
        "place": board.place_of(row) if row else "",
        "heads": board.heads() | zones,
    }
