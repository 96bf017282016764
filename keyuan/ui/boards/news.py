"""What a board shows of one record after something was done with it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.http import QueryDict
from django.urls import reverse

from keyuan.org.http import Request
from keyuan.ui.boards.board import Board
from keyuan.ui.pages import stays_here


def board_at(request: Request, address: str, boards: Iterable[type[Board]]) -> Any:
    """The one of these boards that stands at this address; None where there is none."""
    if not stays_here(address):
        return None
    there = urlsplit(address)
    found = next((board for board in boards if reverse(board.route) == there.path), None)
    return found(request, QueryDict(there.query)) if found else None


def news_of(request: Request, record: Any, boards: Iterable[type[Board]]) -> dict[str, Any]:
    """What the board at `board` shows now of this record, and the sums of its columns."""
    board = board_at(request, request.POST.get("board", ""), boards)
    if board is None:
        return {}
    shown = board.open.filter(pk=record.pk).exists()
    row = board.load([record.pk]).get(record.pk) if shown else None
    return {
        "card": board.card_of(row) if row else "",
        "place": board.place_of(row) if row else "",
        "heads": board.heads_after(record),
    }
