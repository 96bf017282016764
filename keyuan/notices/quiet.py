"""Quiet hours: from–to in the organisation's zone on some days, also across midnight."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.utils import timezone

Quiet = tuple[time, time, frozenset[int]]
"""From, to, and the days on which quiet hours begin; Monday is 0."""


def quiet_until(quiet: Quiet | None, at: datetime) -> datetime | None:
    """When the quiet hours that hold `at` end; None where it is not quiet then.

    Clocks count as they hang on the wall: a night in which they are changed is an hour longer or shorter.
    """
    if quiet is None:
        return None
    begins, ends, days = quiet
    here = timezone.localtime(at)
    for day in (here.date(), here.date() - timedelta(days=1)):
        end = datetime.combine(day + timedelta(days=begins >= ends), ends, here.tzinfo)
        if day.weekday() in days and datetime.combine(day, begins, here.tzinfo) <= here < end:
            return end
    return None
