from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from keyuan.org.models import ApiToken
from keyuan.org.tokens import issue
from keyuan.people.members import set_enabled
from keyuan.records.history import Event
from keyuan.ui.rest import access
from keyuan.ui.rest.tests.calling import Caller
from tests.make import PASSWORD, make_customer, make_user, option

pytestmark = pytest.mark.django_db
CUSTOMER = {"name": "北京某某科技有限公司"}


def test_without_a_token_everything_asks_for_one(client):
    response = client.get("/api/v1/customers")

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("header", ["Bearer nonsense", "Bearer ", "Basic YTpi", "Bearer kx_\xff", "x"])
def test_a_wrong_token_is_refused_even_beside_a_session(client, cast, header):
    client.force_login(cast.anna)

    assert client.get("/api/v1/customers", headers={"Authorization": header}).status_code == 401


def test_many_wrong_tokens_have_to_wait(client, cast, monkeypatch):
    monkeypatch.setattr(access, "WRONG", access.Wrong())
    answers = [
        client.get("/api/v1/customers", headers={"Authorization": "Bearer x"}, REMOTE_ADDR="192.0.2.7")
        for _ in range(access.WRONG_TOKENS + 1)
    ]

    assert [answers[0].status_code, answers[-1].status_code] == [401, 429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 61
    assert Caller(cast.anna).get("/customers").status_code == 200


def test_a_token_that_only_reads_cannot_write(cast):
    reader = Caller(cast.anna, "read")

    assert reader.get("/customers").status_code == 200
    assert reader.post("/customers", CUSTOMER).status_code == 403


def test_an_expired_token_is_none(cast):
    caller = Caller(cast.anna)
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert caller.get("/customers").status_code == 401


def test_the_token_of_a_disabled_person_is_none(cast):
    caller = Caller(cast.anna)
    administrator = make_user("chief")
    administrator.is_active = True
    type(cast.anna).objects.filter(pk=cast.anna.pk).update(is_active=False)

    assert caller.get("/customers").status_code == 401
    assert set_enabled  # the verb itself is tested in the room of people


def test_an_older_epoch_ends_a_token(cast):
    caller = Caller(cast.anna)

    cast.anna.end_all_sessions()

    assert caller.get("/customers").status_code == 401
    assert Caller(cast.anna).get("/customers").status_code == 200


def test_the_initial_password_must_be_changed_first(cast):
    token = Caller(cast.anna)
    type(cast.anna).objects.filter(pk=cast.anna.pk).update(must_change_password=True)

    response = token.get("/customers")

    assert response.status_code == 403
    browser = Client()
    browser.login(username="anna", password=PASSWORD)
    assert browser.get("/api/v1/customers").status_code == 403


def test_a_session_writes_only_with_the_csrf_token(cast):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.anna)

    assert browser.get("/api/v1/customers").status_code == 200
    refused = browser.post("/api/v1/customers", CUSTOMER, content_type="application/json")
    assert refused.status_code == 403
    assert refused["Content-Type"] == "application/problem+json"
    browser.cookies["keyuan_csrf"] = "a" * 32
    accepted = browser.post(
        "/api/v1/customers", CUSTOMER, content_type="application/json", headers={"X-CSRFToken": "a" * 32}
    )
    assert accepted.status_code == 201


def test_a_locked_screen_locks_the_api(client, cast):
    client.force_login(cast.anna)
    session = client.session
    session["locked"] = True
    session.save()

    assert client.get("/api/v1/customers").status_code == 403


def test_history_says_that_a_program_did_it(cast):
    Caller(cast.anna).post("/customers", CUSTOMER)

    assert Event.objects.get(record_type="customer").source == "api"


def test_the_use_of_a_token_is_written_at_most_once_a_minute(cast):
    caller = Caller(cast.anna)
    caller.get("/customers")
    first = ApiToken.objects.get().last_used_at
    caller.get("/customers")

    assert first is not None
    assert ApiToken.objects.get().last_used_at == first
    ApiToken.objects.update(last_used_at=first - timedelta(minutes=2))
    caller.get("/customers")
    assert ApiToken.objects.get().last_used_at >= first


def test_words_are_in_the_language_of_the_person(cast):
    make_customer("甲公司", owner=cast.anna, category=option("category", "potential"))
    cast.anna.prefer(language="en")

    item = Caller(cast.anna).get("/customers").json()["items"][0]

    assert item["category"] == {"value": "potential", "label": "Potential"}


def test_who_has_no_right_at_all_is_refused(cast):
    assert Caller(cast.guest).get("/customers").status_code == 403
    assert Caller(cast.guest).get("/users").status_code == 403
    assert issue(cast.guest, "read", 1).startswith("kx_")
