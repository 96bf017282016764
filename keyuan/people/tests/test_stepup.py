"""What is worth a second look asks for the password again (L8, L9; security)."""

import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from keyuan.exchange.models import Export
from keyuan.org.kept import Session
from keyuan.org.models import ApiToken, Role, SignInTries
from keyuan.org.tokens import issue
from keyuan.records.history import Event
from tests.make import PASSWORD, make_customer, make_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def later(browser):
    """A browser in which somebody signed in an hour ago."""

    def waited(user):
        client = browser(user)
        Session.objects.filter(user=user).update(started_at=timezone.now() - timedelta(hours=1))
        return client

    return waited


def fields_of(response):
    body = response.content.decode().rpartition("data-once novalidate")[2]
    return dict(re.findall(r'<input type="hidden" name="(?!csrf)([^"]+)" value="([^"]*)">', body))


def test_a_fresh_session_is_not_asked(admin, browser):
    assert browser(admin).post("/admin/roles/new/", {"name": "New"}).status_code == 302


def test_an_older_session_gives_the_password_and_the_form_goes_on(admin, later):
    client, form = later(admin), {"name": "Fresh & new", "description": "x"}

    asked = client.post("/admin/roles/new/", form)
    done = client.post("/admin/roles/new/", {**form, "confirm_password": PASSWORD})

    assert asked.status_code == 403
    assert fields_of(asked) == {"name": "Fresh &amp; new", "description": "x"}
    assert 'action="/admin/roles/new/"' in asked.content.decode()
    assert done.status_code == 302
    assert Role.objects.get(name="Fresh & new").description == "x"
    assert client.post("/admin/roles/new/", {"name": "Another"}).status_code == 302


def test_a_wrong_password_is_counted_logged_and_nothing_happens(admin, later):
    client = later(admin)

    answer = client.post("/admin/roles/new/", {"name": "New", "confirm_password": "wrong"})

    assert answer.status_code == 422
    assert fields_of(answer) == {"name": "New"}
    assert not Role.objects.filter(name="New").exists()
    assert SignInTries.objects.filter(account=f"user:{admin.pk}").exists()
    assert Event.objects.get(record_type="sign-in").name == "confirm_refused"


def test_the_password_is_not_kept_in_the_question(admin, later):
    assert "wrong" not in later(admin).post("/admin/roles/new/", {"confirm_password": "wrong"}).content.decode()


def test_a_part_of_a_page_is_told_to_ask(admin, later):
    answer = later(admin).post("/admin/roles/new/", {"name": "New"}, headers={"HX-Request": "true"})

    assert (answer.status_code, answer["X-Keyuan-Confirm"]) == (403, "1")


def test_a_script_confirms_and_repeats(admin, later):
    client, fetch = later(admin), {"X-Requested-With": "fetch"}

    wrong = client.post("/confirm/", {"confirm_password": "wrong"}, headers=fetch)
    right = client.post("/confirm/", {"confirm_password": PASSWORD}, headers=fetch)

    assert (wrong.status_code, right.status_code) == (422, 204)
    assert wrong.content.decode() != ""
    assert client.post("/admin/roles/new/", {"name": "New"}).status_code == 302


def test_a_download_is_asked_for_and_continues_where_it_should(cast, later):
    make_customer(owner=cast.anna)
    client = later(cast.anna)
    client.post("/exports/new/", {"module": "customer", "confirm_password": PASSWORD})
    export = Export.objects.get()
    Session.objects.update(started_at=timezone.now() - timedelta(hours=1))
    session = client.session
    session["confirmed_at"] = 0
    session.save()

    asked = client.get(f"/exports/{export.pk}/file/")
    onward = client.post("/confirm/", {"confirm_password": PASSWORD, "next": f"/exports/{export.pk}/file/"})
    away = client.post("/confirm/", {"confirm_password": PASSWORD, "next": "//evil.example/"})

    assert asked.status_code == 403
    assert fields_of(asked) == {"next": f"/exports/{export.pk}/file/"}
    assert onward.url == f"/exports/{export.pk}/file/"
    assert away.url == "/"


def test_every_act_of_the_list_asks(admin, cast, later):
    role = make_role("some")
    client = later(admin)
    member = {"name": "Neu", "username": "neu", "department": cast.anna.department_id, "roles": [role.pk]}
    asked = [
        ("/exports/new/", {"module": "customer"}),
        (f"/admin/roles/{role.pk}/", {}),
        (f"/admin/roles/{role.pk}/delete/", {}),
        (f"/admin/roles/{role.pk}/addresses/", {"addresses": ""}),
        ("/admin/users/new/", member),
        (f"/admin/users/{cast.anna.pk}/edit/", member),
        (f"/admin/users/{cast.ben.pk}/edit/", {"email": "evil@x.example"}),
        (f"/admin/users/{cast.anna.pk}/reset/", {}),
        ("/recycle-bin/purge/", {"number": "1"}),
        ("/account/tokens/", {"name": "x", "scope": "read", "days": "30"}),
        ("/admin/security/", {}),
        ("/admin/settings/", {"history_months": "7"}),
    ]

    assert {path: client.post(path, data).status_code for path, data in asked} == {path: 403 for path, _data in asked}
    assert not ApiToken.objects.exists()


