"""The forced first change, later changes, and where a password must never be found (L3, L4, L5)."""

import logging

import pytest
from django.db import connection
from django.test import Client

from keyuan.engine.home import initial_password_file, write_private
from keyuan.org.accounts import create_user
from keyuan.org.models import User
from tests.make import PASSWORD, make_user

pytestmark = pytest.mark.django_db
NEW = "kite teapot halfbeat 九点"


@pytest.fixture
def newcomer(db):
    user, initial = create_user(username="kai", name="Kai", phone="13900000001")
    client = Client()
    client.force_login(user)
    return user, initial, client


def change(client, password=NEW, again=None, **more):
    return client.post("/password/change/", {"password": password, "again": again or password, **more})


@pytest.mark.parametrize("path", ["/", "/customers/", "/account/", "/admin/users/", "/frame/side/", "/lock/"])
def test_until_it_is_changed_every_page_answers_change_first(newcomer, path):
    *_, client = newcomer

    response = client.get(path)

    assert (response.status_code, response.url) == (302, "/password/change/")


def test_until_it_is_changed_the_api_answers_change_first(newcomer):
    *_, client = newcomer

    response = client.get("/api/v1/customers")

    assert response.status_code == 403
    assert response["Content-Type"] == "application/problem+json"


def test_until_it_is_changed_a_part_of_a_page_is_refused(newcomer):
    *_, client = newcomer

    assert client.get("/customers/", headers={"HX-Request": "true"}).status_code == 403


def test_the_first_change_does_not_ask_for_the_old_password_later_ones_do(newcomer):
    user, _initial, client = newcomer
    first = change(client)

    without = change(client, "another long sentence")
    wrong = change(client, "another long sentence", old="wrong")
    right = change(client, "another long sentence", old=NEW)

    assert [one.status_code for one in (first, without, wrong, right)] == [302, 422, 422, 302]
    assert User.objects.get(pk=user.pk).check_password("another long sentence")


def test_this_session_stays_and_the_others_end(newcomer):
    user, _initial, client = newcomer
    other = Client()
    other.force_login(user)

    change(client)

    assert client.get("/account/").status_code == 200
    assert other.get("/account/").url.startswith("/sign-in/")


@pytest.mark.parametrize("bad", ["123456", "qwertyuiop", "00000001 and more", "kai is my name"])
def test_a_bad_password_is_refused_at_its_field(newcomer, bad):
    user, _initial, client = newcomer

    response = change(client, bad)

    assert response.status_code == 422
    assert "password" in response.context["form"].errors
    assert User.objects.get(pk=user.pk).must_change_password


def test_the_initial_password_again_and_two_different_ones_are_refused(newcomer):
    _, initial, client = newcomer

    assert "password" in change(client, initial).context["form"].errors
    assert "again" in change(client, NEW, NEW + "!").context["form"].errors


def test_the_file_with_the_first_password_goes_with_its_change_only(newcomer):
    _user, initial, client = newcomer
    other = Client()
    other.force_login(make_user("lin"))
    write_private(initial_password_file(), f"{initial}\n")

    change(other, "some other long sentence", old=PASSWORD)
    kept = initial_password_file().exists()
    change(client)

    assert (kept, initial_password_file().exists()) == (True, False)


def test_a_typed_password_is_in_no_table_and_no_line_of_the_log(newcomer, caplog):
    _, initial, client = newcomer
    secrets = [NEW, "a wrong password of mine", initial]
    with caplog.at_level(logging.DEBUG):
        change(client)
        client.post("/sign-out/")
        client.post("/sign-in/", {"username": "kai", "password": "a wrong password of mine"})
        client.post("/sign-in/", {"username": "a wrong password of mine", "password": NEW})
        client.post("/sign-in/", {"username": "kai", "password": NEW})

    assert [secret for secret in secrets if secret in caplog.text] == []
    assert [name for name in tables() for secret in secrets if holds(name, secret)] == []


def tables():
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        return [name for (name,) in cursor.fetchall()]


def holds(table, text):
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM {connection.ops.quote_name(table)} t WHERE strpos(t::text, %s) > 0", [text]
        )
        return cursor.fetchone()[0] > 0
