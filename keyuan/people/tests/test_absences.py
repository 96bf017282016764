"""Who is away, and who stands in: rules in sentences, the deputy's deputy, and what deputies are told (W13)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from keyuan.org.models import User
from keyuan.people import log
from keyuan.people.absences import add_absence, away_on, coming, deputy_of, end_absence
from keyuan.people.models import Absence
from keyuan.records.errors import NotAllowed, RuleBroken
from tests.make import make_user

pytestmark = pytest.mark.django_db


def day(number: int) -> date:
    """So many days from today."""
    return timezone.localdate() + timedelta(days=number)


def away(person: User, deputy: User, first: int = 0, last: int = 3) -> Absence:
    return add_absence(person, day(first), day(last), deputy=deputy, by=person)


def test_an_absence_holds_on_its_days_and_stands_in_the_log(cast):
    away(cast.anna, cast.ben, 1, 3)
    found = [deputy_of(cast.anna.pk, away_on(day(number))) for number in range(5)]
    assert found == [None, cast.ben.pk, cast.ben.pk, cast.ben.pk, None]
    assert [line.what for line in log.lines("user", cast.anna.pk, {})] == ["added an absence"]


@pytest.mark.parametrize(
    ("first", "last", "who", "said"),
    [
        (3, 1, "ben", "The last day can't lie before the first."),
        (-5, -1, "ben", "These days are over. Choose a last day from today on."),
        (0, 400, "ben", "An absence lasts at most 366 days. Have accounts disabled for longer."),
        (0, 3, "anna", "Choose somebody else as deputy."),
        (0, 3, "gone", "“Gone” can't stand in. Choose somebody who works here."),
        (9, 12, "ben", "There is an absence on these days already: "),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(cast: SimpleNamespace, first, last, who, said):
    cast.gone = make_user("gone", is_active=False)
    away(cast.anna, cast.ben, 5, 9)
    with pytest.raises(RuleBroken) as refusal:
        away(cast.anna, getattr(cast, who), first, last)
    assert str(refusal.value).startswith(said)


def test_the_database_itself_lets_no_absences_of_a_person_overlap(cast):
    first = away(cast.anna, cast.ben)
    again = {"first": first.last, "last": first.last + timedelta(days=1), "deputy": cast.olga}
    with pytest.raises(IntegrityError), transaction.atomic():
        Absence.objects.create(person=cast.anna, **again)
    Absence.objects.create(person=cast.ben, **again)


def test_the_deputy_of_a_deputy_who_is_away_stands_in_and_circles_end(cast):
    away(cast.anna, cast.ben)
    away(cast.ben, cast.olga)
    assert deputy_of(cast.anna.pk, away_on(day(0))) == cast.olga.pk
    away(cast.olga, cast.anna)
    assert deputy_of(cast.anna.pk, away_on(day(0))) is None


def test_others_than_administrators_keep_off_the_absences_of_somebody(cast, admin):
    with pytest.raises(NotAllowed):
        add_absence(cast.anna, day(0), day(1), deputy=cast.ben, by=cast.boss)
    absence = add_absence(cast.anna, day(0), day(1), deputy=cast.ben, by=admin)
    with pytest.raises(NotAllowed):
        end_absence(absence, by=cast.ben)


def test_who_is_back_early_ends_the_absence_with_yesterday_and_one_to_come_goes(cast):
    absence = away(cast.anna, cast.ben, -3, 3)
    later = away(cast.anna, cast.ben, 10, 12)
    end_absence(absence, by=cast.anna)
    end_absence(later, by=cast.anna)
    assert coming(cast.anna) == []
    assert Absence.objects.get().last == day(-1)


def test_the_pages_show_add_and_end_absences_of_oneself_and_of_others(cast, admin):
    client = Client()
    client.cookies["keyuan_language"] = "en"
    client.force_login(cast.anna)
    given = {"first": day(0).isoformat(), "last": day(2).isoformat(), "deputy": "Ben"}
    assert client.post("/account/absences/", given | {"deputy": "nobody"}).status_code == 422
    assert client.post("/account/absences/", given).status_code == 302
    assert "Deputy: Ben" in client.get("/account/absences/").content.decode()
    absence = Absence.objects.get()
    client.force_login(admin)
    assert "Deputy: Ben" in client.get(f"/admin/users/{cast.anna.pk}/").content.decode()
    assert client.post(f"/account/absences/{absence.pk}/end/").status_code == 404
    client.post(f"/admin/users/{cast.anna.pk}/absences/{absence.pk}/end/")
    assert coming(cast.anna) == []


@pytest.mark.django_db(transaction=True)
def test_of_two_absences_added_at_once_on_the_same_days_one_is_refused(cast):
    def add(_number: int) -> str:
        try:
            away(User.objects.get(pk=cast.anna.pk), cast.ben)
        except RuleBroken:
            return "refused"
        finally:
            connection.close()
        return "added"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(add, range(4))) == ["added", "refused", "refused", "refused"]


def test_whoever_looks_for_a_colleague_sees_until_when_they_are_away(cast, client):
    away(cast.ben, cast.anna)
    client.force_login(cast.anna)
    client.cookies["keyuan_language"] = "en"
    found = {name: beside for _pk, name, beside in client.get("/colleagues/").json()}
    assert "away until" in found[str(cast.ben)]
    assert "away" not in found[str(cast.olga)]
