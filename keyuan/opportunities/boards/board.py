"""Opportunities as columns of cards: what the board by stage and the forecast by month add up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Count, Q, QuerySet, Sum
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from keyuan.opportunities.boards.cards import COLUMNS, Reader, card, load_cards, order
from keyuan.opportunities.kinds import stagnant
from keyuan.opportunities.lists import OPPORTUNITY_LIST
from keyuan.opportunities.models import Opportunity
from keyuan.opportunities.stages import stages_of
from keyuan.records.kinds import Asked as FilterAsked
from keyuan.records.kinds.kind import FilterRefused
from keyuan.records.probe import among
from keyuan.records.relative_dates import span
from keyuan.ui.boards import board as boards
from keyuan.ui.boards import quick
from keyuan.ui.lists.asked import Asked

COMMITTED = 70
"""From this probability on an amount counts as committed."""
CLOSED_VIEWS = ("won", "lost")
NOUGHT = Decimal(0)


@dataclass
class Sums(boards.Sums):
    amount: Decimal = NOUGHT
    weighted: Decimal = NOUGHT
    committed: Decimal = NOUGHT
    month: Decimal = NOUGHT
    still: int = 0


@dataclass
class Column(boards.Column):
    probability: int | None = None
    sums: Sums = field(default_factory=Sums)


class Board(boards.Board):
    """One board of opportunities as one person asked for it."""

    lists = OPPORTUNITY_LIST
    choices_route = "opportunities:board_choices"
    part = "opportunities/board_part.html"
    no_sums = Sums()
    quick_names = ("owner", "department", "tags", "expected_on")
    hidden = ("is_stagnant",)
    left_out = CLOSED_VIEWS
    group: ClassVar[Any]
    shape: ClassVar[str]
    shows_committed: ClassVar[bool] = False
    shows: ClassVar[dict[str, Any]] = {}

    def asked_by(self, query: QueryDict) -> Asked:
        asked, pipeline = super().asked_by(query), query.get("pipeline", "")
        return replace(asked, params=asked.params | {"pipeline": pipeline}) if pipeline.isdecimal() else asked

    # What is on it

    @cached_property
    def open(self) -> QuerySet[Any]:
        """The open ones that the list under the same address would show."""
        rows = self.listing.rows.filter(outcome=Opportunity.Outcome.OPEN)
        return rows.filter(pipeline=self.pipeline.pk) if self.pipeline else rows

    @property
    def pipeline(self) -> Any:
        raise NotImplementedError

    @cached_property
    def pipelines(self) -> list[Any]:
        return [one for one in stages_of(self.book).pipelines if not one.is_retired]

    def grouped_sums(self) -> Iterable[tuple[Any, Sums]]:
        month = span("this-month", timezone.now())
        assert month is not None
        soon = Q(expected_on__gte=timezone.localdate(month.start), expected_on__lt=timezone.localdate(month.end))
        still = stagnant(FilterAsked(self.catalogue, self.user, self.book, timezone.now()))
        rows = (
            self.open.order_by()
            .values(grouped=self.group)
            .annotate(
                number=Count("pk"),
                worth=Sum("amount"),
                weighed=Sum("weighted_amount"),
                committed=Sum("amount", filter=Q(probability__gte=COMMITTED)),
                month=Sum("amount", filter=soon),
                still=Count("pk", filter=still),
            )
        )
        return [
            (
                one["grouped"],
                Sums(
                    one["number"], one["worth"], one["weighed"], one["committed"] or NOUGHT, one["month"] or NOUGHT,
                    one["still"],
                ),
            )
            for one in rows
        ]  # fmt: skip

    # Cards

    @property
    def by(self) -> str:
        return "expected_on" if self.sees_day else "pk"

    def beyond(self, cursor: str) -> Q:
        day, pk = read_cursor(cursor)
        return Q(expected_on__gte=day) & (Q(expected_on__gt=day) | Q(pk__gt=pk)) if self.sees_day else Q(pk__gt=pk)

    def order_of(self, row: Any) -> str:
        return order(row, self.sees_day)

    def load(self, pks: Any) -> dict[int, Any]:
        found = Opportunity.objects.visible_to(self.user).filter(among(pks)).joined(["customer"]).only(*COLUMNS)
        rows = list(found)
        load_cards(rows, self.book)
        return {row.pk: row for row in rows}

    def card_of(self, row: Any) -> str:
        return card(row, self.reader)

    @cached_property
    def sees_day(self) -> bool:
        """Whether the reader sees when deals are expected; else nothing is sorted or added up by it."""
        return self.user.rights.sees("opportunity", "expected_on")

    @cached_property
    def reader(self) -> Reader:
        sees = self.user.rights.sees
        return Reader(
            **self.reading(),
            sees_amount=sees("opportunity", "amount"),
            sees_probability=sees("opportunity", "probability"),
            sees_day=self.sees_day,
            **self.shows,
        )

    # What the script asks for

    def said(self) -> dict[str, str]:
        return super().said() | {"chance": _("Probability {from}% → {to}%")}

    def head_of(self, sums: Sums) -> dict[str, Any]:
        said: dict[str, Any] = super().head_of(sums) | {"still": sums.still}
        if self.reader.sees_amount:
            said |= {"amount": cents(sums.amount)} | ({"month": cents(sums.month)} if self.sees_day else {})
        if self.reader.weighs:
            said |= {"weighted": cents(sums.weighted), "committed": cents(sums.committed)}
        return said

    def heads_after(self, record: Any) -> dict[str, Any]:
        return self.heads() | ({} if record.is_open else self.closed_heads())

    def closed_heads(self) -> dict[str, Any]:
        """What the board says of closed ones, where it does."""
        return {}

    # The page

    @property
    def is_still_only(self) -> bool:
        return quick.current(self, "is_stagnant") is not None

    @property
    def still_url(self) -> str:
        """The same board with only what stands still, or with everything again."""
        condition = None if self.is_still_only else {"field": "is_stagnant", "op": "=", "value": True}
        return quick.address(self, "is_stagnant", condition)

    def pipeline_choices(self) -> list[tuple[str, str, bool]]:
        """The pipelines with their addresses, where there are several."""
        many = self.pipelines if len(self.pipelines) > 1 else []
        now = self.pipeline.pk if self.pipeline else None
        return [(str(one), self.asked.url(pipeline=one.pk), one.pk == now) for one in many]

    @property
    def board_url(self) -> str:
        return f"{reverse('opportunities:board')}?{self.asked.query(pipeline=None)}".rstrip("?")

    @property
    def forecast_url(self) -> str:
        """Nothing for whom the days of deals are hidden."""
        if not self.sees_day:
            return ""
        return f"{reverse('opportunities:forecast')}?{self.asked.query(pipeline=None)}".rstrip("?")


def cents(amount: Decimal) -> int:
    """Scripts count in whole cents."""
    return int(amount * 100)


def read_cursor(text: str) -> tuple[date, int]:
    day, _point, pk = text.partition(".")
    try:
        return date.fromisoformat(day), int(pk[:18])
    except ValueError as error:
        raise FilterRefused(_("This cursor is not valid. Start again without one.")) from error
