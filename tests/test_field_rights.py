"""What roles hide or mask is in no answer of any route, and nothing can be inferred about it (W3)."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from pytest_django import DjangoDbBlocker

from keyuan.customers.duplicates import Given, find_duplicates
from keyuan.customers.fields import CONTACT, CUSTOMER
from keyuan.customers.models import Customer
from keyuan.exchange import exporting, importing, making, running
from keyuan.exchange.options import Options
from keyuan.org.models import Grant
from keyuan.org.scopes import FieldRight
from keyuan.org.tokens import issue
from keyuan.records.history import Event
from keyuan.records.listing import Listing
from keyuan.records.models import Option, SavedView
from tests.access import Caller, everything_in, make_world, taken_back
from tests.make import make_contact, make_customer, make_role, make_user
from tests.test_access import KNOWN, Call

WORDS = ("short_name", "address", "notes", "legal_representative", "registered_address", "business_scope")
CHOSEN = ("size", "source", "level", "company_type", "registration_status")
CONTACT_WORDS = ("title", "wechat", "preferences", "concerns", "notes")
NUMBERS = ("13912345678", "13987654321", "0574-87651234")
SECRETS = {
    "hidden": [*(f"qzf{name}" for name in (*WORDS, *CHOSEN, *CONTACT_WORDS, "former", "site", "mail"))],
    "numbers": [*NUMBERS, "139 1234 5678", "139 8765 4321", "8765 1234", "91330200144052222G"],
    "sums": ["918273645", "918,273,645"],
    "days": ["1987-06-05", "1983-02-01"],
}


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[SimpleNamespace]:
    with django_db_blocker.unblock(), transaction.atomic():
        world = make_world()
        fill(world)
        yield world
        transaction.set_rollback(True)


def fill(world: SimpleNamespace) -> None:
    """Every limitable field of Anna's customer and contact holds a word that stands nowhere else."""
    records, by = world.records["anna"], world.people["anna"]
    options = {name: Option.objects.create(list=name, key=f"qzf{name}", name=f"qzf{name}") for name in CHOSEN}
    records.customer = records.customer.edit(
        by=by,
        **{name: f"qzf{name}" for name in WORDS},
        **options,
        former_names=["qzfformer"],
        website="https://qzfsite.example",
        email="qzfmail@x.example",
        phone=";".join(NUMBERS[:1]),
        uscc="91330200144052222G",
        registered_capital=Decimal("918273645"),
        founded_on=datetime.date(1987, 6, 5),
    )
    records.contact = records.contact.edit(
        by=by,
        **{name: f"qzf{name}" for name in CONTACT_WORDS},
        mobile=NUMBERS[1],
        phone=NUMBERS[2],
        email="qzfmail@y.example",
        birthday=datetime.date(1983, 2, 1),
    )


LONG = ("notes", "business_scope", "site", "former", "preferences", "concerns")
TOLD_WHOLE = {f"qzf{name}" for name in (*LONG, *CHOSEN)}
"""What can be hidden but not masked: choices, days, long texts, web addresses."""


def forbidden(person: str) -> list[str]:
    """What this person may never be told."""
    if person == "blind":
        return [word for words in SECRETS.values() for word in words]
    return [word for word in SECRETS["hidden"] if word not in TOLD_WHOLE] + SECRETS["numbers"]


@pytest.mark.parametrize("person", ["blind", "dim"])
@pytest.mark.parametrize("key", [key for key in KNOWN if "/show" not in key])
def test_no_answer_tells_what_is_hidden_or_masked(key: str, person: str, world: SimpleNamespace) -> None:
    call = Call(key, world, "anna")
    with taken_back():
        call.prepare()
        answer = call.by(person)
        said = everything_in(answer)

    assert [word for word in forbidden(person) if word in said] == [], call.url
    assert answer.status_code < 500


def ask(world: SimpleNamespace, person: str, path: str, **data: Any) -> Any:
    return Caller(world, person).call("GET", path, data)


def found(world: SimpleNamespace, person: str, q: str, catalogue: Any = CUSTOMER) -> set[int]:
    listing = Listing(catalogue, world.people[person], q=q)
    return set(listing.page(1, 50).pks) if listing.count().number else set()


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


@pytest.mark.parametrize("person", ["blind", "dim"])
def test_an_export_of_all_fields_holds_none_of_them(person: str, world: SimpleNamespace) -> None:
    with taken_back():
        export = exporting.start_export(world.people[person], "customer", is_complete=True, format="csv")
        making.make(export)
        said = exporting.fetch(export, world.people[person]).read_text("utf-8-sig")

    assert "qzxanna1" in said
    assert [word for word in forbidden(person) if word in said] == []


