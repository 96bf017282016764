"""The boards of opportunities, and what they show of one after something was done with it."""

from __future__ import annotations

from typing import Any

from keyuan.opportunities.boards.by_month import MonthBoard
from keyuan.opportunities.boards.by_stage import StageBoard
from keyuan.opportunities.models import Opportunity
from keyuan.org.http import Request
from keyuan.ui.boards import news

BOARDS = (StageBoard, MonthBoard)


def news_of(request: Request, opportunity: Opportunity) -> dict[str, Any]:
    """What the board at `board` shows now of this opportunity, and the sums of its columns."""
    return news.news_of(request, opportunity, BOARDS)
