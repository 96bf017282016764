"""What matches a filter of the administrator never comes back by itself (G1)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from keyuan.customers.bulk import tag_all
from keyuan.customers.models import Customer
from keyuan.pools import admin
from keyuan.pools.clock import renew_all
from keyuan.pools.effects import touched
from keyuan.pools.models import Pool
from keyuan.pools.recycling import recycle
from keyuan.pools.rules import MATCHES, Facts, PoolRules, due
from keyuan.records.errors import RuleBroken
from keyuan.records.options import Tag, tag_key
from tests.make import make_contact, make_customer, make_pool, make_role, make_user

pytestmark = pytest.mark.django_db
NAMED = {"field": "name", "op": "contains", "value": "100%_稳"}


def old(owner, name="", **fields):
    customer = make_customer(name, owner=owner, **fields)
    ago = timezone.now() - timedelta(days=40)
    Customer.rows.filter(pk=customer.pk).update(created_at=ago, taken_at=ago)
    return customer


def filtered(owner, node):
    return make_pool("customer", owner, recycles=True, exempt_filter=node)


def tagged(tag):
    return {"or": [NAMED, {"field": "tags", "op": "any", "value": [tag.name]}]}


def test_what_matches_stays_in_the_night_and_is_not_counted_before(cast):
    pool = filtered(cast.anna, NAMED)
    kept, gone = old(cast.anna, "甲100%_稳公司"), old(cast.anna, "乙100 稳公司")

    assert [(one.owner, one.back) for one in touched(pool, pool.rules)] == [(cast.anna, 1)]
    assert recycle("customer") == {cast.anna.pk: 1}
    assert Customer.rows.get(pk=kept.pk).owner == cast.anna
    assert Customer.rows.get(pk=gone.pk).pool == pool


def test_a_tag_that_comes_takes_the_last_day_away_at_once_and_one_that_goes_brings_it_back(cast):
    tag = Tag.objects.create(name="战略", key=tag_key("战略"))
    filtered(cast.anna, tagged(tag))
    customer = make_customer(owner=cast.anna)
    assert Customer.rows.get(pk=customer.pk).due_on is not None

    for remove, counts in ((False, False), (True, True)):
        tag_all(Customer.rows.filter(pk=customer.pk), [tag], by=cast.boss, remove=remove)
        assert (Customer.rows.get(pk=customer.pk).due_on is not None) == counts


def test_what_came_to_match_behind_the_clock_is_seen_when_it_would_come_back(cast):
    filtered(cast.anna, {"field": "contacts", "op": "some", "value": {"field": "title", "op": "=", "value": "董事长"}})
    customer = old(cast.anna)
    renew_all("customer")
    assert Customer.rows.get(pk=customer.pk).due_on < timezone.localdate()
    Customer.rows.filter(pk=customer.pk).update(due_on=timezone.localdate() - timedelta(days=9))
    make_contact(customer, by=cast.anna, title="董事长")

    assert recycle("customer") == {}
    assert Customer.rows.get(pk=customer.pk).due_on is None


def test_one_record_is_as_many(cast):
    rules = PoolRules(recycles=True, exempt_filter=NAMED)
    today = timezone.localdate()
    assert due(Facts(today, today, exempt=frozenset([MATCHES])), rules) is None
    assert due(Facts(today, today, exempt=frozenset([MATCHES])), PoolRules(recycles=True)) is not None


def test_a_filter_that_can_not_be_read_any_more_lets_nothing_go(cast):
    filtered(cast.anna, {"field": "gone", "op": "=", "value": "x"})
    customer = old(cast.anna)

    assert recycle("customer") == {}
    assert Customer.rows.get(pk=customer.pk).owner == cast.anna


@pytest.mark.parametrize(
    "node",
    [
        {"field": "owner", "op": "me"},
        {"field": "due_on", "op": "not-empty"},
        {"field": "nothing", "op": "=", "value": "x"},
        {"not": {"field": "department", "op": "my-department"}},
    ],
)
def test_filters_that_say_nothing_to_the_machine_are_refused(cast, node):
    chief = make_user("chief", make_role("chiefs", settings={"view": "", "edit": ""}))
    with pytest.raises(RuleBroken):
        admin.add_pool("customer", "X", members=admin.Members(), rules=PoolRules(exempt_filter=node), by=chief)


def test_the_form_keeps_it_and_the_sentences_say_it_to_who_sees_its_fields(cast):
    role = make_role("chiefs", settings={"view": "", "edit": ""}, customer={"view": "all"})
    client, seller = Client(), Client()
    client.force_login(make_user("chief", role))
    values = {"name": "华东公海", "recycles": "on", "follow_up": 3, "people": [cast.anna.pk]}

    client.post("/admin/pools/new/?kind=customer", values | {"exempt_filter": json.dumps(NAMED)})
    again = client.get(f"/admin/pools/{Pool.objects.get().pk}/").content.decode()
    listed = client.get("/admin/pools/").content.decode()
    seller.force_login(cast.anna)

    assert Pool.objects.get().rules.exempt_filter == NAMED
    assert "100%_稳" in again
    assert "回收时符合以下条件的也不自动回收：客户名称 包含 100%_稳" in listed
    assert "客户名称 包含 100%_稳" in seller.get("/customers/pool/").content.decode()


def test_leads_are_told_only_of_exemptions_that_leads_have(cast):
    client = Client()
    client.force_login(make_user("chief", make_role("chiefs", settings={"view": "", "edit": ""}, lead={"view": "all"})))
    make_pool("lead", cast.anna, recycles=True)

    said = client.get("/admin/pools/").content.decode()

    assert "不自动回收：已锁定的" in said
    assert "成交" not in said.split("不自动回收：")[1].split("</li>")[0]
