"""The list of a pool, and what is done there and on the page of a record (G1, E3)."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from keyuan.customers.models import Customer
from keyuan.exchange.making import make
from keyuan.exchange.models import Export
from keyuan.exchange.storage import export_path
from keyuan.leads.models import Lead
from keyuan.pools.models import ClaimCount
from keyuan.records.history import Operation
from keyuan.ui.rest.tests.calling import Caller
from tests.make import (
    make_contact,
    make_customer,
    make_follow_up,
    make_lead,
    make_pool,
    make_pooled,
    make_pooled_lead,
    make_role,
    make_user,
    option,
)

pytestmark = pytest.mark.django_db
NUMBERS = ("13800138000", "13900139000")
MEMBER = ("view", "create", "edit", "claim", "release")


@pytest.fixture
def sea(cast: SimpleNamespace) -> SimpleNamespace:
    """Anna and Ben are members, the head manages, Olga is a stranger, the chief sees everything."""
    members = dict.fromkeys(MEMBER, "own")
    heads = dict.fromkeys((*MEMBER, "assign", "export"), "own")
    chief = dict.fromkeys((*MEMBER, "assign", "transfer"), "all")
    contact = dict.fromkeys(("view", "create", "edit"), "")
    follow_up = dict.fromkeys(("view", "create"), "")
    for name, given in (("anna", members), ("ben", members), ("olga", members), ("head", heads), ("chief", chief)):
        role = make_role(f"{name}s", customer=given, lead=given, contact=contact, follow_up=follow_up)
        setattr(cast, name, make_user(f"{name}2", role, department=cast.anna.department))
    cast.pool = make_pool("customer", cast.anna, cast.ben, managers=[cast.head], claims=3, holds=5, rest=4)
    cast.customer = make_pooled(cast.pool, by=cast.chief, name="海里的公司")
    Customer.rows.filter(pk=cast.customer.pk).update(phone="13800138000")
    return cast


def as_(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user: Any, url: str) -> str:
    answer = as_(user).get(url)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_the_list_shows_what_lies_in_the_pool_with_limits_and_rule(sea):
    text = page(sea.anna, "/customers/pool/")
    assert "海里的公司" in text
    assert '<b class="b">0</b> / 3' in text
    assert '<b class="b">0</b> / 5' in text
    assert "/customers/pool/claim/" in text
    assert "海里的公司" not in page(sea.anna, "/customers/")
    assert "海里的公司" not in page(sea.olga, "/customers/pool/")


def test_a_row_is_claimed_by_a_plain_form_and_the_way_back_frees_no_claim(sea):
    anna = as_(sea.anna)
    answer = anna.post("/customers/pool/claim/", {"one": sea.customer.pk})
    assert (answer.status_code, answer["Location"]) == (302, "/customers/pool/")
    sea.customer.refresh_from_db()
    assert sea.customer.owner == sea.anna
    operation = Operation.objects.get(verb="customer.claimed")

    assert as_(sea.ben).post(f"/customers/pool/undo/{operation.pk}/").status_code == 404
    anna.post(f"/customers/pool/undo/{operation.pk}/")

    sea.customer.refresh_from_db()
    assert (sea.customer.owner, sea.customer.pool, sea.customer.taken_at) == (None, sea.pool, None)
    assert ClaimCount.objects.get(user=sea.anna).number == 1


def test_the_script_hears_what_was_done_and_why_not(sea):
    asked = {"headers": {"X-Requested-With": "fetch"}}
    told = as_(sea.anna).post("/customers/pool/claim/", {"one": sea.customer.pk}, **asked)
    assert told.json()["done"] == [sea.customer.pk]
    assert told.json()["toast"]["undo"].startswith("/customers/pool/undo/")
    refused = as_(sea.ben).post("/customers/pool/claim/", {"one": sea.customer.pk}, **asked)
    assert refused.status_code == 409


def test_of_many_those_are_claimed_that_can_be_and_the_rest_is_explained(sea):
    rows = [sea.customer, *(make_pooled(sea.pool, by=sea.chief) for _number in range(4))]
    data = {"verb": "claim", "ids": [one.pk for one in rows]}
    anna = as_(sea.anna)
    anna.post("/customers/pool/bulk/", data)
    assert Customer.rows.filter(owner=sea.anna).count() == 3
    text = anna.get("/customers/pool/").content.decode()
    assert "claimed 3 today" in text or "今天" in text


def test_a_manager_assigns_and_a_member_may_not(sea):
    assert as_(sea.anna).get(f"/customers/assign/?chosen={sea.customer.pk}").status_code in (403, 404)
    head = as_(sea.head)
    to_form = head.post("/customers/pool/bulk/", {"verb": "assign", "ids": [sea.customer.pk]})
    assert to_form["Location"].startswith("/customers/assign/?chosen=")
    assert head.get(to_form["Location"]).status_code == 200
    assert head.post("/customers/assign/", {"chosen": sea.customer.pk, "to": ""}).status_code == 422
    head.post("/customers/assign/", {"chosen": sea.customer.pk, "to": sea.ben.username})
    sea.customer.refresh_from_db()
    assert sea.customer.owner == sea.ben


def test_giving_back_asks_for_the_reason_and_can_be_undone(sea):
    customer = make_customer("退回的公司", owner=sea.anna)
    anna = as_(sea.anna)
    assert f"/customers/release/?chosen={customer.pk}" in page(sea.anna, f"/customers/{customer.pk}/")
    assert anna.get(f"/customers/release/?chosen={customer.pk}").status_code == 200
    assert anna.post("/customers/release/", {"chosen": customer.pk, "reason": ""}).status_code == 422
    anna.post("/customers/release/", {"chosen": customer.pk, "reason": "no_need"})
    customer.refresh_from_db()
    assert (customer.pool, customer.release_reason) == (sea.pool, option("release_reason", "no_need"))

    waiting = page(sea.anna, "/customers/pool/")
    assert f'value="{customer.pk}" data-claim=' not in waiting
    assert f'value="{customer.pk}" data-claim=' in page(sea.ben, "/customers/pool/")

    operation = Operation.objects.get(verb="customer.released")
    anna.post(f"/customers/pool/undo/{operation.pk}/")
    customer.refresh_from_db()
    assert (customer.owner, customer.pool, customer.release_reason) == (sea.anna, None, None)


def test_many_are_given_back_from_the_list_of_what_one_owns(sea):
    mine = [make_customer(owner=sea.anna) for _number in range(2)]
    answer = as_(sea.anna).post("/customers/bulk/", {"verb": "release", "ids": [one.pk for one in mine]})
    assert answer["Location"].startswith("/customers/release/?chosen=")
    chosen = ",".join(str(one.pk) for one in mine)
    as_(sea.anna).post("/customers/release/", {"chosen": chosen, "reason": "no_need"})
    assert Customer.rows.filter(pool=sea.pool, last_owner=sea.anna).count() == 2


def test_what_the_pool_hides_is_nowhere_for_members_until_they_claim(sea):
    contact = make_contact(sea.customer, by=sea.chief, name="钱多多", mobile="13900139000")
    make_follow_up(sea.customer, "谈过一次", by=sea.chief, contacts=[contact.pk])
    record = f"/customers/{sea.customer.pk}/"
    found = [f"{where}?q={number}" for where in ("/customers/pool/", "/search/") for number in NUMBERS]
    line = f"/activities/of/customer/{sea.customer.pk}/"
    for url in ("/customers/pool/?columns=phone,came", record, line, *found):
        text = page(sea.anna, url)
        assert "138 0013 8000" not in text.replace("13800138000", ""), url
        assert "钱多多" not in text, url
    node = '{"field":"phone","op":"contains","value":"13800138000"}'
    assert "海里的公司" in page(sea.anna, f"/customers/pool/?filter={node}")  # the condition is left out, and says so
    assert "138 0013 8000" in page(sea.head, "/customers/pool/?columns=phone")
    assert "海里的公司" in page(sea.head, "/customers/pool/?q=13800138000")
    assert "海里的公司" not in page(sea.anna, "/customers/pool/?q=13800138000")

    as_(sea.anna).post("/customers/pool/claim/", {"one": sea.customer.pk})
    text = page(sea.anna, f"/customers/{sea.customer.pk}/")
    assert "138 0013 8000" in text
    assert "钱多多" in text


def test_what_comes_back_soon_stands_above_the_list_and_in_its_own_view(sea):
    pool = make_pool("customer", sea.olga, recycles=True, protection=10, warn=3)
    soon, late = make_customer("快到期的公司", owner=sea.olga), make_customer("还早的公司", owner=sea.olga)
    today = timezone.localdate()
    Customer.rows.filter(pk=soon.pk).update(due_on=today + timedelta(days=2))
    Customer.rows.filter(pk=late.pk).update(due_on=today + timedelta(days=9))
    text = page(sea.olga, "/customers/pool/")
    assert "快到期的公司" in text
    assert "还早的公司" not in text
    text = page(sea.olga, "/customers/?view=soon")
    assert "快到期的公司" in text
    assert "还早的公司" not in text
    assert pool.rules.recycles


def test_the_page_of_a_record_explains_its_last_day_and_tells_whose_it_was(sea):
    make_pool("customer", sea.olga, recycles=True, protection=10)
    customer = make_pooled(make_pool("customer", sea.olga, recycles=True), by=sea.chief)
    as_(sea.olga).post("/customers/pool/claim/", {"one": customer.pk})
    text = page(sea.olga, f"/customers/{customer.pk}/")
    assert 'id="pool-rule"' in text
    assert "Chief2" in text
    assert "Olga2" in text


def test_whoever_assigns_locks_and_its_owner_does_not(sea):
    customer = make_customer(owner=sea.anna)
    assert as_(sea.anna).post(f"/customers/{customer.pk}/lock/", {"on": "1"}).status_code in (403, 404)
    as_(sea.chief).post(f"/customers/{customer.pk}/lock/", {"on": "1"})
    assert Customer.rows.get(pk=customer.pk).is_locked
    as_(sea.chief).post(f"/customers/{customer.pk}/lock/", {"on": "0"})
    assert not Customer.rows.get(pk=customer.pk).is_locked


def test_leads_have_their_pool_as_well(sea):
    make_pool("lead", sea.anna, managers=[sea.head])
    pool = make_pool("lead", sea.anna)
    lead = make_pooled_lead(pool, by=sea.chief, company="池里的线索", mobile="13800138000")
    text = page(sea.anna, f"/leads/pool/?pool={pool.pk}")
    assert "池里的线索" in text
    assert "138 0013 8000" not in page(sea.anna, f"/leads/{lead.pk}/")
    as_(sea.anna).post("/leads/pool/claim/", {"one": lead.pk})
    assert Lead.rows.get(pk=lead.pk).owner == sea.anna
    mine = make_lead(owner=sea.anna)
    as_(sea.anna).post("/leads/release/", {"chosen": mine.pk, "reason": "no_need"})
    assert Lead.rows.get(pk=mine.pk).pool is not None


def test_to_whom_no_pool_is_open_is_told_so(sea):
    assert "海里的公司" not in page(sea.olga, "/customers/pool/")
    assert "海里的公司" not in page(sea.olga, f"/customers/pool/?pool={sea.pool.pk}")


def test_the_api_lists_what_lies_in_a_pool_without_what_it_hides(sea):
    anna, head = Caller(sea.anna), Caller(sea.head)
    found = anna.get(f"/customers?pool={sea.pool.pk}").json()["items"]
    assert [one["name"] for one in found] == ["海里的公司"]
    assert "phone" not in found[0]
    assert head.get(f"/customers?pool={sea.pool.pk}").json()["items"][0]["phone"] == "138 0013 8000"
    assert anna.get("/customers").json()["items"] == []
    assert anna.get(f"/customers?pool={sea.pool.pk}&sort=phone").status_code == 422
    assert Caller(sea.olga).get(f"/customers?pool={sea.pool.pk}").status_code == 422


def test_the_history_of_what_lies_in_a_pool_tells_no_hidden_field(sea):
    Customer.rows.filter(pk=sea.customer.pk).change(by=sea.chief, phone="13700137000")
    assert "137 0013 7000" not in page(sea.anna, f"/activities/of/customer/{sea.customer.pk}/")
    assert "137 0013 7000" in page(sea.head, f"/activities/of/customer/{sea.customer.pk}/")
    assert "0137000" not in Caller(sea.anna).get(f"/customers/{sea.customer.pk}/timeline").content.decode()


def test_the_time_line_tells_in_one_sentence_who_took_and_gave_it(sea):
    as_(sea.anna).post("/customers/pool/claim/", {"one": sea.customer.pk})
    as_(sea.anna).post("/customers/release/", {"chosen": sea.customer.pk, "reason": "no_need"})
    text = page(sea.anna, f"/activities/of/customer/{sea.customer.pk}/")
    assert "gave it back: 暂无需求" in text or "退回：暂无需求" in text


def test_managers_export_what_lies_in_their_pool(sea):
    make_pooled(make_pool("customer", sea.olga), by=sea.chief, name="别的海")
    mine = make_customer("自己的公司", owner=sea.head)
    export = Export.objects.create(
        by=sea.head, module="customer", query=f"pool={sea.pool.pk}&columns=name,phone", format="csv"
    )
    make(export)
    text = export_path(export.pk, "csv").read_text(encoding="utf-8-sig")
    assert "海里的公司" in text
    assert "别的海" not in text
    assert mine.name not in text


def test_what_is_given_back_is_locked_no_longer(sea):
    customer = make_customer(owner=sea.anna)
    as_(sea.chief).post(f"/customers/{customer.pk}/lock/", {"on": "1"})
    as_(sea.anna).post("/customers/release/", {"chosen": customer.pk, "reason": "no_need"})
    assert not Customer.rows.get(pk=customer.pk).is_locked


def test_the_switch_says_how_many_lie_in_each_pool_and_stops_counting_in_time(sea, monkeypatch):
    empty, few = make_pool("customer", sea.anna), make_pool("customer", sea.anna)
    for _number in range(3):
        make_pooled(few, by=sea.chief)
    Customer.rows.filter(pk=make_pooled(empty, by=sea.chief).pk).update(deleted_at=timezone.now())
    monkeypatch.setattr("keyuan.pools.counting.MOST", 2)

    page = as_(sea.anna).get("/customers/pool/").content.decode()

    for pool, number in ((sea.pool, "1"), (empty, "0"), (few, "2+")):
        assert f'{pool.name} <span class="t3 num">{number}</span>' in page
