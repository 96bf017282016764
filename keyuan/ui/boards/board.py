"""Records as columns of cards. Rights, views and filters are those of the list; the columns are the room's."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import astuple, dataclass, field
from functools import cached_property
from html import escape
from typing import Any, ClassVar

from django.db.models import F, Q, QuerySet, Value
from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from keyuan.org.http import Request
from keyuan.records.kinds.kind import FilterRefused
from keyuan.records.listing import Listing
from keyuan.records.query import Node
from keyuan.ui.boards import quick
from keyuan.ui.early import early_page
from keyuan.ui.lists.asked import Asked
from keyuan.ui.lists.declared import ListOf
from keyuan.ui.lists.page import ListPage, View
from keyuan.ui.lists.sentences import Chip, together, top
from keyuan.ui.pages import wants_part

FIRST, FURTHER = 12, 20
"""Cards of a column that come with the page, about two screens of them, and each time one scrolls on."""


@dataclass
class Sums:
    """What stands at the head of a column; rooms add up more."""

    number: int = 0

    def __add__(self, other: Sums) -> Any:
        return type(self)(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))


@dataclass
class Column:
    """One column of a board.

    Attributes:
        key: what a card that is moved here is sent with.
        asks: a card that comes here may be asked for something first.
        is_past: nothing comes here.
        is_told: it stands in the choice of where to move a card.
        is_cut: more cards stand in it than came.
        rest: where the others are that follow the first cards; "" where they come while one scrolls.
    """

    key: str
    label: str
    where: Q
    asks: bool = False
    is_past: bool = False
    is_told: bool = True
    rest: str = ""
    is_cut: bool = False
    sums: Any = field(default_factory=Sums)
    html: str = ""
    more: str = ""


class Board(ListPage):
    """One board as one person asked for it.

    Attributes:
        lists: the list of the same records.
        route, move_route: its own address, and where a card is moved; `route` + `_cards` gives further ones.
        field_name: what a move sends.
        part: the template of the board itself, which extends `ui/boards/part.html`.
        no_sums: what stands at the head of a column without cards.
        quick_names: the fields of the filters beside the search box; `hidden` are conditions that are shown elsewhere.
        left_out: views of the list that are none of the board.
        by, falls: the column by which cards stand.
    """

    lists: ClassVar[ListOf]
    route: ClassVar[str]
    choices_route: ClassVar[str]
    move_route: ClassVar[str]
    field_name: ClassVar[str]
    part: ClassVar[str]
    no_sums: ClassVar[Sums] = Sums()
    quick_names: ClassVar[tuple[str, ...]]
    hidden: ClassVar[tuple[str, ...]] = ()
    left_out: ClassVar[tuple[str, ...]] = ()
    by: Any = "pk"
    falls: ClassVar[bool] = False

    def __init__(self, request: Request, query: QueryDict | None = None) -> None:
        super().__init__(self.lists, request, self.asked_by(request.GET if query is None else query))

    def asked_by(self, query: QueryDict) -> Asked:
        return Asked.of(reverse(self.route), query)

    @cached_property
    def views(self) -> list[View]:
        return [one for one in super().views if one.key not in self.left_out]

    # What is on it

    @cached_property
    def open(self) -> QuerySet[Any]:
        """The rows that stand on it: those that the list under the same address would show."""
        return self.listing.rows

    def without_conditions(self, *fields: str) -> QuerySet[Any]:
        """Rows of the same view and search, without the outermost conditions on these fields."""
        base, node = without(self.view.node, fields), without(self.node, fields)
        try:
            return Listing(self.catalogue, self.user, q=self.asked.q, base=base, node=node, book=self.book).rows
        except FilterRefused:
            return Listing(self.catalogue, self.user, q=self.asked.q, book=self.book).rows

    def columns_without_cards(self) -> list[Any]:
        raise NotImplementedError

    @cached_property
    def board_columns(self) -> list[Any]:
        """All columns with their exact sums, in one query."""
        columns = self.columns_without_cards()
        for group, sums in self.grouped_sums():
            column = self.column_of(columns, group)
            if column is not None:
                column.sums += sums
        return columns

    def column_of(self, columns: list[Any], group: Any) -> Any:
        return next((one for one in columns if one.key == str(group)), None)

    def grouped_sums(self) -> Iterable[tuple[Any, Sums]]:
        """By what columns are made of, in one query."""
        raise NotImplementedError

    @cached_property
    def total(self) -> Any:
        return sum((one.sums for one in self.board_columns), self.no_sums)

    # Cards

    def filled(self) -> list[Any]:
        """The columns with their first cards: one branch per column in one query, each by an index."""
        columns = self.board_columns
        pks = self._first([one for one in columns if one.sums.number])
        rows = self.load(pk for found in pks.values() for pk in found[:FIRST])
        for column in columns:
            self._fill(column, pks.get(column.key, []), rows, FIRST)
        return columns

    def _fill(self, column: Any, pks: list[int], rows: dict[int, Any], number: int) -> None:
        """Put the cards into their column; one id more than are shown says that others follow."""
        shown = [rows[pk] for pk in pks[:number] if pk in rows]
        column.html = SafeString("".join([self.card_of(row) for row in shown]))
        column.is_cut = len(pks) > number
        if shown and column.is_cut and not column.rest:
            column.more = self.more_url(column, shown[-1])

    def _first(self, columns: Sequence[Any]) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        parts = [
            self._ordered(one).values_list("pk", F(self.by), Value(place))[: FIRST + 1]
            for place, one in enumerate(columns)
        ]
        if not parts:
            return found
        rows = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
        for pk, _value, place in sorted(rows, key=lambda one: (one[1], one[0]), reverse=self.falls):
            found.setdefault(columns[place].key, []).append(pk)
        return found

    def _ordered(self, column: Any) -> QuerySet[Any]:
        names = [self.by, *(["pk"] if self.by != "pk" else [])]
        return self.open.filter(column.where).order_by(*(f"-{one}" if self.falls else one for one in names))

    def after(self, column: Any, cursor: str) -> Any:
        """The next cards of a column, after the one that `cursor` names.

        Raises:
            FilterRefused: the cursor is not one of ours.
        """
        further = self._ordered(column).filter(self.beyond(cursor))
        pks = list(further.values_list("pk", flat=True)[: FURTHER + 1])
        self._fill(column, pks, self.load(pks[:FURTHER]), FURTHER)
        return column

    def beyond(self, cursor: str) -> Q:
        """The cards behind the one that stands at `cursor`.

        Raises:
            FilterRefused: the cursor is not one of ours.
        """
        raise NotImplementedError

    def order_of(self, row: Any) -> str:
        """What sorts cards as the database does; it is the cursor, too."""
        raise NotImplementedError

    def load(self, pks: Any) -> dict[int, Any]:
        """These records with all that their cards show."""
        raise NotImplementedError

    def card_of(self, row: Any) -> str:
        raise NotImplementedError

    def place_of(self, row: Any) -> str:
        """The key of the column in which it stands."""
        raise NotImplementedError

    def reading(self) -> dict[str, Any]:
        """What every card of this board needs (see `cards.Reader`)."""
        return {
            "book": self.book,
            "edits": self.user.reach(self.catalogue.module, "edit"),
            "choices": "".join(f'<option value="{key}">{escape(label)}</option>' for key, label in self.places()),
            "field": self.field_name,
            "route": self.move_route,
            "token": get_token(self.request),
            "here": self.own_url,
        }

    def places(self) -> list[tuple[str, str]]:
        """Where a card can be moved to."""
        columns = self.columns_without_cards()
        return [(one.key, one.label) for one in columns if one.is_told and not one.is_past]

    # What the script asks for

    def more_url(self, column: Any, last: Any) -> str:
        return f"{reverse(f'{self.route}_cards')}?{self.asked.query(column=column.key, after=self.order_of(last))}"

    def heads(self) -> dict[str, Any]:
        """What the heads of the columns say, for the script."""
        return {one.key: self.head_of(one.sums) for one in self.board_columns} | {"total": self.head_of(self.total)}

    def head_of(self, sums: Any) -> dict[str, Any]:
        return {"number": sums.number}

    def heads_after(self, record: Any) -> dict[str, Any]:
        """The same after something was done with `record`."""
        return self.heads()

    @property
    def move_url(self) -> str:
        """Where a card is moved; the script puts the card's number in the place of the 0."""
        return reverse(self.move_route, args=[0])

    def script_data(self) -> dict[str, Any]:
        return {"heads": self.heads(), "places": self.places(), "words": self.said()}

    def said(self) -> dict[str, str]:
        """What the script of a board says; {name} is filled in by it."""
        return {
            "to": _("Move “{name}” to"),
            "open": _("Open"),
            "back": _("“{name}” stays where it was: {reason}"),
            "stays": _("“{name}” stays where it was."),
            "nowhere": _("There is no column on this side."),
            "fixed": _("You may look at “{name}”, but not move it."),
        }

    # The page

    def response(self) -> HttpResponseBase:
        if wants_part(self.request):
            return render(self.request, self.part, self.board_context())
        return early_page(self.request, "ui/boards/page.html", self.spec.title, self.board_context)

    def board_context(self) -> dict[str, Any]:
        return {
            "list": self,
            "board": self,
            "title": self.spec.title,
            "asked": self.asked,
            "columns": self.filled(),
            "total": self.total,
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
            if part.get("field") not in (*self.quick_names, *self.hidden)
        ]

    def quick_filters(self) -> list[quick.Quick]:
        return quick.quick_filters(self)

    @property
    def choices_url(self) -> str:
        return reverse(self.choices_route)

    @property
    def count_url(self) -> str:
        return f"{reverse(f'{self.spec.route}_count')}?{self.asked.query()}"

    @property
    def list_url(self) -> str:
        """The list with the same question."""
        return f"{reverse(self.spec.route)}?{self.asked.query(view=self.view.key, pipeline=None)}"

    @property
    def board_url(self) -> str:
        return f"{reverse(self.route)}?{self.asked.query(pipeline=None)}".rstrip("?")


def without(node: Node | None, fields: Collection[str]) -> Node | None:
    """The filter without the outermost conditions on these fields."""
    return together([part for part in top(node) if part.get("field") not in fields])
