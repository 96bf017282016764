"""Working hours against a count of minutes, and over a holiday with its make-up workdays."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from keyuan.leads.responding.hours import WorkingTime
from keyuan.records.reference.workdays import Workdays

MINUTE = timedelta(minutes=1)
HOUSE = WorkingTime(Workdays({}), time(9), time(18))
AROUND = datetime(2025, 9, 26)  # a Friday; 国庆 2025: 1 to 8 October off, 28 September and 11 October worked


def at(text: str) -> datetime:
    return timezone.make_aware(datetime.fromisoformat(text))


def works(moment: datetime, house: WorkingTime) -> bool:
    local = timezone.localtime(moment)
    return house.days.is_workday(local.date()) and house.opens <= local.time() < house.closes


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 12 * 24 * 60), st.integers(1, 30 * 60), st.integers(0, 11 * 60), st.integers(12 * 60, 24 * 60 - 1)
)
def test_hours_are_added_and_taken_off_as_minutes_are_counted(start, amount, opens, closes):
    house = WorkingTime(Workdays({}), time(*divmod(opens, 60)), time(*divmod(closes, 60)))
    begins = timezone.make_aware(AROUND + start * MINUTE)
    moment, passed = begins, 0
    while passed < amount:
        passed += works(moment, house)
        moment += MINUTE
    assert house.after(begins, amount * MINUTE) == moment
    assert house.between(begins, moment) == amount * MINUTE
    since = house.before(moment, amount * MINUTE)
    assert since >= begins
    assert house.after(since, amount * MINUTE) <= moment < house.after(since + MINUTE, amount * MINUTE)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2025-09-26 16:00", 1, "2025-09-26 17:00"),
        ("2025-09-26 17:00", 2, "2025-09-28 10:00"),  # Saturday is free, Sunday is worked for the holiday
        ("2025-09-30 17:00", 4, "2025-10-09 12:00"),  # National Day and Mid-Autumn: until 8 October
        ("2025-10-03 12:00", 9, "2025-10-09 18:00"),
        ("2025-10-10 18:00", 1, "2025-10-11 10:00"),  # a Saturday that is worked
        ("2025-10-11 23:00", 1, "2025-10-13 10:00"),
    ],
)
def test_a_holiday_stands_still_and_make_up_workdays_count(start, hours, end):
    assert HOUSE.after(at(start), timedelta(hours=hours)) == at(end)
