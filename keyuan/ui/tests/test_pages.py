"""Answers of views: safe addresses, redirects, toasts."""

import json
from types import SimpleNamespace

import pytest
from django.test import Client, RequestFactory

from keyuan.ui.pages import go, in_drawer, safe_next, wants_part


@pytest.mark.parametrize(
    "address",
    ["/customers/7/", "/customers/?q=华&page=3", "/customers/#top", "/?next=https://other.example/"],
)
def test_an_address_of_this_site_is_followed(rf: RequestFactory, address: str) -> None:
    assert safe_next(rf.get("/sign-in/", {"next": address})) == address


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "",
        " /customers/",
        "http:/customers/",
    ],
)
def test_an_address_that_leads_away_is_not_followed(rf: RequestFactory, address: str) -> None:
    assert safe_next(rf.get("/sign-in/", {"next": address})) == "/"
    assert safe_next(rf.post("/sign-in/", {"next": address}), "/home/") == "/home/"


def test_a_part_is_led_elsewhere_as_a_whole_page(rf: RequestFactory) -> None:
    assert go(rf.get("/"), "/customers/").status_code == 302

    answer = go(rf.get("/", headers={"HX-Request": "true"}), "/customers/")

    assert (answer.status_code, answer["HX-Redirect"]) == (200, "/customers/")


def test_a_page_that_fills_the_body_is_no_part(rf: RequestFactory) -> None:
    assert wants_part(rf.get("/", headers={"HX-Request": "true", "HX-Request-Type": "partial"}))
    assert not wants_part(rf.get("/", headers={"HX-Request": "true", "HX-Request-Type": "full"}))


def test_the_drawer_is_known_by_its_target(rf: RequestFactory) -> None:
    assert in_drawer(rf.get("/", headers={"HX-Target": "dialog#drawer"}))
    assert not in_drawer(rf.get("/", headers={"HX-Target": "div#rows"}))


def test_a_toast_reaches_htmx_with_the_answer(client: Client, cast: SimpleNamespace) -> None:
    client.force_login(cast.anna)

    answer = client.post("/told/", headers={"HX-Request": "true"})

    waiting = json.loads(answer["HX-Trigger"])["kx:toast"]["toasts"]
    assert waiting == [{"text": "已转移 3 家客户", "more": "", "undo": "/undo/7/", "act": None}]


def test_a_toast_waits_for_the_next_page(client: Client, cast: SimpleNamespace) -> None:
    client.force_login(cast.anna)
    client.post("/told/")

    assert "已转移 3 家客户" in client.get("/").content.decode()
    assert "已转移 3 家客户" not in client.get("/").content.decode()
