"""Working time: from when to when work is done on workdays, and how to count in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone

from keyuan.records.reference.workdays import Workdays

FURTHEST = 400
"""So many days are looked through: a year without a workday is a mistake in the calendar."""


@dataclass(frozen=True)
class WorkingTime:
    """The hours of one organisation, in its time zone, on the days that it works (records/reference/workdays.py)."""

    days: Workdays
    opens: time
    closes: time

    def after(self, start: datetime, amount: timedelta) -> datetime:
        """The first moment by which so much working time has passed since `start`."""
        left, day = amount, timezone.localdate(start)
        for begins, ends in self._spans(day, 1):
            begins = max(begins, start)
            if begins >= ends:
                continue
            if left <= ends - begins:
                return begins + left
            left -= ends - begins
        return datetime.max.replace(tzinfo=UTC)

    def before(self, end: datetime, amount: timedelta) -> datetime:
        """The last moment since which so much working time has passed until `end`: `after` of it is not later."""
        left, day = amount, timezone.localdate(end)
        for begins, ends in self._spans(day, -1):
            ends = min(ends, end)
            if begins >= ends:
                continue
            if left <= ends - begins:
                return ends - left
            left -= ends - begins
        return datetime.min.replace(tzinfo=UTC)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much working time lies between the two."""
        passed = timedelta()
        for begins, ends in self._spans(timezone.localdate(start), 1):
            if begins >= end:
                break
            passed += max(min(ends, end) - max(begins, start), timedelta())
        return passed

    def _spans(self, day: date, step: int) -> Iterator[tuple[datetime, datetime]]:
        """The working time of each workday from `day` on, forwards or backwards."""
        for number in range(FURTHEST):
            one = day + timedelta(days=step * number)
            if self.days.is_workday(one):
                yield _moment(one, self.opens), _moment(one, self.closes)


def _moment(day: date, clock: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, clock)).astimezone(UTC)
