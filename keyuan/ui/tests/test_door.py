"""Who may enter, in which language, with which protection."""

from types import SimpleNamespace

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import path

from keyuan.ui import routes
from keyuan.ui.audience import Audience, audience_of, may, public
from keyuan.ui.middleware import POLICY


def test_a_guest_is_asked_to_sign_in_and_returns(client: Client, db: None) -> None:
    answer = client.get("/customers/7/?tab=files")

    assert answer.url == "/sign-in/?next=%2Fcustomers%2F7%2F%3Ftab%3Dfiles"


def test_a_part_sends_the_whole_page_to_sign_in(client: Client, db: None) -> None:
    answer = client.get("/customers/", headers={"HX-Request": "true"})

    assert (answer.status_code, answer["HX-Redirect"]) == (401, "/sign-in/")


def test_a_public_page_is_open_to_guests(client: Client, db: None) -> None:
    assert client.get("/open/").status_code == 200


def test_a_hidden_module_does_not_exist(client: Client, cast: SimpleNamespace) -> None:
    client.force_login(cast.guest)

    assert client.get("/customers/").status_code == 404
    assert client.get("/settings/").status_code == 404


def test_who_has_the_right_enters(client: Client, cast: SimpleNamespace) -> None:
    client.force_login(cast.anna)

    assert client.get("/customers/").status_code == 200


def test_the_initial_password_opens_nothing_but_its_change(client: Client, cast: SimpleNamespace) -> None:
    cast.anna.must_change_password = True
    cast.anna.save(update_fields=["must_change_password"])
    client.force_login(cast.anna)

    assert client.get("/customers/").url == "/password/change/"
    assert client.get("/password/change/").content == b"choose"
    assert client.get("/sign-out/").content == b"bye"
    part = client.get("/customers/", headers={"HX-Request": "true"})
    assert part.status_code == 403


def test_a_locked_screen_opens_nothing_but_the_lock(client: Client, cast: SimpleNamespace) -> None:
    client.force_login(cast.anna)
    session = client.session
    session["locked"] = True
    session.save()

    assert client.get("/customers/7/").url == "/lock/?next=%2Fcustomers%2F7%2F"
    assert client.get("/customers/", headers={"HX-Request": "true"}).status_code == 423
    assert client.get("/lock/").content == b"locked"


def test_every_answer_is_protected(client: Client, db: None) -> None:
    for address in ("/open/", "/nowhere/", "/livez"):
        answer = client.get(address)
        assert answer["Content-Security-Policy"] == POLICY
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer["Cache-Control"] == "no-store, private"


def test_secure_transport_is_demanded_where_the_address_is_secure(
    client: Client, db: None, settings: LazySettings
) -> None:
    assert "Strict-Transport-Security" not in client.get("/open/").headers

    settings.BASE_URL = "https://crm.example"

    assert "Strict-Transport-Security" in client.get("/open/").headers


def test_the_language_is_the_person_s_then_the_cookie_s_never_the_browser_s(
    client: Client, cast: SimpleNamespace
) -> None:
    assert client.get("/open/", headers={"Accept-Language": "en"})["Content-Language"] == "zh-Hans"

    client.cookies["keyuan_language"] = "en"
    assert client.get("/open/")["Content-Language"] == "en"

    cast.anna.prefer(language="zh-hans")
    client.force_login(cast.anna)
    assert client.get("/open/")["Content-Language"] == "zh-Hans"


def test_preferences_are_kept_in_the_account(client: Client, cast: SimpleNamespace) -> None:
    client.force_login(cast.anna)

    answer = client.post("/account/preferences/", {"density": "compact", "theme": "dark", "next": "/customers/"})

    assert answer.url == "/customers/"
    cast.anna.refresh_from_db()
    assert cast.anna.preferences == {"density": "compact", "theme": "dark"}
    assert 'data-density="compact"' in client.get("/").content.decode()


def test_preferences_refuse_what_they_do_not_know(client: Client, cast: SimpleNamespace) -> None:
    client.force_login(cast.anna)

    client.post("/account/preferences/", {"density": '"><script>', "language": "xx", "is_robot": "on"})

    cast.anna.refresh_from_db()
    assert cast.anna.preferences == {}


def test_a_guest_s_language_is_kept_in_a_cookie_and_leads_nowhere_else(client: Client, db: None) -> None:
    answer = client.post("/account/preferences/", {"language": "en", "next": "//evil.example"})

    assert (answer.url, answer.cookies["keyuan_language"].value) == ("/", "en")


def test_every_route_of_the_frame_says_who_may_enter() -> None:
    assert routes.undeclared() == []


def test_the_process_refuses_a_route_without_an_audience(monkeypatch: pytest.MonkeyPatch) -> None:
    addresses = SimpleNamespace(url_patterns=[path("forgotten/", lambda request: None)])
    monkeypatch.setattr(routes, "get_resolver", lambda: addresses)

    assert [error.msg for error in routes.every_route_has_an_audience(None)] == [
        "/forgotten/ does not declare who may enter."
    ]


def test_the_routes_name_methods_and_parameters() -> None:
    by_path = {route["path"]: route for route in routes.every_route()}

    assert by_path["/told/"]["methods"] == ["POST"]
    assert by_path["/customers/<int:pk>/"]["parameters"] == {"pk": "int"}
    assert by_path["/customers/"]["audience"] == "may customer view"
    assert by_path["/account/preferences/"]["audience"] == "public"


def test_one_function_may_serve_two_audiences() -> None:
    def view() -> None: ...

    assert audience_of(public(view)) == Audience("public")
    assert audience_of(may("customer", "view")(view)) == Audience("may", "customer", "view")
    assert audience_of(view) is None
