"""Nothing can be inferred about what roles hide or mask: by search, order, filters, columns or counts (W3)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from pytest_django import DjangoDbBlocker

from keyuan.customers.fields import CONTACT, CUSTOMER
from keyuan.org.models import Grant
from keyuan.org.scopes import FieldRight
from keyuan.org.tokens import issue
from keyuan.records.listing import Listing
from tests.access import Caller, taken_back
from tests.limited import CONTACT_WORDS, NUMBERS, ask, found, limited_world
from tests.make import make_contact, make_customer, make_role, make_user


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[SimpleNamespace]:
    with limited_world(django_db_blocker) as world:
        yield world


SEARCHED = ["qzfshort_name", "qzfformer", "qzfsite", "qzfnotes", "qzfmail", "91330200144052222G", "1234", NUMBERS[0]]


@pytest.mark.parametrize("word", SEARCHED)
def test_a_hidden_value_finds_nothing(word: str, world: SimpleNamespace) -> None:
    customer = world.records["anna"].customer

    assert customer.pk in found(world, "administrator", word)
    assert customer.pk not in found(world, "blind", word)


@pytest.mark.parametrize("word", [f"qzf{name}" for name in CONTACT_WORDS] + ["qzfmail", "4321", *NUMBERS[1:]])
def test_a_hidden_value_of_a_contact_finds_neither_it_nor_its_customer(word: str, world: SimpleNamespace) -> None:
    records = world.records["anna"]

    assert records.contact.pk in found(world, "administrator", word, CONTACT)
    assert records.contact.pk not in found(world, "blind", word, CONTACT)
    assert records.customer.pk not in found(world, "blind", word)


def test_the_name_still_finds_it_beside_a_word_that_does_not(world: SimpleNamespace) -> None:
    customer = world.records["anna"].customer

    assert customer.pk in found(world, "blind", "qzxanna1")
    assert customer.pk not in found(world, "blind", "qzxanna1 qzfshort_name")


@pytest.mark.parametrize(("typed", "finds"), [(NUMBERS[0], True), ("139 1234 5678", True), ("12345678", False)])
def test_a_masked_phone_is_found_by_the_whole_number_only(typed: str, finds: bool, world: SimpleNamespace) -> None:
    customer = world.records["anna"].customer
    whole = json.dumps({"field": "phone", "op": "=", "value": typed})
    filtered = ask(world, "dim", "/api/v1/customers", filter=whole)

    assert (customer.pk in found(world, "dim", typed)) is finds
    assert ([one["id"] for one in filtered.json().get("items", [])] == [customer.pk]) is finds


@pytest.mark.parametrize("number", NUMBERS[1:])
def test_a_masked_number_of_a_contact_is_found_whole(number: str, world: SimpleNamespace) -> None:
    records = world.records["anna"]

    assert found(world, "dim", number, CONTACT) == {records.contact.pk}
    assert found(world, "dim", number) == {records.customer.pk}
    assert found(world, "dim", number[:-1], CONTACT) == set()


@pytest.mark.parametrize("field", [one.name for one in CUSTOMER.limitable_fields()])
def test_a_hidden_field_is_unknown_to_filter_sort_and_columns(field: str, world: SimpleNamespace) -> None:
    node = json.dumps({"field": field, "op": "not-empty"})
    refused = ask(world, "blind", "/api/v1/customers", filter=node)
    unsorted = ask(world, "blind", "/api/v1/customers", sort=field)
    unnamed = ask(world, "blind", "/api/v1/customers", fields=field)
    page = ask(world, "blind", "/customers/", columns=f"name,{field}", filter=node, sort=field)

    assert [one.status_code for one in (refused, unsorted, unnamed, page)] == [422, 422, 422, 200]
    assert field not in {one["name"] for one in ask(world, "blind", "/api/v1/customers/fields").json()["items"]}
    assert f'data-column="{field}"' not in page.content.decode()


@pytest.mark.parametrize("op", ["contains", "starts-with", "!=", "in", "not-in", "<"])
def test_a_masked_field_is_asked_for_its_whole_value_only(op: str, world: SimpleNamespace) -> None:
    value = ["q"] if "in" in op.split("-") else "q"
    node = json.dumps({"field": "short_name", "op": op, "value": value})

    assert ask(world, "dim", "/api/v1/customers", filter=node).status_code == 422
    assert ask(world, "dim", "/api/v1/customers", sort="short_name").status_code == 422


def test_the_order_of_hits_tells_nothing_about_a_hidden_short_name(world: SimpleNamespace) -> None:
    owner = world.people["anna"]
    with taken_back():
        first = make_customer("甲乙丙丁戊 有限公司", owner=owner, short_name="戊己")
        second = make_customer("戊己 甲乙丙丁 有限公司二", owner=owner)
        people = world.people["administrator"], world.people["blind"]
        orders = [Listing(CUSTOMER, one, q="戊己").page(1, 9).pks for one in people]

    assert orders == [[first.pk, second.pk], [second.pk]]


def test_the_profile_does_not_count_by_a_hidden_field(world: SimpleNamespace) -> None:
    said = ask(world, "blind", "/customers/profile/").content.decode()

    assert re.findall("Level|Industry|Source|Size", said) == []


def test_a_read_only_field_is_seen_and_found_and_not_changed(world: SimpleNamespace) -> None:
    role = make_role("reader", customer={"view": "all", "edit": "all"})
    Grant.objects.filter(role=role).update(fields={"level": FieldRight.READ_ONLY})
    with taken_back():
        world.people["reader"] = make_user("reader", role)
        world.tokens["reader"] = issue(world.people["reader"], "write", None)
        pk = world.records["anna"].customer.pk
        seen = ask(world, "reader", f"/api/v1/customers/{pk}").json()["level"]
        answer = Caller(world, "reader").call("PATCH", f"/api/v1/customers/{pk}", {"level": "A"})

    assert seen["value"] == "qzflevel"
    assert answer.status_code == 422


def test_somebody_without_the_right_to_contacts_is_not_led_to_customers_by_them(world: SimpleNamespace) -> None:
    with taken_back():
        person = make_user("alone", make_role(customer={"view": "all"}))
        make_contact(world.records["anna"].customer, "欧阳孤独", mobile="13700000001")
        by_name = Listing(CUSTOMER, person, q="欧阳孤独").page(1, 9).pks
        by_number = Listing(CUSTOMER, person, q="13700000001").page(1, 9).pks

    assert (by_name, by_number) == ([], [])


@pytest.mark.parametrize(("op", "number"), [("some", 0), ("no", 1)])
def test_somebody_without_the_right_to_contacts_filters_by_none_of_them(
    op: str, number: int, world: SimpleNamespace
) -> None:
    with taken_back():
        person = make_user("alone", make_role(customer={"view": "all"}))
        pk = make_contact(world.records["anna"].customer, "欧阳孤独", mobile="13700000001").customer_id
        inner = {"field": "mobile", "op": "=", "value": "13700000001"}
        for value in (None, inner):
            node = {"and": [{"field": "id", "op": "=", "value": pk}, {"field": "contacts", "op": op, "value": value}]}
            assert Listing(CUSTOMER, person, node=node).count().number == number


def test_a_masked_number_can_not_be_tried_out_many_at_a_time(world: SimpleNamespace) -> None:
    guesses = [{"field": "phone", "op": "=", "value": f"139{number:04d}5678"} for number in range(2)]
    inside = {"field": "contacts", "op": "some", "value": {"field": "mobile", "op": "=", "value": NUMBERS[1]}}
    single = ask(world, "dim", "/api/v1/customers", filter=json.dumps({"or": guesses[:1]}))
    several = ask(world, "dim", "/api/v1/customers", filter=json.dumps({"or": guesses}))
    mixed = ask(world, "dim", "/api/v1/customers", filter=json.dumps({"and": [guesses[0], inside]}))

    assert [one.status_code for one in (single, several, mixed)] == [200, 422, 422]
