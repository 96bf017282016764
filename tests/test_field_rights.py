"""What roles hide or mask is in no answer of any route, and is not changed by those who may not (W3)."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import DjangoDbBlocker

from keyuan.customers.duplicates import Given, find_duplicates
from keyuan.customers.models import Customer
from keyuan.exchange import exporting, importing, making, running
from keyuan.exchange.options import Options
from keyuan.org.models import Grant
from keyuan.records.history import Event
from keyuan.records.models import SavedView
from tests.access import Caller, everything_in, taken_back
from tests.limited import NUMBERS, ask, forbidden, limited_world
from tests.make import make_contact, make_role, make_user
from tests.test_access import KNOWN, Call


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[SimpleNamespace]:
    with limited_world(django_db_blocker) as world:
        yield world


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
        told = ask(world, "administrator", f"/activities/of/customer/{pk}/timeline/").content.decode()

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
