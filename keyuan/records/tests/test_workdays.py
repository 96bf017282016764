"""Chinese holidays, make-up workdays, and what an organisation changes."""

from datetime import date

import pytest
from django.utils import translation

from keyuan.org.settings import set_setting
from keyuan.records.reference import FOLDER, making_workdays
from keyuan.records.reference.workdays import FILE, SETTING, DayKind, Workdays, has_notice, workdays

PLAIN = Workdays({})


@pytest.mark.parametrize(
    ("day", "kind", "name"),
    [
        (date(2026, 4, 3), DayKind.WORKDAY, ""),
        (date(2026, 4, 4), DayKind.HOLIDAY, "清明节"),
        (date(2026, 4, 6), DayKind.HOLIDAY, "清明节"),
        (date(2026, 2, 23), DayKind.HOLIDAY, "春节"),
        (date(2026, 2, 14), DayKind.MAKEUP, ""),
        (date(2026, 3, 21), DayKind.WEEKEND, ""),
        (date(2026, 10, 8), DayKind.WORKDAY, ""),
    ],
)
def test_days_are_those_of_the_state_council(day, kind, name):
    with translation.override("zh-hans"):
        found = PLAIN.day_of(day)
        assert (found.kind, str(found.name)) == (kind, name)


def test_holidays_are_runs_of_days_with_one_name():
    with translation.override("zh-hans"):
        found = PLAIN.holidays_between(date(2026, 4, 1), date(2026, 5, 31))
        assert [(one.first.isoformat(), one.last.isoformat(), str(one.name)) for one in found] == [
            ("2026-04-04", "2026-04-06", "清明节"),
            ("2026-05-01", "2026-05-05", "劳动节"),
        ]


def test_weekends_are_worked_where_the_notice_says_so():
    assert PLAIN.is_workday(date(2026, 2, 28))
    assert [day.date.isoformat() for day in PLAIN.makeup_between(date(2026, 9, 1), date(2026, 10, 31))] == [
        "2026-09-20",
        "2026-10-10",
    ]
    assert PLAIN.next_workday(date(2026, 9, 30)) == date(2026, 10, 8)
    assert PLAIN.workdays_between(date(2026, 10, 1), date(2026, 10, 31)) == 18


def test_a_year_without_a_notice_has_its_statutory_days():
    assert has_notice(2026)
    assert not has_notice(2031)
    assert PLAIN.day_of(date(2031, 10, 1)).kind == DayKind.HOLIDAY
    assert not PLAIN.makeup_between(date(2031, 1, 1), date(2031, 12, 31))


def test_the_file_of_days_says_what_the_library_says():
    assert making_workdays.text() == (FOLDER / FILE).read_text(encoding="utf-8")


def test_an_organisation_has_days_of_its_own():
    own = Workdays(
        {"2027-02-11": {"off": True, "name": "春节"}, "2027-02-20": {"off": False, "name": ""},
         "2026-10-01": {"off": False, "name": "值班"}}
    )  # fmt: skip
    assert own.day_of(date(2027, 2, 11)).kind == DayKind.HOLIDAY
    assert own.day_of(date(2027, 2, 20)).kind == DayKind.MAKEUP
    assert own.day_of(date(2026, 10, 1)).kind == DayKind.WORKDAY
    assert own.day_of(date(2026, 10, 1)).is_own


def test_what_is_changed_holds_from_the_next_request_on(cast):
    day = date(2027, 2, 11)
    assert workdays().is_workday(day)
    set_setting(SETTING, {"2027-02-11": {"off": True, "name": "春节"}})
    assert not workdays().is_workday(day)