def test_what_is_masked_can_be_shown_and_that_is_logged(world: SimpleNamespace) -> None:
    pk = world.records["anna"].customer.pk
    with taken_back():
        shown = Caller(world, "dim").call("POST", f"/api/v1/customers/{pk}/show", {"field": "phone"})
        page = Caller(world, "dim").call("POST", f"/customers/{pk}/show/email/", None)
        events = Event.objects.filter(record_type="customer", record_id=pk, name="shown").order_by("id")
        logged = [(event.by.username, event.details["field"]) for event in events]
        told = ask(world, "administrator", f"/customers/{pk}/timeline/").content.decode()

    assert shown.json() == {"field": "phone", "value": "139 1234 5678"}
    assert page.status_code == 302
    assert logged == [("dim", "phone"), ("dim", "email")]
    assert "Dim 查看「电话」·" in told


@pytest.mark.parametrize(("person", "name"), [("blind", "phone"), ("anna", "phone"), ("dim", "notes"), ("dim", "no")])
def test_only_what_is_masked_can_be_shown(person: str, name: str, world: SimpleNamespace) -> None:
    pk = world.records["anna"].customer.pk
    with taken_back():
        page = Caller(world, person).call("POST", f"/customers/{pk}/show/{name}/", None)
        answer = Caller(world, person).call("POST", f"/api/v1/customers/{pk}/show", {"field": name})

    assert (page.status_code, answer.status_code) == (404, 422)


@pytest.mark.parametrize("person", ["blind", "dim"])
def test_what_is_not_in_full_can_not_be_changed(person: str, world: SimpleNamespace) -> None:
    pk = world.records["anna"].customer.pk
    with taken_back():
        answer = Caller(world, person).call("PATCH", f"/api/v1/customers/{pk}", {"phone": "13800138000"})
        inline = Caller(world, person).call("GET", f"/customers/{pk}/fields/phone/", None)
        Caller(world, person).call(
            "POST",
            f"/customers/{pk}/edit/",
            {"name": "共同 qzxanna1 公司", "phone": "13800138000", "version": world.records["anna"].customer.version},
        )
        kept = Customer.rows.get(pk=pk).phone

    assert answer.status_code == 422
    assert inline.status_code == 404
    assert kept == NUMBERS[0]


def test_a_masked_field_is_filled_in_on_a_new_record_and_masked_afterwards(world: SimpleNamespace) -> None:
    with taken_back():
        answer = Caller(world, "dim").call("POST", "/api/v1/customers", {"name": "新来的客户", "phone": "13800138000"})
        kept = Customer.rows.get(pk=answer.json()["id"]).phone

    assert answer.status_code == 201
    assert answer.json()["phone"] == "138 **** 8000"
    assert kept == "13800138000"


def test_a_record_is_made_by_somebody_who_sees_none_of_its_choices(world: SimpleNamespace) -> None:
    with taken_back():
        answer = Caller(world, "blind").call("POST", "/api/v1/customers", {"name": "新来的客户"})
        made = Customer.rows.select_related("category").get(pk=answer.json()["id"])

    assert answer.status_code == 201
    assert "category" not in answer.json()
    assert made.category.key == "potential"


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


def test_of_several_roles_the_widest_right_counts_and_roles_without_the_module_say_nothing(db: None) -> None:
    hiding, masking = make_role(customer={"view": "own"}), make_role(customer={"view": "own"})
    silent = make_role(contact={"view": ""})
    Grant.objects.filter(role=hiding).update(fields={"phone": "hidden", "email": "hidden", "uscc": "read-only"})
    Grant.objects.filter(role=masking).update(fields={"phone": "masked", "uscc": "hidden"})

    assert make_user("", hiding, silent).rights.limits("customer") == {
        "phone": "hidden",
        "email": "hidden",
        "uscc": "read-only",
    }
    assert make_user("", hiding, masking).rights.limits("customer") == {"phone": "masked", "uscc": "read-only"}
    assert make_user("", hiding, make_role(customer={"view": "own"})).rights.limits("customer") == {}


def test_a_change_of_the_rights_holds_from_the_next_request_on(world: SimpleNamespace) -> None:
    pk = world.records["anna"].customer.pk
    with taken_back():
        before = ask(world, "anna", f"/api/v1/customers/{pk}").json()["phone"]
        Grant.objects.filter(role=world.role, module="customer").update(fields={"phone": "masked"})
        after = ask(world, "anna", f"/api/v1/customers/{pk}").json()["phone"]

    assert (before, after) == ("139 1234 5678", "139 **** 5678")


