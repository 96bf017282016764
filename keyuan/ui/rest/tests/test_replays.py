from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.apps import apps
from django.db import connection

from keyuan.customers.models import Customer
from keyuan.records.options import lay_options
from keyuan.ui.rest.kept import Replay
from keyuan.ui.rest.tests.calling import Caller
from tests.make import make_customer, make_department, make_role, make_user

BODY = {"name": "北京某某科技有限公司"}


@pytest.fixture
def crowd(transactional_db, cast):
    """The cast where threads see it; tests that empty the tables before us have taken the options away."""
    lay_options(apps)
    return cast


def customers():
    return Customer.objects.unscoped(reason="test").count()


@pytest.mark.django_db
def test_the_same_request_has_its_effect_once(cast):
    caller = Caller(cast.anna)
    first = caller.post("/customers", BODY, Idempotency_Key="a")
    again = caller.post("/customers", BODY, Idempotency_Key="a")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert (again["Location"], again["ETag"]) == (first["Location"], first["ETag"])
    assert again["Idempotent-Replayed"] == "true"
    assert customers() == 1


@pytest.mark.django_db
def test_another_request_with_the_key_is_refused(cast):
    caller = Caller(cast.anna)
    caller.post("/customers", BODY, Idempotency_Key="a")

    assert caller.post("/customers", {"name": "乙公司"}, Idempotency_Key="a").status_code == 422
    assert caller.post("/customers/check-duplicates", BODY, Idempotency_Key="a").status_code == 422
    assert customers() == 1


@pytest.mark.django_db
def test_keys_of_two_people_have_nothing_to_do_with_each_other(cast):
    Caller(cast.anna).post("/customers", BODY, Idempotency_Key="a")

    assert Caller(cast.ben).post("/customers", {"name": "乙公司"}, Idempotency_Key="a").status_code == 201


@pytest.mark.django_db
def test_a_failure_is_not_kept(cast):
    caller = Caller(cast.anna)
    assert caller.post("/customers", {"name": ""}, Idempotency_Key="a").status_code == 422

    assert caller.post("/customers", BODY, Idempotency_Key="a").status_code == 201


@pytest.mark.django_db
def test_a_key_is_forgotten_after_a_day(cast):
    caller = Caller(cast.anna)
    caller.post("/customers/check-duplicates", BODY, Idempotency_Key="a")
    row = Replay.objects.get()
    Replay.objects.update(at=row.at - timedelta(hours=25))

    assert caller.post("/customers", BODY, Idempotency_Key="a").status_code == 201
    assert Replay.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "a" * 201, "a b", "é"])
def test_an_odd_key_is_refused(cast, key):
    assert Caller(cast.anna).post("/customers", BODY, Idempotency_Key=key).status_code == 400


@pytest.mark.django_db
def test_a_secret_is_told_once(cast):
    department = make_department("Head")
    everything = {"view": "all", "create": "all", "edit": "all"}
    chief = make_user(
        "chief", make_role(people=everything, settings={"view": "all", "edit": "all"}), department=department
    )
    caller = Caller(chief)
    body = {"username": "newcomer", "name": "新人", "department": department.pk}

    first, again = (caller.post("/users", body, Idempotency_Key="a").json() for _ in range(2))

    assert first.pop("initial_password")
    assert again == first
    assert "initial_password" not in str(Replay.objects.get().body)


def test_of_many_requests_at_one_moment_one_has_the_effect(crowd):
    start, token = Barrier(8), Caller(crowd.anna)

    def call(number):
        caller = Caller.__new__(Caller)
        caller.client, caller.token = type(token.client)(), token.token
        start.wait()
        try:
            return caller.post("/customers", BODY, Idempotency_Key="race").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(call, range(8)))

    assert set(statuses) <= {201, 409}
    assert 201 in statuses
    assert customers() == 1


def test_of_many_changes_of_one_version_one_wins_and_none_is_lost(crowd):
    record = make_customer("甲公司", owner=crowd.anna)
    start, token = Barrier(8), Caller(crowd.anna)

    def call(number):
        caller = Caller.__new__(Caller)
        caller.client, caller.token = type(token.client)(), token.token
        start.wait()
        try:
            response = caller.patch(f"/customers/{record.pk}", {"notes": f"第{number}"}, 1)
            return response.status_code, response.json().get("notes")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(call, range(8)))

    winners = [notes for status, notes in answers if status == 200]
    assert sorted(status for status, _notes in answers) == [200] + [409] * 7
    record.refresh_from_db()
    assert (record.version, record.notes) == (2, winners[0])


@pytest.mark.django_db
def test_who_lost_the_right_gets_no_answer_of_before(cast):
    caller = Caller(cast.anna)
    caller.post("/customers", BODY, Idempotency_Key="a")
    cast.anna.roles.clear()

    assert caller.post("/customers", BODY, Idempotency_Key="a").status_code == 403


@pytest.mark.django_db
def test_a_masked_value_that_was_shown_is_kept_in_no_replay(cast):
    role = make_role(customer={"view": "all"})
    role.grants.update(fields={"phone": "masked"})
    customer = make_customer(owner=cast.anna, phone="13800138000")
    caller = Caller(make_user("dim", role))
    answers = [caller.post(f"/customers/{customer.pk}/show", {"field": "phone"}, Idempotency_Key="a") for _ in range(2)]

    assert [one.json().get("value") for one in answers] == ["138 0013 8000", None]
