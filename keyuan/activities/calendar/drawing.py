"""Entries as HTML. A week may have five hundred of them, so none loads a template (see ui/cells.py)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from html import escape
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from keyuan.activities.calendar.entries import MOST_LANES, QUARTER, Bar, Days, Entry, Piece
from keyuan.records.reference.workdays import DayKind, Workdays
from keyuan.ui import cells, formats

TWO_LINES, THREE_LINES = 4, 5  # from how many quarters on there is room for them
MONTH_LINES = 4
DAY = timedelta(days=1)


class Pen:
    """Draws the entries of one page; the words that they share are looked up once."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.done, self.late = pgettext("plan", "Done"), _("Overdue")
        self.all_day = _("All day")
        self._looks: dict[int, tuple[str, str]] = {}

    def look(self, kind: Any) -> tuple[str, str]:
        """The tint and the icon of a kind."""
        pk = kind.pk if kind else 0
        if pk not in self._looks:
            extra = kind.extra if kind else {}
            self._looks[pk] = (f"t{extra.get('tint', 6)}", cells.icon(extra.get("icon") or "dots", "s"))
        return self._looks[pk]

    def state(self, entry: Entry) -> str:
        tint, _icon = self.look(entry.kind)
        return f"{tint} dn" if entry.is_done else "od" if entry.is_late else tint

    def said(self, entry: Entry) -> str:
        """The whole of an entry in one line, for a tooltip and a screen reader."""
        late = self.late if entry.is_late else self.done if entry.is_done else ""
        parts = (clocks(entry) or self.all_day, entry.subject, entry.about, entry.others, late)
        return escape(" · ".join(part for part in parts if part))

    def link(self, entry: Entry, classes: str, inner: str, more: str = "") -> str:
        """What every entry is: a link that opens the plan, and what dragging needs to know."""
        edit = ""
        if entry.may_edit:
            ends = f"{entry.last:%Y-%m-%dT%H:%M}" if entry.has_end else ""
            edit = (
                f' data-edit data-v="{entry.version}" data-starts="{entry.first:%Y-%m-%dT%H:%M}" data-ends="{ends}"'
                f"{' data-whole' if entry.is_all_day else ''}{' data-repeats' if entry.repeats else ''}"
            )
        return (
            f'<a class="{classes}" href="/activities/plans/{entry.pk}/" data-drawer="narrow" data-id="{entry.pk}"'
            f'{edit} title="{self.said(entry)}" draggable="false"{more}>{inner}</a>'
        )

    def piece(self, piece: Piece) -> str:
        entry, high = piece.entry, piece.end - piece.start
        _tint, icon = self.look(entry.kind)
        beside = f" n{piece.lanes} i{piece.lane}" if piece.lanes > 1 else ""
        cut = f"{' cut-b' if piece.goes_on else ''}{' cut-t' if piece.comes else ''}"
        late = f'<span class="sr">{self.late}: </span>' if entry.is_late else ""
        inner = f"<b>{icon} {late}{escape(entry.subject)}</b>"
        if high >= TWO_LINES:
            inner += f"<span>{clocks(entry)}</span>"
        if high >= THREE_LINES or (high >= TWO_LINES and piece.lanes == 1):
            third = " · ".join(part for part in (entry.about, entry.others) if part)
            inner += f"<span>{escape(third)}</span>" if third else ""
        if entry.may_edit and not piece.goes_on:
            inner += '<i class="rz" aria-hidden="true"></i>'
        return self.link(entry, f"ev-k {self.state(entry)} s{piece.start} e{piece.end}{beside}{cut}", inner)

    def column(self, pieces: Sequence[Piece], more_url: str) -> SafeString:
        """One day. Of very many at once the last lanes are counted, and stand in the list of the day."""
        shown = [piece for piece in pieces if piece.lane < MOST_LANES]
        left = len(pieces) - len(shown)
        for piece in shown:
            piece.lanes = min(piece.lanes, MOST_LANES)
        more = f'<a class="ev-more" href="{escape(more_url)}">+{left}</a>' if left else ""
        return SafeString("".join(map(self.piece, shown)) + more)

    def bar(self, bar: Bar) -> str:
        entry = bar.entry
        _tint, icon = self.look(entry.kind)
        others = f" · {escape(entry.others)}" if entry.others else ""
        classes = f"adv ev {self.state(entry)} c{bar.column} w{bar.width} r{bar.row}"
        return self.link(entry, classes, f'{icon}<span class="trunc">{escape(entry.subject)}{others}</span>')

    def bars(self, found: Iterable[Bar]) -> SafeString:
        return SafeString("".join(map(self.bar, found)))

    def month_line(self, entry: Entry, day: date) -> str:
        _tint, icon = self.look(entry.kind)
        begins = not entry.is_all_day and entry.first.date() == day
        time = f'<span class="tm">{clock(entry.first)}</span>' if begins else ""
        classes = f"mev {self.state(entry)}{' whole' if entry.is_long else ''}"
        return self.link(entry, classes, f'{icon}{time}<span class="trunc">{escape(entry.subject)}</span>')

    def agenda_line(self, entry: Entry, day: date) -> str:
        """A line of the list: time, kind, name, what it is about."""
        _tint, icon = self.look(entry.kind)
        time = clock(entry.first) if not entry.is_long and entry.first.date() == day else self.all_day
        about = " · ".join(part for part in (entry.about, entry.others) if part)
        late = ""
        if entry.is_late:
            late = f" · {formats.until(entry.last) if entry.last.date() < self.today else self.late}"
        done = f" · {self.done}" if entry.is_done else ""
        inner = (
            f'<span class="tm">{time}</span>{icon}<span class="grow trunc">{escape(entry.subject)}'
            f'<span class="t3"> {escape(about)}{escape(late)}{escape(done)}</span></span>'
        )
        return self.link(entry, f"agr {self.state(entry)}", inner)


