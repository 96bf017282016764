"""Where a request comes from, with and without proxies in front."""

import os
import subprocess
import sys

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from keyuan.ui.origin import address_of, read_proxies, settle

CLIENT, PROXY, OUTER = "203.0.113.9", "10.0.0.2", "10.0.0.3"


def came(rf: RequestFactory, trusted: str, forwarded: str = "", peer: str = PROXY) -> HttpRequest:
    request = rf.get("/", headers={"X-Forwarded-For": forwarded, "X-Forwarded-Proto": "https"}, REMOTE_ADDR=peer)
    settle(request, read_proxies(trusted))
    return request


@pytest.mark.parametrize(
    ("trusted", "forwarded", "address"),
    [
        ("", CLIENT, PROXY),
        ("10.0.0.2", CLIENT, CLIENT),
        ("10.0.0.0/8", f"198.51.100.1, {CLIENT}", CLIENT),
        ("10.0.0.0/8", f"198.51.100.1, {CLIENT}, {OUTER}", CLIENT),
        ("10.0.0.2", f"{CLIENT}, {OUTER}", OUTER),
        ("1", f"198.51.100.1, {CLIENT}", CLIENT),
        ("2", f"198.51.100.1, {CLIENT}, {OUTER}", CLIENT),
        ("10.0.0.2", "", PROXY),
        ("192.0.2.1", CLIENT, PROXY),
    ],
)
def test_only_trusted_proxies_say_where_a_request_comes_from(
    rf: RequestFactory, trusted: str, forwarded: str, address: str
) -> None:
    assert address_of(came(rf, trusted, forwarded)) == address


@pytest.mark.parametrize(("trusted", "secure"), [("", False), ("10.0.0.0/8", True), ("1", True), ("192.0.2.1", False)])
def test_only_trusted_proxies_say_that_a_request_is_secure(rf: RequestFactory, trusted: str, secure: bool) -> None:
    assert came(rf, trusted).is_secure() is secure


def test_an_address_in_ipv6_dress_is_known_as_what_it_is(rf: RequestFactory) -> None:
    assert address_of(came(rf, "10.0.0.0/8", CLIENT, peer="::ffff:10.0.0.2")) == CLIENT


SETTINGS = (
    "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY",
)  # fmt: skip


def settings_with(base: str) -> list[str]:
    """The settings of an installation with this address."""
    asked = f"import keyuan.settings as s; print(*[getattr(s, name) for name in {SETTINGS!r}])"
    environment = {**os.environ, "KEYUAN_BASE_URL": base}
    return subprocess.run([sys.executable, "-c", asked], env=environment, capture_output=True, text=True).stdout.split()


def test_cookies_are_of_this_host_alone_and_secure_where_the_address_is() -> None:
    assert settings_with("https://crm.example") == [
        "__Host-keyuan_session", "__Host-keyuan_csrf", "True", "True", "True",
    ]  # fmt: skip
    assert settings_with("http://crm.example") == ["keyuan_session", "keyuan_csrf", "False", "False", "True"]
