"""The plans of some days as entries of a calendar: one query, names in batches, rights in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from keyuan.activities.conflicts import USUAL, involving
from keyuan.activities.models import Plan
from keyuan.activities.models.plan import LONGEST_DAYS
from keyuan.customers.models import Contact
from keyuan.records.namebook import NameBook
from keyuan.records.relative_dates import start_of

DAY = timedelta(days=1)
QUARTER = 15
SLOTS = 24 * 60 // QUARTER
LEAST = 2
"""An entry is at least two quarters of an hour high, so that its name can be read."""
MOST_LANES = 8
MOST_LATE = 20
"""So many overdue plans stand above the list; all of them have a list of their own."""
COLUMNS = (
    "pk", "subject", "kind_id", "owner_id", "department_id", "starts_at", "ends_at", "is_all_day", "state", "place",
    "contacts", "participants", "version", "series_id", "customer__short_name", "customer__name",
)  # fmt: skip


@dataclass(slots=True)
class Entry:
    """One plan. Times are those that clocks of the organisation show."""

    pk: int
    subject: str
    kind: Any
    owner: int | None
    first: datetime
    last: datetime
    has_end: bool
    is_all_day: bool
    is_done: bool
    is_late: bool
    may_edit: bool
    version: int
    repeats: bool
    about: str
    others: str

    @property
    def is_long(self) -> bool:
        """It stands above the hours."""
        return self.is_all_day or self.last - self.first >= DAY

    @property
    def last_day(self) -> date:
        """The last day of which it takes a part."""
        return max(self.first, self.last - timedelta(microseconds=1)).date()


@dataclass(slots=True)
class Piece:
    """The part of an entry that lies on one day, in quarters of an hour, with its lane among those beside it."""

    entry: Entry
    start: int
    end: int
    goes_on: bool  # after midnight
    comes: bool  # from the day before
    lane: int = 0
    lanes: int = 1


@dataclass(slots=True)
class Bar:
    """A long entry in a week: its first column, how many it takes, and its row."""

    entry: Entry
    column: int
    width: int
    row: int


@dataclass
class Days:
    """The entries of some days."""

    entries: list[Entry]
    pieces: dict[date, list[Piece]] = field(default_factory=dict)
    bars: list[Bar] = field(default_factory=list)


def plans_between(people: Collection[int], first: date, after: date, book: NameBook) -> Any:
    """The plans that reach into these days, as far as the reader sees them."""
    start, end = start_of(first), start_of(after)
    rows = Plan.objects.visible_to(book.user).filter(
        involving(people),
        Q(due_at__gt=start) | Q(starts_at__gte=start),
        starts_at__lt=end,
        starts_at__gt=start - timedelta(days=LONGEST_DAYS + 1),
    )
    return rows.exclude(state=Plan.State.CANCELLED).order_by("starts_at", "pk")


def overdue_before(people: Collection[int], day: date, book: NameBook) -> Any:
    """The latest open plans of the last month whose time is over; the list begins with them."""
    start = start_of(day)
    rows = Plan.objects.visible_to(book.user).open().filter(involving(people))
    late = rows.filter(due_at__lt=start, due_at__gt=start - timedelta(days=31))
    return late.order_by("-starts_at", "-pk")[:MOST_LATE]


def entries_of(rows: Any, people: Sequence[int], book: NameBook) -> list[Entry]:
    """The rows as entries; names of contacts and colleagues in one query each."""
    found = list(rows.values_list(*COLUMNS))
    sees_place = book.user.rights.sees("plan", "place")
    sees_contacts = book.user.rights.sees("plan", "contacts")
    names = book.meet_records(Contact, (pk for row in found for pk in row[10])) if sees_contacts else {}
    book.meet(pk for row in found for pk in (row[3], *row[11]))
    reach = book.user.reach("plan", "edit")
    now, zone = timezone.now(), timezone.get_default_timezone()
    alone = len(people) == 1
    made = []
    for row in found:
        pk, subject, kind, owner, department, starts, ends, whole, state, place, contacts, _, version, series = row[:14]
        first = starts.astimezone(zone).replace(tzinfo=None)
        last = ends.astimezone(zone).replace(tzinfo=None) if ends else first
        told = [place] if place and sees_place else []
        told += [names[one] for one in contacts if names.get(one)]
        if not told and (row[14] or row[15]):
            told = [row[14] or row[15]]
        whose = "" if alone and owner in people else str(book.person(owner) or "")
        made.append(
            Entry(
                pk, subject, book.option(kind), owner, first, last, ends is not None, whole, state == "done",
                state == "open" and (ends or starts) < now, state == "open" and reach.covers(owner, department),
                version, series is not None, " · ".join(told), whose,
            )
        )  # fmt: skip
    return made


def days_with_plans(people: Collection[int], first: date, after: date, book: NameBook) -> set[date]:
    """The days on which a plan begins, for the dots of the small months."""
    rows = plans_between(people, first, after, book).order_by()
    zone = timezone.get_default_timezone()
    return set(rows.annotate(day=TruncDate("starts_at", tzinfo=zone)).values_list("day", flat=True).distinct())


def laid_out(entries: list[Entry], days: Sequence[date]) -> Days:
    """Timed entries cut at midnight and set side by side, long ones as bars above."""
    laid = Days(entries, {day: [] for day in days})
    for entry in entries:
        if entry.is_long:
            continue
        for piece_day, piece in _pieces(entry):
            if piece_day in laid.pieces:
                laid.pieces[piece_day].append(piece)
    for pieces in laid.pieces.values():
        set_beside(pieces)
    laid.bars = bars([one for one in entries if one.is_long], days)
    return laid


def _pieces(entry: Entry) -> Iterable[tuple[date, Piece]]:
    """One piece per day that a timed entry touches."""
    last = entry.last if entry.has_end else entry.first + USUAL
    last = max(last, entry.first + timedelta(minutes=QUARTER))
    day = entry.first.date()
    while True:
        midnight = datetime.combine(day, datetime.min.time())
        start = max(0, _quarter(entry.first - midnight))
        end = min(SLOTS, -_quarter(midnight - last))
        goes_on, comes = last > midnight + DAY, entry.first < midnight
        start = min(start, SLOTS - LEAST)
        yield day, Piece(entry, start, min(SLOTS, max(end, start + LEAST)), goes_on, comes)
        if not goes_on:
            return
        day += DAY


def _quarter(span: timedelta) -> int:
    return int(span.total_seconds() // (QUARTER * 60))


def set_beside(pieces: list[Piece]) -> None:
    """Give pieces that overlap lanes of equal width."""
    pieces.sort(key=lambda one: (one.start, -one.end, one.entry.pk))
    group: list[Piece] = []
    ends: list[int] = []  # of the last piece of each lane
    for piece in pieces:
        if group and piece.start >= max(ends):
            _close(group, len(ends))
            group, ends = [], []
        lane = next((place for place, end in enumerate(ends) if end <= piece.start), len(ends))
        if lane == len(ends):
            ends.append(piece.end)
        ends[lane] = piece.end
        piece.lane = lane
        group.append(piece)
    _close(group, len(ends))


def _close(group: list[Piece], lanes: int) -> None:
    for piece in group:
        piece.lanes = lanes


def bars(entries: list[Entry], days: Sequence[date]) -> list[Bar]:
    """Long entries as bars over the columns of their days, each in the first row that is free."""
    first, last = days[0], days[-1]
    made: list[Bar] = []
    filled: list[int] = []  # per row, the column behind its last bar
    for entry in sorted(entries, key=lambda one: (one.first, -one.last.toordinal(), one.pk)):
        begin, end = max(entry.first.date(), first), min(entry.last_day, last)
        if end < begin:
            continue
        column, width = (begin - first).days, (end - begin).days + 1
        row = next((place for place, free in enumerate(filled) if free <= column), len(filled))
        if row == len(filled):
            filled.append(0)
        filled[row] = column + width
        made.append(Bar(entry, column, width, row))
    return made
