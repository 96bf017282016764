"""Signing in, out, and locking the screen (L1, L2, L7, L9, L10)."""

import json
import re
from statistics import median
from time import perf_counter

import pytest
from django.test import Client

from keyuan.org.accounts import create_user
from keyuan.org.models import SignInTries
from keyuan.org.settings import set_setting
from tests.make import PASSWORD, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def lin(db):
    return make_user("lin", phone="13800138000")


def sign_in(client, name="lin", password=PASSWORD, **more):
    return client.post("/sign-in/", {"username": name, "password": password, **more})


def said(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", response.content.decode().partition('role="alert"')[2][:400]))


def test_a_deep_link_asks_for_a_sign_in_and_returns_to_it(lin):
    client = Client()
    asked = client.get("/customers/7/?tab=files")

    response = sign_in(client, next="/customers/7/?tab=files")

    assert asked.url == "/sign-in/?next=%2Fcustomers%2F7%2F%3Ftab%3Dfiles"
    assert (response.status_code, response.url) == (302, "/customers/7/?tab=files")


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/\r\nLocation: //evil.example",
        "https://evil.example",
        "https:evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        " //evil.example",
        "evil.example",
    ],
)
def test_next_never_leads_off_the_site(lin, address):
    assert sign_in(Client(), next=address).url == "/"
    client = Client()
    client.force_login(lin)
    assert client.get("/sign-in/", {"next": address}).url == "/"


def test_who_has_signed_in_is_sent_on(lin):
    client = Client()
    client.force_login(lin)

    assert client.get("/sign-in/", {"next": "/account/"}).url == "/account/"


def test_a_wrong_name_and_a_wrong_password_say_the_same(lin):
    wrong_name, wrong_password = sign_in(Client(), "nobody"), sign_in(Client(), "lin", "wrong")

    assert wrong_name.status_code == wrong_password.status_code == 422
    assert said(wrong_name) == said(wrong_password) != ""


def test_a_wrong_name_and_a_wrong_password_take_about_the_same_time(lin):
    def measured(name):
        start = perf_counter()
        sign_in(Client(), name, "wrong")
        return perf_counter() - start

    found = {"nobody": [], "lin": []}
    for _ in range(9):  # in turn, so that a busy moment of the machine meets both
        SignInTries.objects.all().delete()
        for name, times in found.items():
            times.append(measured(name))

    assert 0.5 < median(found["nobody"]) / median(found["lin"]) < 2


def test_after_five_wrong_passwords_the_right_one_has_to_wait_too(lin):
    for _ in range(5):
        locked = sign_in(Client(), "lin", "wrong")
        sign_in(Client(), "nobody", "wrong")

    assert sign_in(Client()).status_code == 422
    assert said(locked) == said(sign_in(Client(), "nobody"))


def test_somebody_elses_tries_do_not_lock_out_a_browser_that_signed_in_before(lin):
    mine, stranger = Client(), Client()
    sign_in(mine)
    mine.post("/sign-out/")
    for _ in range(6):
        sign_in(stranger, "lin", "wrong")

    assert sign_in(stranger).status_code == 422
    assert sign_in(mine).status_code == 302


def test_a_forged_device_cookie_is_worth_nothing(lin):
    client = Client()
    client.cookies["keyuan_device"] = json.dumps({"id": "x", "users": [lin.pk]})
    for _ in range(5):
        sign_in(client, "lin", "wrong")

    assert not SignInTries.objects.filter(place__startswith="device:").exists()


def test_the_session_ends_with_the_browser_unless_one_wants_to_stay(lin):
    short, long = Client(), Client()
    sign_in(short)
    sign_in(long, stay="on")

    assert short.session.get_expire_at_browser_close()
    assert not long.session.get_expire_at_browser_close()


def test_notice_and_contact_of_the_administrator_stand_on_the_page(lin):
    set_setting("safety_notice", "Mind the train station")
    set_setting("administrator_contact", "Shen, extension 8021")

    body = Client().get("/sign-in/").content.decode()

    assert "Mind the train station" in body
    assert "Shen, extension 8021" in body


def test_signing_out_needs_a_post_and_leads_to_the_sign_in_page(lin):
    client = Client()
    client.force_login(lin)

    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").url == "/sign-in/"
    assert client.get("/account/").url == "/sign-in/?next=%2Faccount%2F"


def test_a_locked_screen_shows_nothing_until_the_password_is_given(lin):
    client = Client()
    client.force_login(lin)
    client.post("/lock/", {"next": "/account/"})

    assert client.get("/account/").url == "/lock/?next=%2Faccount%2F"
    assert client.post("/lock/", {"password": "wrong"}).status_code == 422
    assert client.get("/account/").status_code == 302
    assert client.post("/lock/", {"password": PASSWORD, "next": "/account/"}).url == "/account/"
    assert client.get("/account/").status_code == 200


def test_the_first_sign_in_leads_to_a_new_password_and_then_to_where_one_wanted(db):
    _, initial = create_user(username="kai", name="Kai")
    client = Client()

    first = sign_in(client, "kai", initial, next="/account/")
    changed = client.post(first.url, {"password": "kite teapot halfbeat", "again": "kite teapot halfbeat"})

    assert first.url == "/password/change/?next=%2Faccount%2F"
    assert changed.url == "/account/"


@pytest.mark.parametrize(
    "path", ["/sign-in/", "/customers/", "/nowhere/", "/password/forgotten/", "/api/v1/openapi.json", "/api/v1/docs"]
)
def test_what_a_request_says_about_our_name_is_in_no_answer(db, path):
    answer = Client().get(path, HTTP_HOST="evil.example", headers={"X-Forwarded-Host": "evil.example"})

    assert b"evil.example" not in answer.content
    assert "evil.example" not in str(answer.headers)


def test_session_and_device_cookies_are_out_of_the_reach_of_scripts_and_other_sites(lin):
    client = Client()
    client.post("/sign-in/", {"username": "lin", "password": PASSWORD})

    for name in ("keyuan_session", "keyuan_device"):
        cookie = client.cookies[name]
        assert (cookie["httponly"], cookie["samesite"], cookie["domain"], cookie["path"]) == (True, "Lax", "", "/")
