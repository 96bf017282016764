"""Administrators change single days; what they changed stays readable."""

from datetime import date

import pytest

from keyuan.people.own_workdays import change_days, past
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.reference.workdays import DayKind, workdays

pytestmark = pytest.mark.django_db
NEW_YEAR = date(2027, 2, 11), date(2027, 2, 12)


def test_days_off_and_make_up_workdays_are_added_and_taken_back(admin):
    assert change_days(*NEW_YEAR, "holiday", "春节", by=admin) == 2
    assert change_days(date(2027, 2, 20), date(2027, 2, 20), "makeup", "", by=admin) == 1
    days = workdays()
    assert [days.day_of(day).kind for day in (*NEW_YEAR, date(2027, 2, 20))] == [
        DayKind.HOLIDAY,
        DayKind.HOLIDAY,
        DayKind.MAKEUP,
    ]
    assert change_days(*NEW_YEAR, "", "", by=admin) == 2
    assert workdays().is_workday(NEW_YEAR[0])
    assert [(line.day, line.before, line.after) for line in past()][:2] == [
        ("2027-02-11", "Holiday · 春节", ""),
        ("2027-02-12", "Holiday · 春节", ""),
    ]


def test_only_administrators_change_days(cast):
    with pytest.raises(NotAllowed):
        change_days(*NEW_YEAR, "holiday", "春节", by=cast.boss)


@pytest.mark.parametrize(
    "given",
    [
        (date(2027, 2, 12), date(2027, 2, 11), "makeup", ""),
        (date(2027, 1, 1), date(2028, 1, 1), "makeup", ""),
        (date(2027, 2, 11), date(2027, 2, 11), "holiday", " "),
    ],
)
def test_a_slip_is_refused(admin, given):
    with pytest.raises(RuleBroken):
        change_days(*given, by=admin)


def test_the_page_shows_the_year_and_says_where_the_notice_is_missing(admin, client):
    client.force_login(admin)
    client.cookies["keyuan_language"] = "en"
    body = client.get("/admin/workdays/?year=2026").content.decode()
    assert "Qingming Festival" in body
    assert "248 workdays" in body
    assert "is not known to this version" in client.get("/admin/workdays/?year=2033").content.decode()
    answer = client.post("/admin/workdays/", {"first": "2033-02-01", "kind": "holiday", "name": "春节"})
    assert answer.status_code == 302
    assert "Holiday · 春节" in client.get("/admin/workdays/?year=2033").content.decode()
    refused = client.post("/admin/workdays/", {"first": "2033-02-01", "kind": "holiday", "name": ""})
    assert (refused.status_code, "Say what the day off is called" in refused.content.decode()) == (422, True)
