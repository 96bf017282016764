"""A small month: seven columns from Monday on, holidays tinted, make-up workdays marked, days with entries dotted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import date, timedelta
from html import escape

from django.utils.safestring import SafeString
from django.utils.translation import pgettext

from keyuan.records.reference.workdays import Break, Day, DayKind, Workdays
from keyuan.ui import formats

HEADS = {"zh": "一二三四五六日", "en": "MTWTFSS"}
ONE = timedelta(days=1)


def weeks_of(first: date) -> list[list[date]]:
    """The weeks that a month touches, each from Monday on (ISO 8601)."""
    start = first - first.weekday() * ONE
    last = next_month(first) - ONE
    count = ((last - start).days // 7) + 1
    return [[start + (7 * week + day) * ONE for day in range(7)] for week in range(count)]


def next_month(first: date) -> date:
    return (first.replace(day=28) + 4 * ONE).replace(day=1)


def previous_month(first: date) -> date:
    return (first.replace(day=1) - ONE).replace(day=1)


def name_of(first: date, *, year: bool = False) -> str:
    """3月, 2026年3月; Mar, Mar 2026."""
    if formats.language() == "zh":
        return f"{first.year}年{first.month}月" if year else f"{first.month}月"
    month = formats.MONTHS[first.month - 1]
    return f"{month} {first.year}" if year else month


def said(found: Break) -> str:
    """清明节 4月4日–6日."""
    if found.first == found.last:
        return f"{found.name} {formats.day(found.first, today=found.first, weekday=False)}"
    first, last = (formats.day(day, today=found.first, weekday=False) for day in (found.first, found.last))
    if found.first.month == found.last.month:
        last = f"{found.last.day}日" if formats.language() == "zh" else str(found.last.day)
    return f"{found.name} {first}–{last}"


def mini(
    first: date,
    days: Workdays,
    *,
    today: date,
    link: Callable[[date], str] | None = None,
    dotted: Collection[date] = (),
    shown: Collection[date] = (),
) -> SafeString:
    """One month as a grid.

    Args:
        first: its first day.
        link: the address of a day; without one, days are no links.
        dotted: days that have entries.
        shown: days of the week or month that stands beside.
    """
    heads = "".join(f'<span class="wd" aria-hidden="true">{head}</span>' for head in HEADS[formats.language()])
    cells = "".join(_cells(first, days, today, link, dotted, shown))
    return SafeString(f'<div class="mini">{heads}{cells}</div>')


def _cells(
    first: date,
    days: Workdays,
    today: date,
    link: Callable[[date], str] | None,
    dotted: Collection[date],
    shown: Collection[date],
) -> Iterator[str]:
    for week in weeks_of(first):
        for day in week:
            if day.month != first.month:
                yield f'<span class="o" aria-hidden="true">{day.day}</span>'
                continue
            what = days.day_of(day)
            names = _classes(what, day == today, day in dotted, day in shown)
            title = escape(_title(what))
            inner = f"{day.day}{_mark(what)}"
            tag, href = ("a", f' href="{escape(link(day))}"') if link else ("span", "")
            current = ' aria-current="date"' if day == today else ""
            yield f'<{tag}{href} class="{names}" title="{title}"{current}>{inner}</{tag}>'


def _classes(what: Day, is_today: bool, is_dotted: bool, is_shown: bool) -> str:
    names = [
        "td" if is_today else "hol" if what.kind == DayKind.HOLIDAY else "",
        "wk" if is_shown and not is_today else "",
        "dot" if is_dotted else "",
        "own" if what.is_own else "",
    ]
    return " ".join(name for name in names if name)


def _title(what: Day) -> str:
    day = formats.day(what.date, today=what.date)
    word = what.name or (what.kind.label if what.kind == DayKind.MAKEUP else "")
    return f"{day} · {word}" if word else day


def _mark(what: Day) -> str:
    return f"<i>{pgettext('mark of a make-up workday', 'w')}</i>" if what.kind == DayKind.MAKEUP else ""
