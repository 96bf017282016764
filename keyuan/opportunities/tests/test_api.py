"""Opportunities and products in the API: the gate of the page, the verbs, the lines (O8, O9, R1, R2, R5)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from keyuan.opportunities.models import Opportunity, Stage, StageMove
from keyuan.org.models import Grant
from keyuan.ui.rest.tests.calling import Caller
from tests.make import make_customer, make_opportunity, make_product, option, stage

pytestmark = pytest.mark.django_db


def given(customer, **values):
    return {
        "customer": customer.pk,
        "name": "海曙精密-MES",
        "amount": "86万",
        "expected_on": "2027-04-15",
        "stage": stage("needs").pk,
    } | values


def test_an_opportunity_is_made_and_told_with_all_its_fields(cast):
    customer = make_customer("海曙精密", owner=cast.anna)

    answer = Caller(cast.anna).post("/opportunities", given(customer))

    told = answer.json()
    assert answer.status_code == 201
    assert told["stage"] == {"id": stage("needs").pk, "name": "需求确认"}
    assert told["pipeline"]["name"] == "销售流程"
    assert (told["amount"], told["currency"], told["weighted_amount"]) == ("860000.00", "CNY", "215000.00")
    assert (told["probability"], told["probability_is_manual"], told["stagnant_days"]) == (25, False, 0)
    assert (told["outcome"]["value"], told["campaign"], told["lines"]) == ("open", None, [])
    assert told["customer"] == {"id": customer.pk, "name": "海曙精密"}
    assert StageMove.objects.get().to_stage == stage("needs")


def test_what_is_required_is_said_in_exactly_these_words(cast):
    customer = make_customer(owner=cast.anna)
    blank = {"name": "", "amount": "", "probability": "", "expected_on": "", "stage": ""}
    answer = Caller(cast.anna).post("/opportunities", given(customer, **blank), Accept_Language="zh-hans")
    words = {name: sentences[0] for name, sentences in answer.json()["errors"].items()}
    assert answer.status_code == 422
    for name, word in (
        ("name", "商机名称"),
        ("amount", "预计成交金额"),
        ("probability", "成交概率"),
        ("expected_on", "预计成交时间"),
        ("stage", "所属销售阶段"),
    ):
        assert word in words[name]


def test_lines_come_with_prices_and_the_amount_follows(cast):
    customer = make_customer(owner=cast.anna)
    first, second = make_product("MES", by=cast.boss, price="420000"), make_product("网关", by=cast.boss, price="3800")
    lines = [{"product": first.pk, "discount": 15}, {"product": {"id": second.pk}, "quantity": 36, "discount": "10"}]
    caller = Caller(cast.anna)
    body = given(customer, products=lines)
    del body["amount"]

    told = caller.post("/opportunities", body).json()

    assert told["amount"] == "480120.00"
    assert [one["subtotal"] for one in told["lines"]] == ["357000.00", "123120.00"]
    assert [one["name"] for one in told["products"]] == ["MES", "网关"]
    lines[1]["quantity"] = 10
    changed = caller.patch(f"/opportunities/{told['id']}", {"products": lines}, told["version"]).json()
    assert changed["amount"] == "391200.00"
    typed = {"products": lines, "amount": "390000"}
    assert caller.patch(f"/opportunities/{told['id']}", typed, changed["version"]).json()["amount"] == "390000.00"
    assert caller.post("/opportunities", given(customer, products=[{"product": 0}])).status_code == 422
    nothing = [{"product": first.pk, "quantity": 0}]
    assert caller.post("/opportunities", given(customer, products=nothing)).status_code == 409
    assert caller.post("/opportunities", given(customer, products=[{"product": "x", "price": []}])).status_code == 422


def test_a_changed_stage_goes_through_the_verb(cast):
    opportunity = make_opportunity(owner=cast.anna)
    caller = Caller(cast.anna)
    body = {"stage": {"id": stage("proposal").pk}}

    told = caller.patch(f"/opportunities/{opportunity.pk}", body, opportunity.version).json()

    assert told["probability"] == 45
    assert StageMove.objects.filter(opportunity=opportunity).count() == 2
    lost = caller.patch(f"/opportunities/{opportunity.pk}", {"stage": stage("lost").pk}, told["version"])
    assert lost.status_code == 422
    assert "reason" in lost.json()["errors"]
    body = {"stage": stage("lost").pk, "reason": "price"}
    told = caller.patch(f"/opportunities/{opportunity.pk}", body, told["version"]).json()
    assert (told["outcome"]["value"], told["reason"]["value"]) == ("lost", "price")


def test_the_verbs_move_win_lose_and_reopen(cast):
    opportunity = make_opportunity(owner=cast.anna, amount=1000)
    caller, chief = Caller(cast.anna), Caller(cast.boss)
    path = f"/opportunities/{opportunity.pk}"

    assert caller.post(f"{path}/move", {"stage": stage("negotiation").pk}).json()["stage"]["name"] == "商务谈判"
    day = timezone.localdate() - timedelta(days=3)
    won = caller.post(f"{path}/win", {"amount": "900.50", "closed_on": str(day)}).json()
    assert (won["outcome"]["value"], won["amount"], won["closed_on"]) == ("won", "900.50", str(day))
    assert caller.post(f"{path}/reopen", {}).status_code == 403
    assert chief.post(f"{path}/reopen", {}).json()["stage"]["id"] == stage("negotiation").pk
    assert caller.post(f"{path}/lose", {}).status_code == 422
    rival = option("opportunity_lost_reason", "price")
    lost = caller.post(f"{path}/lose", {"reason": str(rival)}).json()
    assert (lost["outcome"]["value"], lost["reason"]["value"]) == ("lost", "price")
    assert caller.post(f"{path}/move", {"stage": 0}).status_code == 422
    assert caller.post(f"{path}/move", {"stage": stage("needs").pk, "x": 1}).status_code == 422


def test_a_stage_that_needs_fields_names_them(cast):
    Stage.objects.filter(key="proposal").update(required_fields=["contacts", "source"])
    opportunity = make_opportunity(owner=cast.anna)
    answer = Caller(cast.anna).post(f"/opportunities/{opportunity.pk}/move", {"stage": stage("proposal").pk})
    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == {"contacts", "source"}


def test_many_move_at_once_and_those_that_refuse_are_named(cast):
    Stage.objects.filter(key="proposal").update(required_fields=["source"])
    ready = make_opportunity("有来源", owner=cast.anna, source=option("source", "website"))
    bare = make_opportunity("无来源", owner=cast.anna)
    foreign = make_opportunity("别人的", owner=cast.olga)
    body = {"ids": [ready.pk, bare.pk, foreign.pk], "verb": "move", "stage": stage("proposal").pk}

    told = Caller(cast.anna).post("/opportunities/bulk", body).json()

    assert (told["changed"], told["skipped"]) == (1, 2)
    assert [one["name"] for one in told["refused"]] == ["无来源"]
    assert Opportunity.rows.get(pk=ready.pk).stage == stage("proposal")
    assert Opportunity.rows.get(pk=foreign.pk).stage == stage("contact")


def test_amounts_that_a_role_hides_are_not_told(cast):
    opportunity = make_opportunity(owner=cast.anna, products=[make_product(by=cast.boss).pk])
    Grant.objects.filter(role=cast.anna.roles.get(), module="opportunity").update(fields={"amount": "hidden"})
    told = Caller(cast.anna).get(f"/opportunities/{opportunity.pk}").json()
    assert not {"amount", "weighted_amount"} & set(told)
    assert told["lines"] == []


def test_products_are_kept_by_those_who_may(cast):
    chief, caller = Caller(cast.boss), Caller(cast.anna)
    made = chief.post("/products", {"name": "MES 标准版", "code": "HL-MES", "list_price": "42万", "unit": "套"}).json()
    assert (made["list_price"], made["is_on_sale"], made["nature"]["value"]) == ("420000.00", True, "product")
    assert caller.post("/products", {"name": "别的"}).status_code == 403
    assert [one["id"] for one in caller.get("/products?q=HL-MES").json()["items"]] == [made["id"]]
    again = chief.post("/products", {"name": "另一个", "code": "HL-MES"})
    assert again.status_code == 422
    assert "code" in again.json()["errors"]
    assert Decimal(make_product(by=cast.boss).list_price) == Decimal(100)
