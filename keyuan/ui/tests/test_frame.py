"""The frame shows what this person may use, marks where they are, and costs nothing."""

from types import SimpleNamespace
from typing import Any

from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from keyuan.org.shelf import present_state
from keyuan.ui.frame import Frame, Link, Module, Panel, Section, install


def installed(**more: Any) -> None:
    customers = Module(
        "customers",
        "/customers/",
        may=("customer", "view"),
        views=lambda request: [Link("All", "/customers/"), Link("Mine", "/customers/?view=mine", count=lambda: 52)],
        places=[Link("Contacts", "/contacts/"), Link("Recycle bin", "/recycle-bin/", may=("customer", "delete"))],
    )
    install([Module("reports", "/reports/"), customers, Module("home", "/")], **more)


def frame(rf: RequestFactory, user: Any, address: str = "/customers/", **more: Any) -> Frame:
    request = rf.get(address)
    request.user = user
    return Frame(request, **more)


def test_modules_stand_in_the_fixed_order_under_their_fixed_names(rf: RequestFactory, cast: SimpleNamespace) -> None:
    installed()

    with translation.override("en"):
        assert [str(link.label) for link in frame(rf, cast.anna).modules] == ["Home", "Customers", "Reports"]


def test_a_module_without_rights_is_absent(rf: RequestFactory, cast: SimpleNamespace) -> None:
    installed()

    assert [link.key for link in frame(rf, cast.guest).modules] == ["home", "reports"]


def test_a_page_is_marked_with_its_module(rf: RequestFactory, cast: SimpleNamespace) -> None:
    installed()

    def current(address: str) -> str | None:
        module = frame(rf, cast.anna, address).current
        return module and module.key

    assert [current(address) for address in ("/", "/customers/7/", "/contacts/", "/reports/x/", "/elsewhere/")] == [
        "home",
        "customers",
        "customers",
        "reports",
        None,
    ]


def test_the_view_on_the_screen_is_marked(rf: RequestFactory, cast: SimpleNamespace) -> None:
    installed()

    def marked(address: str) -> list[str]:
        sections = frame(rf, cast.anna, address).sections
        return [link.label for _label, _url, links in sections for link in links if link.current]

    assert marked("/customers/") == ["All"]
    assert marked("/customers/?view=mine&page=2") == ["Mine"]
    assert marked("/contacts/7/") == ["Contacts"]
    assert marked("/customers/7/") == []


def test_places_without_rights_and_empty_sections_are_absent(rf: RequestFactory, cast: SimpleNamespace) -> None:
    installed(sections=[Section("favourites", "Favourites", lambda request: [])])

    sections = frame(rf, cast.anna, counted=True).sections

    assert [link.label for link in sections[1][2]] == ["Contacts"]
    assert len(sections) == 2


def test_counts_come_after_the_page(rf: RequestFactory, cast: SimpleNamespace) -> None:
    installed()

    def counts(counted: bool) -> list[int | None]:
        return [link.count for link in frame(rf, cast.anna, counted=counted).sections[0][2]]

    assert (counts(False), counts(True)) == ([None, None], [None, 52])


def test_the_part_that_comes_later_has_counts_and_bubbles(client: Client, cast: SimpleNamespace) -> None:
    installed(panels=[Panel("notices", "Notices", "bell", "/notices/", count=lambda request: 4)])
    client.force_login(cast.anna)

    part = client.get("/frame/side/", {"at": "/customers/?view=mine"}).content.decode()

    assert '<span class="c">52</span>' in part
    assert '{"notices": 4}' in part


def test_the_frame_makes_no_query_of_its_own(rf: RequestFactory, cast: SimpleNamespace) -> None:
    installed()
    cast.anna.shelf_state = present_state()  # each request begins with it
    assert frame(rf, cast.anna).modules  # rights and modules are read once

    with CaptureQueriesContext(
        connection,
    ) as queries:
        one = frame(rf, cast.anna)
        assert one.modules
        assert one.sections
        assert one.side_url

    assert len(queries) == 0


def test_the_rail_is_open_at_home_and_closed_elsewhere_until_told(rf: RequestFactory, cast: SimpleNamespace) -> None:
    installed(panels=[Panel("notices", "Notices", "bell", "/notices/")])

    assert frame(rf, cast.anna, "/").rail_open
    assert not frame(rf, cast.anna, "/customers/").rail_open

    cast.anna.prefer(rail_open=True, rail_home=False)

    assert not frame(rf, cast.anna, "/").rail_open
    assert frame(rf, cast.anna, "/customers/").rail_open


def test_the_components_page_stands(client: Client, cast: SimpleNamespace) -> None:
    installed()
    client.force_login(cast.anna)

    assert client.get("/ui/").status_code == 200


def test_a_form_opens_as_a_page_and_in_the_drawer(client: Client, cast: SimpleNamespace) -> None:
    installed()
    client.force_login(cast.anna)

    page = client.get("/ui/drawer/").content.decode()
    part = client.get("/ui/drawer/", headers={"HX-Request": "true", "HX-Target": "dialog#drawer"}).content.decode()

    assert ("<!doctype html>" in page, "<!doctype html>" in part) == (True, False)
    assert 'name="name"' in page
    assert 'name="name"' in part
