"""Opportunities as columns of cards. Rights, views and filters are those of the list."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from html import escape
from typing import Any, ClassVar

from django.db.models import Count, Q, QuerySet, Sum, Value
from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from keyuan.opportunities.boards import quick
from keyuan.opportunities.boards.cards import COLUMNS, Reader, card, load_cards, order
from keyuan.opportunities.kinds import stagnant
from keyuan.opportunities.lists import OPPORTUNITY_LIST
from keyuan.opportunities.models import Opportunity
from keyuan.opportunities.stages import stages_of
from keyuan.org.http import Request
from keyuan.records.kinds import Asked as FilterAsked
from keyuan.records.kinds.kind import FilterRefused
from keyuan.records.listing import Listing
from keyuan.records.probe import among
from keyuan.records.query import Node
from keyuan.records.relative_dates import span
from keyuan.ui.early import early_page
from keyuan.ui.lists.asked import Asked
from keyuan.ui.lists.page import ListPage, View
from keyuan.ui.lists.sentences import Chip, together, top
from keyuan.ui.pages import wants_part

FIRST, FURTHER = 12, 20
"""Cards of a column that come with the page, about two screens of them, and each time one scrolls on."""
COMMITTED = 70
"""From this probability on an amount counts as committed."""
CLOSED_VIEWS = ("won", "lost")
NOUGHT = Decimal(0)


@dataclass
class Sums:
    """What stands at the head of a column."""

    number: int = 0
    amount: Decimal = NOUGHT
    weighted: Decimal = NOUGHT
    committed: Decimal = NOUGHT
    month: Decimal = NOUGHT
    still: int = 0

    def __add__(self, other: Sums) -> Sums:
        return Sums(*(mine + theirs for mine, theirs in zip(self.all, other.all, strict=True)))

    @property
    def all(self) -> tuple[Any, ...]:
        return (self.number, self.amount, self.weighted, self.committed, self.month, self.still)


@dataclass
class Column:
    """One column of a board.

    Attributes:
        key: what a card that is moved here is sent with.
        asks: a card that comes here may be asked for something first.
    """

    key: str
    label: str
    where: Q
    probability: int | None = None
    asks: bool = False
    is_past: bool = False
    sums: Sums = field(default_factory=Sums)
    html: str = ""
    more: str = ""


class Board(ListPage):
    """One board as one person asked for it."""

    route: ClassVar[str]
    field_name: ClassVar[str]
    move_route: ClassVar[str]
    group: ClassVar[Any]
    shape: ClassVar[str]
    shows_committed: ClassVar[bool] = False

    def __init__(self, request: Request, query: QueryDict | None = None) -> None:
        query = request.GET if query is None else query
        asked = Asked.of(reverse(self.route), query)
        pipeline = query.get("pipeline", "")
        if pipeline.isdecimal():
            asked = replace(asked, params=asked.params | {"pipeline": pipeline})
        super().__init__(OPPORTUNITY_LIST, request, asked)

    @cached_property
    def views(self) -> list[View]:
        return [one for one in super().views if one.key not in CLOSED_VIEWS]

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

    def without_conditions(self, *fields: str) -> QuerySet[Any]:
        """Rows of the same view and search, without the outermost conditions on these fields."""
        base, node = without(self.view.node, fields), without(self.node, fields)
        try:
            return Listing(self.catalogue, self.user, q=self.asked.q, base=base, node=node, book=self.book).rows
        except FilterRefused:
            return Listing(self.catalogue, self.user, q=self.asked.q, book=self.book).rows

    def columns_without_cards(self) -> list[Column]:
        raise NotImplementedError

    @cached_property
    def board_columns(self) -> list[Column]:
        """All columns with their exact sums, in one query."""
        columns = self.columns_without_cards()
        for group, sums in self._sums():
            column = self.column_of(columns, group)
            if column is not None:
                column.sums += sums
        return columns

    def column_of(self, columns: list[Column], group: Any) -> Column | None:
        raise NotImplementedError

    def _sums(self) -> list[tuple[Any, Sums]]:
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

    @cached_property
    def total(self) -> Sums:
        return sum((one.sums for one in self.board_columns), Sums())

    # Cards

    def filled(self) -> list[Column]:
        """The columns with their first cards: one branch per column in one query, each by an index."""
        columns = self.board_columns
        pks = self._first([one for one in columns if one.sums.number])
        rows = self.load(pk for found in pks.values() for pk in found[:FIRST])
        for column in columns:
            self._fill(column, pks.get(column.key, []), rows, FIRST)
        return columns

    def _fill(self, column: Column, pks: list[int], rows: dict[int, Any], number: int) -> None:
        """Put the cards into their column; one id more than are shown says that others follow."""
        shown = [rows[pk] for pk in pks[:number] if pk in rows]
        column.html = SafeString("".join([card(row, self.reader) for row in shown]))
        if shown and len(pks) > number:
            column.more = self.more_url(column, shown[-1])

    def _first(self, columns: Sequence[Column]) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        parts = [
            self._ordered(one).values_list("pk", "expected_on", Value(place))[: FIRST + 1]
            for place, one in enumerate(columns)
        ]
        if not parts:
            return found
        rows = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
        for pk, _day, place in sorted(rows, key=lambda one: (one[2], one[1] if self.sees_day else 0, one[0])):
            found.setdefault(columns[place].key, []).append(pk)
        return found

    def _ordered(self, column: Column) -> QuerySet[Any]:
        return self.open.filter(column.where).order_by(*(["expected_on", "pk"] if self.sees_day else ["pk"]))

    def after(self, column: Column, cursor: str) -> Column:
        """The next cards of a column, after the one that `cursor` names.

        Raises:
            FilterRefused: the cursor is not one of ours.
        """
        day, pk = read_cursor(cursor)
        further = Q(expected_on__gte=day) & (Q(expected_on__gt=day) | Q(pk__gt=pk)) if self.sees_day else Q(pk__gt=pk)
        pks = list(self._ordered(column).filter(further).values_list("pk", flat=True)[: FURTHER + 1])
        self._fill(column, pks, self.load(pks[:FURTHER]), FURTHER)
        return column

    def load(self, pks: Any) -> dict[int, Any]:
        """These opportunities with all that their cards show."""
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
            book=self.book,
            edits=self.user.reach("opportunity", "edit"),
            sees_amount=sees("opportunity", "amount"),
            sees_probability=sees("opportunity", "probability"),
            sees_day=self.sees_day,
            choices="".join(f'<option value="{key}">{escape(label)}</option>' for key, label in self.places()),
            field=self.field_name,
            route=self.move_route,
            token=get_token(self.request),
            here=self.own_url,
            **self.shows,
        )

    shows: ClassVar[dict[str, bool]] = {}

    def places(self) -> list[tuple[str, str]]:
        """Where a card can be moved to."""
        return [(one.key, one.label) for one in self.columns_without_cards() if not one.is_past]

    # What the script asks for

    def more_url(self, column: Column, last: Any) -> str:
        return (
            f"{reverse(f'{self.route}_cards')}?{self.asked.query(column=column.key, after=order(last, self.sees_day))}"
        )

    def heads(self) -> dict[str, Any]:
        """What the heads of the columns say, for the script."""
        return {one.key: self.head_of(one.sums) for one in self.board_columns} | {"total": self.head_of(self.total)}

    @property
    def move_url(self) -> str:
        """Where a card is moved; the script puts the card's number in the place of the 0."""
        return reverse(self.move_route, args=[0])

    def script_data(self) -> dict[str, Any]:
        return {"heads": self.heads(), "places": self.places(), "words": words()}

    def head_of(self, sums: Sums) -> dict[str, Any]:
        said: dict[str, Any] = {"number": sums.number, "still": sums.still}
        if self.reader.sees_amount:
            said |= {"amount": cents(sums.amount)} | ({"month": cents(sums.month)} if self.sees_day else {})
        if self.reader.weighs:
            said |= {"weighted": cents(sums.weighted), "committed": cents(sums.committed)}
        return said

    def closed_heads(self) -> dict[str, Any]:
        """What the board says of closed ones, where it does."""
        return {}

    def response(self) -> HttpResponseBase:
        if wants_part(self.request):
            return render(self.request, "opportunities/board_part.html", self.board_context())
        return early_page(self.request, "opportunities/board.html", self.spec.title, self.board_context)

    def board_context(self) -> dict[str, Any]:
        return self.context_without_rows() | {"board": self, "columns": self.filled(), "total": self.total}

    def context_without_rows(self) -> dict[str, Any]:
        return {
            "list": self,
            "title": self.spec.title,
            "asked": self.asked,
            "chips": self.other_chips,
            "tabs": self.tabs,
            "pager": {"count_url": self.count_url},
            "refusal": self.refusal,
            "builder": self.builder,
        }

    @property
    def other_chips(self) -> list[Chip]:
        """The conditions that no filter beside the search box shows."""
        return [
            chip
            for part, chip in zip(top(self.node), self.chips, strict=True)
            if part.get("field") not in (*quick.QUICK, "is_stagnant")
        ]

    def quick_filters(self) -> list[quick.Quick]:
        return quick.quick_filters(self)

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
    def count_url(self) -> str:
        return f"{reverse('opportunities:list_count')}?{self.asked.query()}"

    @property
    def list_url(self) -> str:
        """The list with the same question."""
        return f"{reverse('opportunities:list')}?{self.asked.query(view=self.view.key, pipeline=None)}"

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


def without(node: Node | None, fields: Collection[str]) -> Node | None:
    """The filter without the outermost conditions on these fields."""
    return together([part for part in top(node) if part.get("field") not in fields])


def words() -> dict[str, str]:
    """What the script of a board says; {name} is filled in by it."""
    return {
        "chance": _("Probability {from}% → {to}%"),
        "to": _("Move “{name}” to"),
        "open": _("Open"),
        "back": _("“{name}” stays where it was: {reason}"),
        "stays": _("“{name}” stays where it was."),
        "nowhere": _("There is no column on this side."),
        "fixed": _("You may look at “{name}”, but not move it."),
    }
