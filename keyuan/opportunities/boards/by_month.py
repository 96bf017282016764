"""The forecast: open opportunities by the month in which they are expected (R8)."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any, ClassVar

from dateutil.relativedelta import relativedelta
from django.db.models import Q
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.translation import pgettext

from keyuan.opportunities.boards.board import Board, Column
from keyuan.opportunities.stages import stages_of
from keyuan.ui import formats

MONTHS = 6


class MonthBoard(Board):
    """One column per month in which deals are expected: this one and the next five, before and after (R8)."""

    route, field_name, move_route = "opportunities:forecast", "month", "opportunities:expect"
    shape, shows_committed = "forecast", True
    group = TruncMonth("expected_on")
    shows: ClassVar[dict[str, Any]] = {"shows_slips": True, "shows_stage": True}

    @cached_property
    def pipeline(self) -> Any:
        """All of them unless one was chosen."""
        return stages_of(self.book).pipeline(int(self.asked.params.get("pipeline", "0")[:17]))

    @cached_property
    def first(self) -> date:
        return timezone.localdate().replace(day=1)

    def columns_without_cards(self) -> list[Column]:
        starts = [self.first + relativedelta(months=one) for one in range(MONTHS + 1)]
        months = [
            Column(f"{start:%Y-%m}", month_in_words(start), Q(expected_on__gte=start, expected_on__lt=end))
            for start, end in pairwise(starts)
        ]
        late = Column("late", pgettext("forecast", "Earlier"), Q(expected_on__lt=self.first), is_past=True)
        later = Column("later", pgettext("forecast", "Later"), Q(expected_on__gte=starts[-1]))
        return [late, *months, later]

    def column_of(self, columns: list[Column], group: Any) -> Column | None:
        return next((one for one in columns if one.key == self.place_in(group)), None)

    def place_in(self, day: date) -> str:
        if day < self.first:
            return "late"
        return f"{day:%Y-%m}" if day < self.first + relativedelta(months=MONTHS) else "later"

    def place_of(self, row: Any) -> str:
        return self.place_in(row.expected_on)


def month_in_words(first: date) -> str:
    """3月, 2027年1月; Mar, Jan 2027."""
    if formats.language() == "zh":
        return f"{first.month}月" if first.year == timezone.localdate().year else f"{first.year}年{first.month}月"
    name = formats.MONTHS[first.month - 1]
    return name if first.year == timezone.localdate().year else f"{name} {first.year}"


def day_in(month: str, day: date, today: date) -> date:
    """The same day in another month, or its last where it is shorter.

    Args:
        month: `2026-05`, or `later` for the month after those that a forecast shows.

    Raises:
        ValueError: there is no such month.
    """
    first = (
        today.replace(day=1) + relativedelta(months=MONTHS) if month == "later" else date.fromisoformat(f"{month}-01")
    )
    return min(first + timedelta(days=day.day - 1), first + relativedelta(months=1) - timedelta(days=1))
