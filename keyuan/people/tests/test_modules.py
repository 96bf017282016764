"""Administrators arrange the modules, and people pin what they often open (M1, U2)."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from keyuan.records.models import Event

pytestmark = pytest.mark.django_db


def signed_in(person: Any) -> Client:
    client = Client()
    client.cookies["keyuan_language"] = "en"
    client.force_login(person)
    return client


def bar(person: Any, address: str = "/account/") -> list[str]:
    """The words of the top bar."""
    page = signed_in(person).get(address).content.decode()
    return re.findall(r'<li><a href="[^"]+" data-module="\w+"[^>]*>([^<]+)</a>', page)


def arrange(admin: Any, **values: str) -> Any:
    places = ("home", "customers", "activities", "leads", "opportunities", "reports")
    given = {f"{name}-place": str(place + 1) for place, name in enumerate(places)}
    given |= {"home-is_on": "on", "customers-is_on": "on"} | values
    return signed_in(admin).post("/admin/modules/", {name: value for name, value in given.items() if value})


def test_a_module_gets_another_name_and_place(cast: SimpleNamespace, admin: Any) -> None:
    assert bar(cast.anna) == ["Home", "Customers", "Leads", "Opportunities", "Activities", "Reports"]

    assert (
        arrange(admin, **{"customers-name": "往来单位", "customers-place": "1", "home-place": "2"}).status_code == 302
    )

    assert bar(cast.anna) == ["往来单位", "Home"]
    assert Event.objects.filter(record_type="setting", name="edited").exists()


def test_a_module_that_is_off_is_gone_for_everybody_and_comes_back(cast: SimpleNamespace, admin: Any) -> None:
    arrange(admin, **{"customers-is_on": ""})

    assert bar(cast.anna) == ["Home"]
    assert signed_in(cast.anna).get("/customers/").status_code == 404
    assert signed_in(admin).get("/imports/").status_code == 404
    assert signed_in(cast.anna).get("/api/v1/customers").status_code == 404
    assert signed_in(cast.anna).get("/api/v1/departments").status_code == 200
    assert signed_in(admin).get("/admin/modules/").status_code == 200

    arrange(admin)
    assert bar(cast.anna) == ["Home", "Customers"]
    assert signed_in(cast.anna).get("/customers/").status_code == 200
    assert signed_in(cast.anna).get("/api/v1/customers").status_code == 200


def test_home_can_not_be_switched_off(cast: SimpleNamespace, admin: Any) -> None:
    arrange(admin, **{"home-is_on": ""})

    assert bar(cast.anna) == ["Home", "Customers"]


def test_a_place_that_is_no_number_is_refused_at_its_field(cast: SimpleNamespace, admin: Any) -> None:
    answer = arrange(admin, **{"home-place": "first", "customers-name": "往来单位"})

    assert answer.status_code == 422
    assert "往来单位" in answer.content.decode()
    assert bar(cast.anna) == ["Home", "Customers", "Leads", "Opportunities", "Activities", "Reports"]


def pinned(person: Any, address: str = "/") -> list[str]:
    page = signed_in(person).get(address).content.decode()
    part = page.partition("<h2>Pinned</h2>")[2].partition("</nav>")[0].partition("<h2>")[0]
    return re.findall(r'<span class="trunc">([^<]+)</span>', part)


def test_what_is_pinned_stands_in_the_menu_of_its_person_on_every_machine(cast: SimpleNamespace) -> None:
    signed_in(cast.anna).post("/account/pins/", {"url": "/customers/?view=mine", "label": "我的重点客户"})

    assert pinned(cast.anna) == ["我的重点客户"]
    assert pinned(cast.anna, "/customers/") == ["我的重点客户"]
    assert pinned(cast.olga) == []


def test_a_second_time_takes_the_pin_away(cast: SimpleNamespace) -> None:
    for _ in range(2):
        answer = signed_in(cast.anna).post("/account/pins/", {"url": "/customers/?view=mine", "label": "我的"})

    assert answer["Location"] == "/customers/?view=mine"
    assert pinned(cast.anna) == []


@pytest.mark.parametrize("url", ["//evil.example/", "https://evil.example/", "javascript:alert(1)", "", "/x" * 2000])
def test_only_addresses_of_ours_are_pinned(cast: SimpleNamespace, url: str) -> None:
    answer = signed_in(cast.anna).post("/account/pins/", {"url": url, "label": "x"})

    assert answer["Location"] == "/"
    assert pinned(cast.anna) == []


def test_there_are_at_most_twenty_pins(cast: SimpleNamespace) -> None:
    client = signed_in(cast.anna)
    for number in range(21):
        client.post("/account/pins/", {"url": f"/customers/?q={number}", "label": str(number)})

    assert len(pinned(cast.anna)) == 20
