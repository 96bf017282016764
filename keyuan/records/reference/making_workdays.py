"""Writes `data/workdays.txt` from the library `holidays`: `python -m keyuan.records.reference.making_workdays`.

The product reads the file: the library alone would cost each of its processes 10 MB. It is made anew when the State
Council (国务院办公厅) has announced a year and the library has learned it; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from holidays.countries.china import China

from keyuan.records.reference import FOLDER
from keyuan.records.reference.workdays import FILE, MAKEUP

FIRST, LAST = 1950, 2099
"""The first year with statutory holidays, and the last one whose lunar calendar the library knows."""
ONE = timedelta(days=1)
WEEKEND = (5, 6)
SAME = {"农历除夕": "春节", "除夕": "春节"}


def text() -> str:
    """The whole file: a run of days off under its holiday, or a make-up workday, a line."""
    return "".join(line for year in range(FIRST, LAST + 1) for line in _of_year(year))


def _of_year(year: int) -> Iterator[str]:
    days, worked = official(year)
    for day, key in days.items():
        if days.get(day - ONE) != key:
            yield f"{day}/{_end(day, days)}\t{key}\n"
    for day in sorted(worked):
        yield f"{day}/{day}\t{MAKEUP}\n"


def _end(day: date, days: Mapping[date, str]) -> date:
    while days.get(day + ONE) == days[day]:
        day += ONE
    return day


def official(year: int) -> tuple[dict[date, str], frozenset[date]]:
    """The days off of one year by the key of their holiday, weekends among them, and its make-up workdays."""
    china = China(years=[year - 1, year, year + 1], language="zh_CN")
    worked = frozenset(china.weekend_workdays)
    off = {day: _key(name) for day, name in china.items()}
    free = {day: key for day, key in off.items() if key}
    days: dict[date, str] = {}
    for day in _days(date(year, 1, 1), date(year, 12, 31)):
        is_off = day in off or (day.weekday() in WEEKEND and day not in worked)
        if is_off and (key := _of_run(day, off, free, worked)):
            days[day] = key
    return days, frozenset(day for day in worked if day.year == year)


def _key(name: str) -> str:
    """The holiday that the library names; "" for a day off in exchange for a worked one."""
    name = name.partition("（")[0].partition(";")[0].strip()
    return "" if name.startswith("休息日") else SAME.get(name, name)


def _of_run(day: date, off: Mapping[date, str], free: Mapping[date, str], worked: frozenset[date]) -> str:
    """The holiday to which a day off belongs: the nearest one in the run of days off around it."""

    def is_off(one: date) -> bool:
        return one in off or (one.weekday() in WEEKEND and one not in worked)

    for distance in range(15):
        for one in (day - distance * ONE, day + distance * ONE):
            if one in free and all(is_off(between) for between in _days(min(one, day), max(one, day))):
                return free[one]
    return ""


def _days(first: date, last: date) -> Iterator[date]:
    return (first + number * ONE for number in range((last - first).days + 1))


if __name__ == "__main__":
    (FOLDER / FILE).write_text(text(), encoding="utf-8")