def test_the_api_refuses_a_session_and_lets_a_token_go_on(cast, later):
    client, token = later(cast.anna), issue(cast.anna, "write", None)
    body = json.dumps({"module": "customer"})

    by_session = client.post("/api/v1/exports", body, "application/json")
    by_token = Client().post("/api/v1/exports", body, "application/json", headers={"Authorization": f"Bearer {token}"})

    assert (by_session.status_code, by_session["Content-Type"]) == (403, "application/problem+json")
    assert by_token.status_code < 300


def test_roles_are_not_given_by_an_older_session_through_the_api(admin, cast, later):
    client, role = later(admin), make_role("some")

    def patch(**body):
        return client.patch(f"/api/v1/users/{cast.anna.pk}", json.dumps(body), "application/json").status_code

    assert [patch(roles=[role.pk]), patch(email="evil@x.example"), patch(position="X")] == [403, 403, 200]
    assert not role.members.exists()


def test_ones_own_e_mail_changes_with_the_password_only(cast, later):
    """Whoever finds an open screen would send themselves a link for a new password."""
    client, form = later(cast.anna), {"name": "Anna B.", "phone": "", "email": cast.anna.email}

    kept = client.post("/account/", form)
    asked = client.post("/account/", {**form, "email": "evil@example.com"})
    cast.anna.refresh_from_db()

    assert (kept.status_code, asked.status_code, cast.anna.email) == (302, 403, form["email"])
    assert client.post("/account/", {**form, "email": "a@x.example", "confirm_password": PASSWORD}).status_code == 302


def test_old_passwords_that_are_tried_while_changing_it_are_counted(cast, later):
    client = later(cast.anna)
    new = {"password": "kite teapot halfbeat", "again": "kite teapot halfbeat"}
    for _number in range(6):
        client.post("/password/change/", {"old": "wrong", **new})

    assert client.post("/password/change/", {"old": PASSWORD, **new}).status_code == 422
    assert Event.objects.filter(record_type="sign-in", name="confirm_refused").count() >= 5


def test_how_long_a_confirmation_counts_is_a_setting(admin, browser):
    form = {"preset": "length", "least": 10, "classes": 0, "history": 0, "rotation": 0, "idle": 0, "confirmed": 90}
    client = browser(admin)
    client.post("/admin/security/", form)
    Session.objects.update(started_at=timezone.now() - timedelta(hours=1))

    assert client.post("/admin/roles/new/", {"name": "New"}).status_code == 302


@pytest.fixture
def idle(browser):
    """A browser in which nobody has done anything for an hour."""

    def waited(user):
        client = browser(user)
        Session.objects.filter(user=user).update(seen_at=timezone.now() - timedelta(hours=1))
        return client

    return waited


def test_an_idle_session_is_locked_by_the_server_and_logged(cast, idle):
    client = idle(cast.anna)

    assert client.get("/account/").url == "/lock/?next=%2Faccount%2F"
    assert client.get("/api/v1/customers").status_code == 403
    assert client.post("/lock/", {"password": PASSWORD, "next": "/account/"}).url == "/account/"
    assert client.get("/account/").status_code == 200
    assert Event.objects.filter(record_type="sign-in").order_by("id").values_list("name", "details__reason")[0] == (
        "locked",
        "idle",
    )


def test_an_empty_key_opens_no_locked_screen(cast, idle):
    client = idle(cast.anna)

    assert client.get("/api/v1/customers", headers={"Authorization": ""}).status_code == 403


def test_a_page_that_asks_by_itself_does_not_keep_a_session_open(cast, browser):
    client = browser(cast.anna)
    Session.objects.update(seen_at=timezone.now() - timedelta(minutes=29))
    client.get("/exports/rows/", headers={"X-Keyuan-Background": "1", "HX-Request": "true"})
    polled = Session.objects.get().seen_at
    client.post("/lock/alive/", headers={"X-Requested-With": "fetch"})

    assert timezone.now() - polled > timedelta(minutes=28)
    assert timezone.now() - Session.objects.get().seen_at < timedelta(minutes=1)


def test_a_form_that_meets_a_locked_screen_goes_on_after_the_password(cast, idle):
    client, form = idle(cast.anna), {"name": "Anna B.", "phone": "", "email": ""}

    asked = client.post("/account/", form)
    wrong = client.post("/account/", {**form, "confirm_password": "wrong"})
    done = client.post("/account/", {**form, "confirm_password": PASSWORD})
    cast.anna.refresh_from_db()

    assert (asked.status_code, wrong.status_code, done.status_code) == (403, 422, 302)
    assert fields_of(asked) == form
    assert cast.anna.name == "Anna B."


def test_a_part_that_meets_a_locked_screen_leaves_the_page_alone(cast, idle):
    client = idle(cast.anna)

    assert client.get("/customers/", headers={"HX-Request": "true"}).status_code == 423
    assert client.post("/lock/", {"password": "wrong"}, headers={"X-Requested-With": "fetch"}).status_code == 422
    assert client.post("/lock/", {"password": PASSWORD}, headers={"X-Requested-With": "fetch"}).status_code == 204


def test_taking_all_roles_from_somebody_asks_and_a_form_that_leaves_none_to_take_does_not(admin, cast, later):
    client = later(admin)
    kept = {"name": "Anna", "username": "anna", "department": cast.anna.department_id}
    guest = kept | {"name": "Guest", "username": "guest"}

    assert client.post(f"/admin/users/{cast.anna.pk}/edit/", kept).status_code == 403
    assert cast.anna.roles.exists()
    assert client.post(f"/admin/users/{cast.guest.pk}/edit/", guest).status_code == 302
