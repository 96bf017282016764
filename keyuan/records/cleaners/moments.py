"""Points in time as people, inputs and spreadsheets write them; without a zone they are the organisation's."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from keyuan.records.cleaners import Invalid, half_width, shown
from keyuan.records.cleaners.dates import clean_date

_CLOCK = re.compile(
    r"(上午|下午|晚上|am|pm)?\s*(\d{1,2})[:：时点](\d{1,2})?(?:[:：分](\d{1,2}))?(?:\.\d+)?\s*(am|pm|秒|分)?$"
)
_SERIAL = re.compile(r"\d{5}\.\d+")
_ZONED = re.compile(r"\d{4}-\d{2}-\d{2}[t ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?\s?(z|[+-]\d{2}:?\d{2})", re.IGNORECASE)


def clean_moment(text: str) -> datetime:
    """A moment from `2026-03-20T10:00`, `2026/3/20 10:00`, `2026年3月20日 下午2点`, an ISO text with its zone, a
    spreadsheet's number; a bare date means its beginning.

    Raises:
        Invalid: no such moment, or day and month cannot be told apart.
    """
    plain = half_width(text).strip().lower()
    if _ZONED.fullmatch(plain):
        return _zoned(plain, text)
    if _SERIAL.fullmatch(plain):
        seconds = round(float(plain) % 1 * 86400)
        return local(datetime.combine(clean_date(plain), time()) + timedelta(seconds=seconds))
    clock = _CLOCK.search(plain)
    day = clean_date(plain[: clock.start()].rstrip(" t") if clock else plain)
    return local(datetime.combine(day, _clock(clock, text) if clock else time()))


def local(naive: datetime) -> datetime:
    """A moment of the organisation's zone; one that the clocks skip is the one an hour later (PEP 495)."""
    aware = timezone.make_aware(naive)
    return aware.astimezone(UTC).astimezone(aware.tzinfo)


def _zoned(plain: str, text: str) -> datetime:
    try:
        found = parse_datetime(plain.upper().replace(" Z", "Z"))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or not 1900 <= found.year <= 2100:
        raise _not_a_moment(text)
    return found


def _clock(found: re.Match[str], text: str) -> time:
    half = found[1] or found[5] or ""
    hour, minute, second = int(found[2]), int(found[3] or 0), int(found[4] or 0)
    if half in ("下午", "晚上", "pm") and hour < 12:
        hour += 12
    if half in ("上午", "am") and hour == 12:
        hour = 0
    try:
        return time(hour, minute, second)
    except ValueError:
        raise _not_a_moment(text) from None


def _not_a_moment(text: str) -> Invalid:
    return Invalid(_("“%(given)s” is not a time. Write it like 2026-03-20 10:00.") % {"given": shown(text)})
