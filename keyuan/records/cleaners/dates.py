"""Dates as people and spreadsheets write them."""

from __future__ import annotations

import re
from datetime import date, timedelta

from django.utils.translation import gettext as _

from keyuan.records.cleaners import Invalid, half_width, shown

FIRST_YEAR, LAST_YEAR = 1900, 2100
SERIAL_ZERO = date(1899, 12, 30)
"""Day 0 of the serial numbers of spreadsheets, for days after 1 March 1900."""

MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}

_TIME = re.compile(r"(?:[t\s]+|(?<=日))\d{1,2}[:：时点]\d{1,2}(?:[:：分]\d{1,2})?(?:\.\d+)?\s*(?:[ap]m|秒|分)?"
                   r"\s*(?:z|[+-]\d{2}:?\d{2})?$")  # fmt: skip
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年\s]\s*(\d{1,2})\s*[-/.月\s]\s*(\d{1,2})\s*[日号]?")
_TOGETHER = re.compile(r"(\d{4})(\d{2})(\d{2})")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_NAMED = re.compile(r"(?:(\d{1,2})\s*([a-z]{3,9})|([a-z]{3,9})\s*(\d{1,2}))(?:st|nd|rd|th)?[\s,.-]*(\d{4})")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")


def clean_date(text: str | float) -> date:
    """A date from `2025-06-12`, `2025/6/12`, `2025年6月12日`, `20250612`, `Jun 12, 2025`, or a spreadsheet's number.

    A time behind the date is left out.

    Raises:
        Invalid: no such day, or day and month cannot be told apart (`03/04/2025`).
    """
    if not isinstance(text, str):
        return _from_serial(float(text), str(text))
    plain = _TIME.sub("", half_width(text).lower()).strip()
    if _SERIAL.fullmatch(plain):
        return _from_serial(float(plain), text)
    if match := _YEAR_FIRST.fullmatch(plain) or _TOGETHER.fullmatch(plain):
        return _day(int(match[1]), int(match[2]), int(match[3]), text)
    if match := _YEAR_LAST.fullmatch(plain):
        return _year_last(int(match[1]), int(match[2]), int(match[3]), text)
    if match := _NAMED.fullmatch(plain):
        return _named(match, text)
    raise _not_a_date(text)


def _from_serial(serial: float, text: str) -> date:
    if not 61 <= serial <= 73_415:
        raise _not_a_date(text)
    return SERIAL_ZERO + timedelta(days=int(serial))


def _year_last(first: int, second: int, year: int, text: str) -> date:
    if first > 12 or first == second:
        return _day(year, second, first, text)
    if second > 12:
        return _day(year, first, second, text)
    raise Invalid(
        _("“%(given)s” may mean two days. Write the year first: %(one)s or %(other)s.")
        % {"given": shown(text), "one": f"{year}-{first:02}-{second:02}", "other": f"{year}-{second:02}-{first:02}"}
    )


def _named(match: re.Match[str], text: str) -> date:
    day, name = match[1] or match[4], match[2] or match[3]
    month = MONTHS.get(name[:3])
    if month is None:
        raise _not_a_date(text)
    return _day(int(match[5]), month, int(day), text)


def _day(year: int, month: int, day: int, text: str) -> date:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Invalid(
            _("The year must be between %(first)d and %(last)d, not %(year)d.")
            % {"first": FIRST_YEAR, "last": LAST_YEAR, "year": year}
        )
    try:
        return date(year, month, day)
    except ValueError:
        raise Invalid(_("There is no such day: “%(given)s”.") % {"given": shown(text)}) from None


def _not_a_date(text: str) -> Invalid:
    return Invalid(_("“%(given)s” is not a full date. Write it like 2025-06-12.") % {"given": shown(text)})
