"""Follow-ups and plans of opportunities: they count for the customer, and tell the deal how it is (O1, R6)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from keyuan.activities.composing import NextStep, complete_plan, log_follow_up
from keyuan.activities.models import FollowUp, Plan
from keyuan.activities.timeline import Asked, page_of
from keyuan.opportunities.models import Opportunity, Stage
from keyuan.records.errors import NotAllowed, NotReady, RuleBroken
from keyuan.records.namebook import NameBook
from tests.make import (
    make_contact,
    make_customer,
    make_follow_up,
    make_opportunity,
    make_plan,
    make_role,
    make_user,
    option,
    stage,
)

pytestmark = pytest.mark.django_db
TOLD = "和顾总谈了二期的方案与报价，下周回复"


@pytest.fixture(autouse=True)
def in_english(client):
    client.cookies["keyuan_language"] = "en"


@pytest.fixture
def deal(cast):
    return make_opportunity("MES 二期", owner=cast.anna, customer=make_customer(owner=cast.anna))


def again(deal):
    return Opportunity.rows.get(pk=deal.pk)


def logged(deal, by, **more):
    boss = make_contact(deal.customer)
    more = {"kind": option("follow_up_kind", "visit"), "content": TOLD, "contacts": [boss.pk]} | more
    return log_follow_up(deal.customer, by=by, opportunity=deal, result=option("follow_up_result", "progress"), **more)


def test_a_follow_up_on_a_deal_counts_for_its_customer_and_moves_the_facts_of_both(cast, deal):
    follow_up = logged(deal, cast.anna).follow_up
    deal.customer.refresh_from_db()
    assert deal.customer.last_followed_at == follow_up.at
    assert again(deal).last_followed_at == follow_up.at
    assert again(deal).followed_kinds == [option("follow_up_kind", "visit").pk]


def test_one_that_does_not_count_or_goes_to_another_deal_is_forgotten(cast, deal):
    follow_up = logged(deal, cast.anna).follow_up
    other = make_opportunity(owner=cast.anna, customer=deal.customer)
    follow_up.edit(by=cast.anna, opportunity=other)
    assert (again(deal).last_followed_at, again(deal).followed_kinds) == (None, [])
    assert again(other).last_followed_at == follow_up.at
    follow_up.delete_by(cast.boss)
    assert again(other).last_followed_at is None


def test_a_stage_that_asks_for_a_visit_is_reached_after_one(cast, deal):
    Stage.objects.filter(key="proposal").update(required_activity=option("follow_up_kind", "visit"))
    with pytest.raises(NotReady):
        deal.move(stage("proposal"), by=cast.anna)
    logged(deal, cast.anna)
    assert deal.move(stage("proposal"), by=cast.anna).stage == stage("proposal")


def test_a_visit_that_is_planned_keeps_a_stale_deal_alive(cast, deal):
    Opportunity.rows.filter(pk=deal.pk).update(stage_since=timezone.now() - timedelta(days=40))
    assert again(deal).stagnation(14) == "stuck"
    plan = make_plan(owner=cast.anna, starts_at=timezone.now() + timedelta(days=1), opportunity=deal)
    assert again(deal).stagnation(14) == ""
    assert plan.customer == deal.customer
    plan.cancel(by=cast.anna)
    assert again(deal).stagnation(14) == "stuck"


def test_the_next_step_and_a_fulfilled_plan_stay_with_the_deal(cast, deal):
    step = logged(deal, cast.anna, next_step=NextStep(timezone.now() + timedelta(days=2))).planned
    assert step.opportunity_id == deal.pk
    done = complete_plan(step, "按计划谈过了，客户确认了交期和付款方式", by=cast.anna)
    assert done.follow_up.opportunity_id == deal.pk


def test_deals_of_other_customers_are_refused(cast, deal):
    other = make_customer(owner=cast.anna)
    with pytest.raises(RuleBroken):
        make_follow_up(other, opportunity=deal)
    with pytest.raises(RuleBroken):
        make_plan(owner=cast.anna, starts_at=None, customer=other, opportunity=deal)


def test_a_plan_that_goes_to_another_customer_leaves_the_deal_behind(cast, deal):
    plan = make_plan(owner=cast.anna, starts_at=timezone.now() + timedelta(days=1), opportunity=deal)
    plan.edit(by=cast.anna, customer=make_customer(owner=cast.anna))
    assert Plan.rows.get(pk=plan.pk).opportunity_id is None
    assert again(deal).next_contact_at is None


# On pages


def test_the_composer_of_a_deal_hangs_its_follow_up_on_it(cast, client, deal):
    client.force_login(cast.anna)
    address = f"/activities/of/opportunity/{deal.pk}/"
    assert client.post(address, {"kind": "phone", "content": TOLD}).status_code == 302
    assert FollowUp.rows.get().opportunity == deal
    page = client.get(address).content.decode()
    assert TOLD in page
    assert 'name="opportunity"' not in page


def test_the_composer_of_a_customer_offers_its_open_deals(cast, client, deal):
    make_opportunity("成了的", owner=cast.anna, customer=deal.customer).win(by=cast.anna)
    make_opportunity("别家的", owner=cast.anna)
    client.force_login(cast.anna)
    address = f"/activities/of/customer/{deal.customer_id}/"
    page = client.get(address, {"kind": "follow_ups"}).content.decode()
    assert "MES 二期" in page
    assert "成了的" not in page
    assert "别家的" not in page
    client.post(address, {"kind": "phone", "content": TOLD, "opportunity": deal.pk})
    assert FollowUp.rows.get().opportunity == deal


def test_the_line_of_a_deal_holds_its_own_and_that_of_the_customer_everything(cast, client, deal):
    logged(deal, cast.anna)
    make_follow_up(deal.customer, "与商机无关的一次电话")
    deal.move(stage("needs"), by=cast.anna)
    own = page_of(deal.customer_id, NameBook(cast.anna), Asked(opportunity=deal.pk)).lines
    assert [one.follow_up.content for one in own if one.follow_up] == [TOLD]
    assert {one.story.event.record_type for one in own if one.story} == {"opportunity"}
    client.force_login(cast.anna)
    page = client.get(f"/activities/of/customer/{deal.customer_id}/").content.decode()
    assert "与商机无关的一次电话" in page
    assert "Anna moved it from First contact to Needs confirmed" in page
    assert f'href="/opportunities/{deal.pk}/">MES 二期' in page


def test_who_does_not_see_the_customer_reads_no_follow_ups_of_the_deal(cast, client, deal):
    logged(deal, cast.anna)
    Opportunity.rows.filter(pk=deal.pk).update(owner=cast.olga, department=cast.olga.department)
    client.force_login(cast.olga)
    address = f"/activities/of/opportunity/{deal.pk}/"
    page = client.get(address).content.decode()
    assert TOLD not in page
    assert "data-compose" not in page
    assert client.post(address, {"kind": "phone", "content": TOLD}).status_code == 404


def test_who_may_not_see_deals_is_not_told_their_names(cast, client, deal):
    follow_up = logged(deal, cast.anna).follow_up
    make_plan("约时间", owner=cast.anna, starts_at=timezone.now(), opportunity=deal)
    role = make_role(customer={"view": "all"}, follow_up={"view": ""}, plan={"view": "all"}, contact={"view": ""})
    client.force_login(make_user("reader", role))
    addresses = (
        f"/activities/of/customer/{deal.customer_id}/",
        f"/activities/follow-ups/{follow_up.pk}/",
        "/activities/?view=all&columns=opportunity,customer",
        "/activities/plans/?view=all&columns=opportunity,customer",
    )
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200
        assert "MES 二期" not in answer.content.decode()


def test_a_deal_that_comes_of_a_follow_up_takes_over_contact_and_words_and_is_linked(cast, client):
    customer = make_customer(owner=cast.anna)
    boss = make_contact(customer, "顾建国")
    follow_up = make_follow_up(customer, TOLD, contacts=[boss.pk], by=cast.ben)
    client.force_login(cast.anna)
    address = f"/activities/follow-ups/{follow_up.pk}/deal/"
    page = client.get(address).content.decode()
    assert TOLD in page
    assert f'value="{boss.pk}" checked' in page
    data = {
        "customer": customer.pk,
        "name": "新的商机",
        "amount": "10万",
        "expected_on": "2031-01-01",
        "contacts": boss.pk,
        "notes": TOLD,
    }
    assert client.post(address, data).status_code == 302
    deal = Opportunity.rows.get()
    follow_up.refresh_from_db()
    assert (follow_up.opportunity, deal.notes, deal.contacts) == (deal, TOLD, [boss.pk])
    assert client.get(address).status_code == 409
    client.force_login(cast.ben)
    other = make_follow_up(customer, by=cast.anna)
    assert client.get(f"/activities/follow-ups/{other.pk}/deal/").status_code == 404  # neither his nor his customer


def test_only_who_may_edit_the_deal_hangs_a_follow_up_on_it(cast, deal):
    follow_up = make_follow_up(deal.customer)
    with pytest.raises(NotAllowed):
        follow_up.belong_to(deal, by=cast.ben)
    follow_up.belong_to(deal, by=cast.anna)
    with pytest.raises(RuleBroken):
        follow_up.belong_to(deal, by=cast.anna)


def test_a_correction_keeps_or_changes_the_deal(cast, client, deal):
    follow_up = logged(deal, cast.anna).follow_up
    client.force_login(cast.anna)
    address = f"/activities/follow-ups/{follow_up.pk}/edit/"
    assert f'<option value="{deal.pk}" selected>MES 二期' in client.get(address).content.decode()
    data = {"content": TOLD, "kind": "visit", "at": "2026-01-05 10:00", "version": follow_up.version, "opportunity": ""}
    assert client.post(address, data).status_code == 302
    follow_up.refresh_from_db()
    assert follow_up.opportunity is None


def test_a_plan_takes_the_deal_of_the_address_over(cast, client, deal):
    client.force_login(cast.anna)
    address = f"/activities/plans/new/?customer={deal.customer_id}&opportunity={deal.pk}"
    assert f'<option value="{deal.pk}" selected>MES 二期' in client.get(address).content.decode()
    data = {"subject": "演示", "kind": "visit", "customer": deal.customer_id, "opportunity": deal.pk}
    client.post("/activities/plans/new/", data | {"starts_at": "2031-03-18T14:00", "ends_at": "2031-03-18T15:00"})
    assert Plan.rows.get().opportunity == deal
    assert again(deal).next_contact_at is not None
