"""Who is told: those who may see it, once, unless they have switched it off."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from keyuan.notices.kinds import KINDS, NoticeKind, declare
from keyuan.notices.models import Notice, NoticePreferences
from keyuan.notices.telling import tell
from keyuan.org.models import Role
from tests.make import make_user

pytestmark = pytest.mark.django_db


def test_everybody_who_sees_the_record_is_told_and_nobody_else(cast, told):
    people = told(cast.anna, cast.ben, cast.olga, cast.boss, cast.guest)

    assert people == sorted([cast.anna.pk, cast.ben.pk, cast.boss.pk])
    assert set(Notice.objects.values_list("user", flat=True)) == set(people)


def test_a_disabled_account_is_not_told(cast, told):
    cast.ben.is_active = False
    cast.ben.save()

    assert told(cast.anna, cast.ben) == [cast.anna.pk]


def test_whoever_did_it_is_not_told_of_it(cast, told):
    assert told(cast.anna, cast.ben, by=cast.ben) == [cast.anna.pk]


def test_what_the_robot_does_it_tells_everybody_but_itself(cast, told, robot):
    assert told(cast.anna, robot) == [cast.anna.pk]


def test_the_same_key_tells_a_person_once(cast, told):
    assert told(cast.anna) == [cast.anna.pk]
    assert told(cast.anna, cast.ben) == [cast.ben.pk]
    assert told(cast.anna, key="another") == [cast.anna.pk]


def test_a_kind_that_is_switched_off_tells_nothing(cast, told):
    NoticePreferences.objects.create(user=cast.anna, off=["test.told"])

    assert told(cast.anna, cast.ben) == [cast.ben.pk]


def test_a_notice_about_no_record_reaches_everybody(cast, told):
    assert len(told(cast.anna, cast.olga, cast.guest, record_id=None)) == 3


def test_a_kind_that_nobody_declared_is_an_error(cast, robot):
    with pytest.raises(KeyError):
        tell("no.such", to=[cast.anna.pk], record_id=None, by=robot, key="x")


def test_a_name_is_declared_once_and_a_tone_is_known(kind):
    declare(kind)
    values = {name: getattr(kind, name) for name in kind.__dataclass_fields__}
    with pytest.raises(ValueError, match=r"test\.told"):
        declare(NoticeKind(**values))
    with pytest.raises(ValueError, match="other"):
        declare(NoticeKind(**values | {"name": "other", "tone": "pink"}))


def test_what_is_taken_back_has_told_nobody(cast, told):
    with transaction.atomic():
        told(cast.anna)
        transaction.set_rollback(True)

    assert not Notice.objects.exists()


def test_ten_times_the_people_cost_no_query_more_where_the_kind_asks_for_many(cast, told, kind, monkeypatch):
    role = Role.objects.get(name="rep")
    values = {name: getattr(kind, name) for name in kind.__dataclass_fields__}
    values["pairs"] = lambda asked: {(one.pk, record) for one, record in asked if one.may("customer", "view")}
    monkeypatch.setitem(KINDS, "test.told", NoticeKind(**values))

    def cost(people, key):
        with CaptureQueriesContext(connection) as queries:
            assert len(told(*people, key=key)) == len(people)
        return len(queries)

    few = [make_user(f"few{number}", role, department=cast.anna.department) for number in range(3)]
    many = [make_user(f"many{number}", role, department=cast.anna.department) for number in range(30)]
    assert cost(few, "few") == cost(many, "many")


@pytest.mark.django_db(transaction=True)
def test_those_who_tell_the_same_at_the_same_moment_tell_it_once(cast, told):
    def tell_it(_number):
        try:
            return len(told(cast.anna, cast.ben, cast.boss))
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        counts = list(threads.map(tell_it, range(16)))

    assert sum(counts) == 3
    assert Notice.objects.count() == 3
