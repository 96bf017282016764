"""One list of records for one person: rights, search, filter, sort, page, count. Pages, exports, API share it."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import connection, transaction
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.expressions import OrderBy
from django.db.models.functions import Least, Lower, StrIndex
from django.db.models.lookups import Exact, GreaterThan
from django.db.utils import OperationalError
from django.utils.translation import gettext as _

from keyuan.org.models import User
from keyuan.records.catalogue import Catalogue, Field
from keyuan.records.kinds.kind import FilterRefused
from keyuan.records.namebook import NameBook
from keyuan.records.query import Node, where
from keyuan.records.search import Match, match

COUNTED_TO = 10_000
SORTED_TO = 50_000
LAST_PAGE = 500
COUNT_MILLISECONDS = 300
DEEP, MOST_ARMS = 2_500, 12


@dataclass(frozen=True)
class Count:
    """How many rows there are; `exact` is False where there are more, or nobody has counted."""

    number: int
    exact: bool


@dataclass(frozen=True)
class Page:
    """One page of a list.

    Attributes:
        pks: ids in order.
        number: the page, from 1.
        has_next: more rows follow.
    """

    pks: list[int]
    number: int
    has_next: bool


class Listing:
    """The rows of one catalogue that one person asked for.

    Args:
        q: simple search.
        node: filter of the address bar; `base` is the filter of the view it stands in.
        sort: `-updated_at`; "" is by relevance while searching, else the default of the catalogue.
        operation: what the rows must allow, such as `view` or `export`.
        pools: of which pools these are the records; None for those that lie in none.

    Raises:
        FilterRefused: the filter or the sort is not valid.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        user: User,
        *,
        q: str = "",
        node: Node | None = None,
        base: Node | None = None,
        sort: str = "",
        operation: str = "view",
        book: NameBook | None = None,
        pools: Collection[int] | None = None,
    ) -> None:
        self.catalogue, self.user, self.pools = catalogue, user, pools
        self.book = book or NameBook(user)
        self.match: Match | None = match(q, catalogue, user)
        condition = where(base, catalogue, user, self.book) & where(node, catalogue, user, self.book)
        living = catalogue.model.rows.living()
        mine = living.held_by(user, operation) if pools is None else living.lying_in(pools, user, operation)
        rows = mine.filter(condition)
        self.operation, self.is_narrowed = operation, bool(condition)
        self.rows: QuerySet[Any] = rows.filter(self.match.condition) if self.match else rows
        self.is_ranked = bool(self.match and self.match.ids is not None and not sort)
        self.sort, self.falls = self._sort(sort or catalogue.default_sort)

    def _sort(self, text: str) -> tuple[Field, bool]:
        found = self.catalogue.sort_of(self.user, text)
        if found is None:
            raise FilterRefused(_("There is no sorting by “%(field)s”.") % {"field": text[:60]})
        return found

    # Order

    @cached_property
    def is_sortable(self) -> bool:
        """Sorting by a column without an index is for shorter lists only."""
        return bool(self.sort.sort) or not self.rows.order_by()[SORTED_TO : SORTED_TO + 1].exists()

    @property
    def _usual(self) -> str:
        """The column of the order in which these records usually stand, latest first."""
        return self.catalogue.fields[self.catalogue.default_sort.removeprefix("-")].sort or "updated_at"

    def ordered(self) -> QuerySet[Any]:
        if not self.is_sortable:
            return self.rows.order_by(self._by(self._usual, True), "-pk")
        column = self.sort.sort or self.sort.kind.order(self.sort)
        return self.rows.order_by(self._by(column, self.falls), "-pk" if self.falls else "pk")

    def _by(self, column: str, falls: bool) -> OrderBy:
        """Nulls stand last. Where there can be none nothing is said of them, because no index would serve then."""
        if column in {one.name for one in self.catalogue.model._meta.concrete_fields if not one.null}:
            return F(column).desc() if falls else F(column).asc()
        return F(column).desc(nulls_last=True) if falls else F(column).asc(nulls_last=True)

    def _ranked(self) -> QuerySet[Any]:
        """Rows by relevance: the whole name, its beginning, its middle, then what else matched."""
        assert self.match is not None
        needle = " ".join(self.match.words)
        module, rights = self.catalogue.module, self.user.rights
        ranks = [_rank(one, needle) for one in self.catalogue.rank_by if rights.sees(module, one)]
        if not ranks:
            return self.ordered()
        return self.rows.order_by(Least(*ranks) if len(ranks) > 1 else ranks[0], "-updated_at", "-pk")

    # Pages

    def page(self, number: int, size: int) -> Page:
        """The page `number` of `size` rows, up to the 500th; programs go on from there by `after`."""
        number = max(1, min(number, LAST_PAGE))
        first = (number - 1) * size
        pks = self._merged(first, first + size + 1)
        if pks is None:
            rows = self._ranked() if self.is_ranked else self.ordered()
            pks = list(rows.values_list("pk", flat=True)[first : first + size + 1])
        return Page(pks[:size], number, len(pks) > size)

    def _merged(self, first: int, end: int) -> list[int] | None:
        """Far down a list in the order of the last change: the lists of each owner and department in reach, merged.

        Walking one index past what others own takes seven times as long. None where that form does not fit.
        """
        if end <= DEEP or self.is_narrowed or self.match or self.sort.sort != "updated_at" or self.pools is not None:
            return None
        arms = self.catalogue.model.rows.living().arms(self.user, self.operation)
        if not 1 < len(arms) <= MOST_ARMS:
            return None
        order = ("-updated_at", "-id") if self.falls else ("updated_at", "id")
        parts = [arm.order_by(*order).values_list("id", "updated_at")[:end] for arm in arms]
        return [pk for pk, _at in parts[0].union(*parts[1:]).order_by(*order)[first:end]]

    def after(self, cursor: str, size: int) -> tuple[list[int], str | None]:
        """Up to `size` ids after a cursor ("" for the first), and the next cursor.

        Raises:
            FilterRefused: the cursor is not one of ours.
        """
        column = self.sort.sort if self.is_sortable and self.sort.sort else self._usual
        falls = self.falls if column == self.sort.sort else True
        start = _read_cursor(cursor) if cursor else None
        pairs: list[tuple[int, Any]] = []
        for segment in self._segments(column, falls, start):
            if len(pairs) <= size:
                pairs += list(segment.values_list("pk", column)[: size + 1 - len(pairs)])
        following = _cursor(*pairs[size - 1]) if len(pairs) > size else None
        return [pk for pk, _value in pairs[:size]], following

    def _segments(self, column: str, falls: bool, start: tuple[int, Any] | None) -> list[QuerySet[Any]]:
        """Rows with a value come first, rows without it are a second segment."""
        order = self._by(column, falls), "-pk" if falls else "pk"
        valued = self.rows.exclude(**{f"{column}__isnull": True}).order_by(*order)
        empty = self.rows.filter(**{f"{column}__isnull": True}).order_by("-pk" if falls else "pk")
        if not self.catalogue.model._meta.get_field(column).null:
            empty = empty.none()
        if start is None:
            return [valued, empty]
        pk, value = start
        beyond = Q(pk__lt=pk) if falls else Q(pk__gt=pk)
        if value is None:
            return [empty.filter(beyond)]
        strict, bound = ("lt", "lte") if falls else ("gt", "gte")
        further = Q(**{f"{column}__{bound}": value}) & (Q(**{f"{column}__{strict}": value}) | beyond)
        return [valued.filter(further), empty]

    # Counts

    def count(self, *, exact: bool = False) -> Count:
        """How many rows there are: up to 10,000, or all on request, within the time a page may take."""
        if self.is_ranked:
            return Count(self.rows.order_by().count(), True)
        rows = self.rows.order_by() if exact else self.rows.order_by()[: COUNTED_TO + 1]
        try:
            with within_time(3000 if exact else COUNT_MILLISECONDS):
                number = rows.count()
        except OperationalError:
            return Count(COUNTED_TO, False)
        return Count(number, True) if exact or number <= COUNTED_TO else Count(COUNTED_TO, False)


@contextmanager
def within_time(milliseconds: int) -> Iterator[None]:
    """Statements inside end after this time; a transaction around it keeps its own limit."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('statement_timeout'), set_config('statement_timeout', %s, true)",
            [str(milliseconds)],
        )
        before = cursor.fetchone()[0]
        yield
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [before])


def _rank(column: str, needle: str) -> Case:
    name, text = Lower(column), Value(needle)
    place = StrIndex(name, text)
    return Case(
        When(Exact(name, text), then=0), When(Exact(place, 1), then=1), When(GreaterThan(place, 0), then=2), default=3
    )


def _cursor(pk: int, value: Any) -> str:
    text = json.dumps([pk, None if value is None else str(value)], ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(text: str) -> tuple[int, Any]:
    try:
        pk, value = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if isinstance(pk, int) and (value is None or isinstance(value, str)):
            return pk, value
    except ValueError:
        pass
    raise FilterRefused(_("This cursor is not valid. Start again without one."))
