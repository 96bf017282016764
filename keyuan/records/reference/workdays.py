"""Which days are worked: weekends, Chinese holidays with make-up workdays, and what an organisation changes.

Holidays and 调休 come from the notices of the State Council (国务院办公厅关于部分节假日安排的通知), kept in
`data/workdays.txt`. A year whose notice is not in the file has its statutory days alone; administrators add the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keyuan.org.settings import setting
from keyuan.org.shelf import present_state, shelf, shelf_of
from keyuan.records.reference import pairs

if TYPE_CHECKING:
    from keyuan.org.models import User

SETTING = "workdays"
ONE = timedelta(days=1)
WEEKEND = (5, 6)
NAMES: dict[str, Any] = {
    "元旦": _("New Year's Day"),
    "春节": _("Spring Festival"),
    "清明节": _("Qingming Festival"),
    "劳动节": _("Labour Day"),
    "端午节": _("Dragon Boat Festival"),
    "中秋节": _("Mid-Autumn Festival"),
    "国庆节": _("National Day"),
}
"""The statutory holidays of 全国年节及纪念日放假办法, article 2; what they are called in the language of the reader."""
FILE = "workdays.txt"
"""Made by `making_workdays.py`."""
MAKEUP = "上班"


class DayKind(TextChoices):
    WORKDAY = "workday", pgettext_lazy("day", "Workday")
    MAKEUP = "makeup", pgettext_lazy("day", "Make-up workday")
    WEEKEND = "weekend", pgettext_lazy("day", "Weekend")
    HOLIDAY = "holiday", pgettext_lazy("day", "Holiday")


@dataclass(frozen=True)
class Day:
    """What one day is. `name`: of the holiday, or why it is worked; `is_own`: an administrator said so."""

    date: date
    kind: DayKind
    name: Any = ""
    is_own: bool = False

    @property
    def is_workday(self) -> bool:
        return self.kind in (DayKind.WORKDAY, DayKind.MAKEUP)


@dataclass(frozen=True)
class Break:
    """Days off that hang together, with the name of the holiday: 清明节 4月4日–6日."""

    first: date
    last: date
    name: Any


@cache
def official() -> dict[int, tuple[dict[date, str], frozenset[date]]]:
    """By year: the days off by the key of their holiday, weekends among them, and the make-up workdays."""
    found: dict[int, tuple[dict[date, str], set[date]]] = {}
    for run, key in pairs(FILE):
        first, last = map(date.fromisoformat, run.split("/"))
        off, worked = found.setdefault(first.year, ({}, set()))
        if key == MAKEUP:
            worked.add(first)
        else:
            off.update(dict.fromkeys(_days(first, last), key))
    return {year: (off, frozenset(worked)) for year, (off, worked) in found.items()}


def official_year(year: int) -> tuple[dict[date, str], frozenset[date]]:
    """One of them; nothing for a year that the file does not have."""
    return official().get(year, ({}, frozenset()))


def _days(first: date, last: date) -> Iterator[date]:
    return (first + number * ONE for number in range((last - first).days + 1))


class Workdays:
    """The days as one organisation has them.

    Args:
        own: what administrators changed, by ISO date: {"off": whether it is free, "name": why}.
    """

    def __init__(self, own: Mapping[str, Mapping[str, Any]]) -> None:
        self.own = {date.fromisoformat(day): change for day, change in own.items()}

    def day_of(self, day: date) -> Day:
        """What this day is, and what it is called."""
        if change := self.own.get(day):
            kind = DayKind.HOLIDAY if change["off"] else self._worked(day)
            return Day(day, kind, change["name"], is_own=True)
        return official_day(day)

    def _worked(self, day: date) -> DayKind:
        return DayKind.MAKEUP if day.weekday() in WEEKEND else DayKind.WORKDAY

    def is_workday(self, day: date) -> bool:
        return self.day_of(day).is_workday

    def next_workday(self, day: date) -> date:
        """The first workday after `day`."""
        return next(one for one in _days(day + ONE, day + 366 * ONE) if self.is_workday(one))

    def workdays_between(self, first: date, last: date) -> int:
        """How many workdays there are from `first` to `last`, both included."""
        return sum(self.is_workday(day) for day in _days(first, last))

    def holidays_between(self, first: date, last: date) -> list[Break]:
        """The holidays that reach into these days, each as one run of days under one name."""
        found: list[Break] = []
        for day in map(self.day_of, _days(first, last)):
            if day.kind != DayKind.HOLIDAY:
                continue
            before = found[-1] if found else None
            if before and before.last == day.date - ONE and before.name == day.name:
                found[-1] = Break(before.first, day.date, before.name)
            else:
                found.append(Break(day.date, day.date, day.name))
        return found

    def makeup_between(self, first: date, last: date) -> list[Day]:
        """The weekend days that are worked."""
        return [day for day in map(self.day_of, _days(first, last)) if day.kind == DayKind.MAKEUP]


@lru_cache(maxsize=4096)
def official_day(day: date) -> Day:
    """What a day is where nobody changed it."""
    holidays, worked = official_year(day.year)
    if key := holidays.get(day):
        return Day(day, DayKind.HOLIDAY, NAMES.get(key, key))
    if day in worked:
        return Day(day, DayKind.MAKEUP)
    return Day(day, DayKind.WEEKEND if day.weekday() in WEEKEND else DayKind.WORKDAY)


def has_notice(year: int) -> bool:
    """Whether the arrangement of this year is known: since 2001 the notice of each year exchanges some days."""
    return bool(official_year(year)[1])


def workdays(user: User | None = None) -> Workdays:
    """The days of this organisation, kept between requests (org/shelf.py).

    Args:
        user: whose request it is; None for jobs.
    """
    kept = shelf_of(user) if user is not None else shelf(present_state())
    return kept.get(SETTING, lambda: Workdays(setting(SETTING) or {}))
