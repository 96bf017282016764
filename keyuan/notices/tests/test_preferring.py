"""What people want to be told and when: switches and quiet hours."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from keyuan.notices.models import EVERY_DAY, NoticePreferences
from keyuan.notices.quiet import quiet_until

SHANGHAI = ZoneInfo("Asia/Shanghai")
NIGHT = (time(22), time(7, 30), frozenset(EVERY_DAY))
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1))


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("moment", "end"),
    [
        ("2026-03-18 21:59", None),
        ("2026-03-18 22:00", "2026-03-19 07:30"),
        ("2026-03-18 23:59", "2026-03-19 07:30"),
        ("2026-03-19 00:00", "2026-03-19 07:30"),
        ("2026-03-19 07:29", "2026-03-19 07:30"),
        ("2026-03-19 07:30", None),
    ],
)
def test_a_night_is_quiet_from_its_beginning_until_its_end(moment, end):
    assert quiet_until(NIGHT, at(moment)) == (at(end) if end else None)


def test_a_night_belongs_to_the_day_on_which_it_begins():
    friday = (time(22), time(7), frozenset({4}))
    assert quiet_until(friday, at("2026-03-21 03:00")) == at("2026-03-21 07:00")
    assert quiet_until(friday, at("2026-03-20 03:00")) is None


def test_without_quiet_hours_it_is_never_quiet():
    assert quiet_until(None, timezone.now()) is None


@given(MOMENTS, TIMES, TIMES, st.frozensets(st.sampled_from(EVERY_DAY)))
def test_quiet_hours_end_later_but_within_a_day_and_then_it_is_no_longer_quiet(naive, begins, ends, days):
    moment = naive.replace(tzinfo=SHANGHAI)
    end = quiet_until((begins, ends, days), moment)
    if begins == ends:
        return
    if end is None:
        assert not is_quiet_minute_by_minute(moment, begins, ends, days)
        return
    assert is_quiet_minute_by_minute(moment, begins, ends, days)
    assert timedelta(0) < end - moment <= timedelta(days=1)
    assert end.astimezone(SHANGHAI).time() == ends
    assert quiet_until((begins, ends, days), end) is None


def is_quiet_minute_by_minute(moment, begins, ends, days):
    """The same, asked of the clock on the wall."""
    clock, day = moment.time(), moment.weekday()
    if begins < ends:
        return begins <= clock < ends and day in days
    return (clock >= begins and day in days) or (clock < ends and (day - 1) % 7 in days)


def browser(user):
    client = Client()
    client.cookies["keyuan_language"] = "en"
    client.force_login(user)
    return client


FORM = {"app": ["import.done"], "mail": ["test.told"], "quiet_from": "22:00", "quiet_to": "07:30", "days": ["0", "4"]}


@pytest.mark.django_db
def test_switches_and_quiet_hours_are_chosen_by_a_form_without_script(cast, told):
    client = browser(cast.anna)
    assert client.post("/notices/preferences/", FORM)["Location"] == "/notices/preferences/"

    chosen = NoticePreferences.objects.get(user=cast.anna)
    assert "test.told" in chosen.off
    assert chosen.by_mail["test.told"] is True
    assert chosen.quiet == (time(22), time(7, 30), frozenset({0, 4}))
    assert told(cast.anna) == []  # not in the product, and no mail server
    page = client.get("/notices/preferences/").content.decode()
    assert 'value="22:00"' in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"quiet_to": ""}, "Give both times"),
        ({"quiet_from": ""}, "Give both times"),
        ({"quiet_to": "22:00"}, "Give an end that is not the beginning"),
        ({"days": []}, "Choose a day"),
        ({"days": ["²", "x", "9"]}, "is not one of the available choices"),
    ],
)
def test_quiet_hours_that_mean_nothing_are_refused_with_a_sentence(cast, wrong, said):
    answer = browser(cast.anna).post("/notices/preferences/", FORM | wrong)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not NoticePreferences.objects.exists()


@pytest.mark.django_db
def test_the_account_page_leads_to_the_preferences(cast):
    assert "/notices/preferences/" in browser(cast.anna).get("/account/").content.decode()


@pytest.mark.django_db
def test_kinds_that_never_concern_a_person_are_not_offered_and_stay_as_they_are(cast):
    NoticePreferences.objects.create(user=cast.anna, off=["import.staff_done"])
    client = browser(cast.anna)
    page = client.get("/notices/preferences/").content.decode()
    assert "An import is finished" in page
    assert "An import of members is finished" not in page
    assert "Reminder of a plan" in page
    assert "Reminder of a plan" not in browser(cast.guest).get("/notices/preferences/").content.decode()

    client.post("/notices/preferences/", FORM)
    assert "import.staff_done" in NoticePreferences.objects.get().off