def test_somebody_without_the_right_to_contacts_is_not_led_to_customers_by_them(world: SimpleNamespace) -> None:
    with taken_back():
        person = make_user("alone", make_role(customer={"view": "all"}))
        make_contact(world.records["anna"].customer, "欧阳孤独", mobile="13700000001")
        by_name = Listing(CUSTOMER, person, q="欧阳孤独").page(1, 9).pks
        by_number = Listing(CUSTOMER, person, q="13700000001").page(1, 9).pks

    assert (by_name, by_number) == ([], [])


@pytest.mark.parametrize(
    ("person", "phone"), [("administrator", "139 1234 5678"), ("dim", "139 **** 5678"), ("blind", "")]
)
def test_the_duplicate_check_tells_no_hidden_phone_and_no_other_number_of_a_contact(
    person: str, phone: str, world: SimpleNamespace
) -> None:
    given = Given(name=world.records["anna"].customer.name, phone=NUMBERS[2])
    hit = next(one for one in find_duplicates(given, by=world.people[person]) if one.level == "same")
    said = "".join(sentence for _sign, sentence in hit.reasons)

    assert hit.phone_told == phone
    assert "139" not in said
    assert "0574" in said


def test_the_duplicate_check_names_no_contact_to_those_who_may_see_none(world: SimpleNamespace) -> None:
    with taken_back():
        person = make_user("alone", make_role(customer={"view": "all"}))
        make_contact(world.records["anna"].customer, "欧阳孤独", mobile="13700000001")
        (hit,) = find_duplicates(Given(phone="13700000001"), by=person)

    assert [sentence for _sign, sentence in hit.reasons] == ["A contact has the same number"]


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


@pytest.mark.parametrize("column", ["phone", "notes"])
def test_an_import_does_not_change_what_the_person_may_not(column: str, world: SimpleNamespace) -> None:
    label = {"phone": "电话", "notes": "备注"}[column]
    sheet = SimpleUploadedFile("x.csv", f"客户名称,{label}\n共同 qzxanna1 公司,13800138000\n".encode())
    by = world.people["dim" if column == "phone" else "blind"]
    before = getattr(world.records["anna"].customer, column)
    with taken_back():
        of = importing.choose(importing.start_import(by, sheet), Options(same="update"), by=by)
        of = importing.dry_run(of, by=by)
        running.check(of)
        importing.confirm(of, by=by)
        running.write(of)
        kept = getattr(Customer.rows.get(pk=world.records["anna"].customer.pk), column)

    assert kept == before


def test_a_form_shows_what_is_seen_and_not_filled_in(world: SimpleNamespace) -> None:
    said = ask(world, "dim", f"/customers/{world.records['anna'].customer.pk}/edit/").content.decode()

    assert 'name="phone"' not in said
    assert "139 **** 5678" in said


def test_a_view_on_hidden_fields_is_not_offered_and_says_why_it_does_not_open(world: SimpleNamespace) -> None:
    with taken_back():
        node = {"field": "level", "op": "not-empty"}
        view = SavedView.objects.create(
            owner=world.people["anna"], module="customer", name="有级别的", filter=node, is_shared=True
        )
        offered = ask(world, "dim", "/customers/").content.decode()
        page = ask(world, "blind", "/customers/", view=f"v{view.pk}")
        side = ask(world, "blind", "/frame/side/", at="/customers/")

    assert "有级别的" in offered
    assert (page.status_code, side.status_code) == (200, 200)
    assert "有级别的" not in page.content.decode() + side.content.decode()
    assert "你不能查看的字段" in page.content.decode()


def test_a_file_made_before_a_field_was_masked_is_not_handed_out(world: SimpleNamespace) -> None:
    anna = world.people["anna"]
    with taken_back():
        export = exporting.start_export(anna, "customer", is_complete=True)
        making.make(export)
        Grant.objects.filter(role=world.role, module="customer").update(fields={"phone": "masked"})
        answer = Caller(world, "anna").call("GET", f"/api/v1/exports/{export.pk}/file", None)

    assert answer.status_code == 409


def test_a_masked_number_can_not_be_tried_out_many_at_a_time(world: SimpleNamespace) -> None:
    guesses = [{"field": "phone", "op": "=", "value": f"139{number:04d}5678"} for number in range(2)]
    inside = {"field": "contacts", "op": "some", "value": {"field": "mobile", "op": "=", "value": NUMBERS[1]}}
    single = ask(world, "dim", "/api/v1/customers", filter=json.dumps({"or": guesses[:1]}))
    several = ask(world, "dim", "/api/v1/customers", filter=json.dumps({"or": guesses}))
    mixed = ask(world, "dim", "/api/v1/customers", filter=json.dumps({"and": [guesses[0], inside]}))

    assert [one.status_code for one in (single, several, mixed)] == [200, 422, 422]