def clock(at: datetime) -> str:
    return f"{at.hour:02}:{at.minute:02}"


def clocks(entry: Entry) -> str:
    """10:00–11:00; over midnight with the day of the end."""
    if entry.is_all_day:
        return ""
    if not entry.has_end:
        return clock(entry.first)
    if entry.last_day != entry.first.date():
        days = [formats.day(at.date(), weekday=False) for at in (entry.first, entry.last)]
        return f"{days[0]} {clock(entry.first)} – {days[1]} {clock(entry.last)}"
    return f"{clock(entry.first)}–{clock(entry.last)}"


def heads(days: Sequence[date], today: date, workdays: Workdays, url: Any) -> list[dict[str, Any]]:
    """The heads of the columns: the number, the weekday, what the day is."""
    made = []
    for day in days:
        what = workdays.day_of(day)
        off = what.kind in (DayKind.WEEKEND, DayKind.HOLIDAY)
        classes = " ".join(name for name in ("today" if day == today else "", "we" if off else "") if name)
        made.append(
            {
                "day": day,
                "number": day.day,
                "label": formats.day(day),
                "weekday": formats.WEEKDAYS[formats.language()][day.weekday()],
                "classes": classes,
                "what": what,
                "is_off": off,
                "is_today": day == today,
                "is_holiday": what.kind == DayKind.HOLIDAY,
                "is_makeup": what.kind == DayKind.MAKEUP,
                "url": url(day),
            }
        )
    return made


def month_cells(laid: Days, days: Sequence[date], pen: Pen, url: Any) -> dict[date, dict[str, Any]]:
    """Per day the first entries and how many more there are."""
    found: dict[date, list[Entry]] = {day: [] for day in days}
    for entry in laid.entries:
        day = entry.first.date()
        while day <= entry.last_day:
            if day in found:
                found[day].append(entry)
            day += DAY
    made = {}
    for day, entries in found.items():
        entries.sort(key=lambda one: (not one.is_long, one.first, one.pk))
        fits = MONTH_LINES if len(entries) <= MONTH_LINES else MONTH_LINES - 1
        lines = SafeString("".join(pen.month_line(one, day) for one in entries[:fits]))
        made[day] = {"lines": lines, "more": len(entries) - min(fits, len(entries)), "url": url(day)}
    return made


def agenda(entries: Iterable[Entry], days: Sequence[date], pen: Pen) -> dict[date, SafeString]:
    """The lines of each day that has some."""
    found: dict[date, list[Entry]] = {}
    for entry in entries:
        day = max(entry.first.date(), days[0]) if entry.last_day >= days[0] else entry.first.date()
        while day <= entry.last_day:
            found.setdefault(day, []).append(entry)
            day += DAY
    return {
        day: SafeString("".join(pen.agenda_line(one, day) for one in lines))
        for day, lines in sorted(found.items())
        if day <= days[-1]
    }


def now_slot(now: datetime) -> int:
    return (now.hour * 60 + now.minute) // QUARTER
