"""Relative dates of the filter language: `7d`, `+7d`, `this-month`, `last-quarter`, in the organisation's zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from dateutil.relativedelta import relativedelta
from django.utils import timezone

_SPAN = re.compile(r"(\+?)(\d{1,4})([hdwmqy])")
NAMED = tuple(
    ["today", "yesterday", "tomorrow"]
    + [f"{which}-{unit}" for unit in ("week", "month", "quarter", "year") for which in ("this", "last", "next")]
)


@dataclass(frozen=True)
class Span:
    """From `start` up to, not including, `end`."""

    start: datetime
    end: datetime


def span(text: str, now: datetime) -> Span | None:
    """The span that `text` means at the moment `now`; None when it means nothing.

    `7d` looks back: from the start of the day seven days ago until now. `+7d` looks ahead: from now to the
    end of the day in seven days. Weeks begin on Monday (ISO 8601).
    """
    now = timezone.localtime(now)
    if match := _SPAN.fullmatch(text):
        return _counted(match[1] == "+", int(match[2]), match[3], now)
    if text in NAMED:
        first, last = _named(text, now.date())
        return Span(start_of(first), start_of(last))
    return None


def start_of(day: date) -> datetime:
    """Midnight at the beginning of `day` in the organisation's zone."""
    return timezone.make_aware(datetime.combine(day, time()))


def _counted(ahead: bool, number: int, unit: str, now: datetime) -> Span:
    if unit == "h":
        away = timedelta(hours=number)
        return Span(now, now + away) if ahead else Span(now - away, now)
    step = {"d": "days", "w": "weeks", "m": "months", "q": "months", "y": "years"}[unit]
    amount = number * 3 if unit == "q" else number
    delta = relativedelta(**{step: amount})  # type: ignore[arg-type]
    if ahead:
        return Span(now, start_of(now.date() + delta + timedelta(days=1)))
    return Span(start_of(now.date() - delta), now)


def _named(text: str, today: date) -> tuple[date, date]:
    if text in ("today", "yesterday", "tomorrow"):
        day = today + timedelta(days={"today": 0, "yesterday": -1, "tomorrow": 1}[text])
        return day, day + timedelta(days=1)
    which, unit = text.split("-")
    first, length = _current(unit, today)
    first += length * {"this": 0, "last": -1, "next": 1}[which]
    return first, first + length


def _current(unit: str, today: date) -> tuple[date, relativedelta]:
    if unit == "week":
        return today - timedelta(days=today.weekday()), relativedelta(weeks=1)
    if unit == "month":
        return today.replace(day=1), relativedelta(months=1)
    if unit == "quarter":
        return today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1), relativedelta(months=3)
    return today.replace(month=1, day=1), relativedelta(years=1)
