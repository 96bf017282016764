"""The page of one opportunity: what it tells, to whom, and at what cost."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from keyuan.opportunities.models import Opportunity, Stage
from keyuan.opportunities.models.lining import Line
from keyuan.org.models import Grant
from tests.make import make_contact, make_customer, make_opportunity, make_product, make_role, make_user, option, stage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english(client):
    client.cookies["keyuan_language"] = "en"


def shown(client, user, deal):
    client.force_login(user)
    answer = client.get(f"/opportunities/{deal.pk}/")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def deal(cast):
    """A deal of Anna with two lines, a contact and a competitor, in its third stage."""
    customer = make_customer("宁波海曙精密机械有限公司", owner=cast.anna)
    boss = make_contact(customer, "顾建国", title="总经理")
    system, gateway = (
        make_product("MES", by=cast.boss, price="420000"),
        make_product("网关", by=cast.boss, price="3800"),
    )
    deal = make_opportunity(
        "MES 二期", owner=cast.anna, customer=customer, amount=None, products=[system.pk, gateway.pk]
    )
    deal.move(stage("proposal"), by=cast.anna)
    deal.set_part(boss.pk, by=cast.anna, role=option("deal_role", "decision_maker"), stance="for")
    deal.set_competitor("用云 MES", by=cast.anna, threat="high", price=Decimal(757000), strengths="价格低")
    return deal


def test_the_page_tells_amount_way_people_and_what_comes_next(cast, client, deal):
    page = shown(client, cast.anna, deal)
    for word in ("¥423,800.00", "45%", "顾建国", "Decision maker", "In favour", "用云 MES", "价格低", deal.number):
        assert word in page
    assert "Move to Negotiation" in page
    assert f'action="/opportunities/{deal.pk}/win/"' in page
    assert f'action="/opportunities/{deal.pk}/lose/"' in page


def test_what_the_next_stage_asks_for_is_told_with_what_is_there(cast, client, deal):
    visit = option("follow_up_kind", "visit")
    Stage.objects.filter(key="negotiation").update(required_fields=["contacts", "notes"], required_activity=visit)
    page = shown(client, cast.anna, deal)
    assert "2 things to do before “Negotiation”" in page
    deal.edit(by=cast.anna, notes="有了")
    Opportunity.touched([(deal.pk, timezone.now(), None, [visit.pk])])
    assert "Ready for “Negotiation”" in shown(client, cast.anna, deal)


def test_steps_that_were_taken_back_stay_in_the_history_and_say_so(cast, client, deal):
    deal.move(stage("contract"), by=cast.anna)
    deal.undo_move(by=cast.anna)
    page = shown(client, cast.anna, deal)
    assert "taken back" in page
    assert "took a step back" in page


def test_the_way_tells_how_long_it_stood_and_how_long_others_do(cast, client, deal):
    other = make_opportunity(owner=cast.anna, at="proposal")
    Opportunity.rows.filter(pk=other.pk).update(stage_since=timezone.now() - timedelta(days=12, hours=1))
    other.move(stage("contract"), by=cast.anna)
    assert "day 1" in shown(client, cast.anna, deal)
    assert "12 days on average" in shown(client, cast.anna, deal)


def test_a_day_that_is_past_is_red(cast, client, deal):
    assert '<dd class="bad">' not in shown(client, cast.anna, deal)
    deal.edit(by=cast.anna, expected_on=date(2020, 1, 1))
    assert '<dd class="bad">' in shown(client, cast.anna, deal)


def test_a_closed_opportunity_offers_reopening_to_those_with_the_right(cast, client, deal):
    deal.lose(by=cast.anna, reason=option("opportunity_lost_reason", "price"))
    assert "/reopen/" not in shown(client, cast.anna, deal)
    page = shown(client, cast.boss, deal)
    assert "/reopen/" in page
    assert "Price too high" in page
    assert "/win/" not in page


def test_who_sees_it_through_the_customer_alone_is_offered_no_change(cast, client, deal):
    page = shown(client, cast.ben, deal)
    assert "MES 二期" in page
    assert f"/opportunities/{deal.pk}/move/" not in page
    assert f"/opportunities/{deal.pk}/lines/" not in page


def test_a_customer_whom_one_does_not_see_is_told_by_name_alone(cast, client):
    hidden = make_customer("看不见的公司", owner=cast.olga)
    deal = make_opportunity(owner=cast.olga, customer=hidden)
    Opportunity.rows.filter(pk=deal.pk).update(owner=cast.anna)
    page = shown(client, cast.anna, deal)
    assert "看不见的公司" in page
    assert f"/customers/{hidden.pk}/" not in page


def test_a_hidden_amount_stands_nowhere_on_the_page(cast, client, deal):
    role = make_role(opportunity={"view": "all", "edit": "all"}, customer={"view": "all"}, contact={"view": ""})
    Grant.objects.filter(role=role, module="opportunity").update(fields={"amount": "hidden"})
    page = shown(client, make_user("blind", role), deal)
    for amount in ("423,800", "42.4", "423.8K", "190.7", "757.0K", "420,000", "3,800"):
        assert amount not in page
    assert "MES" in page
    assert "Weighted" not in page


def test_the_page_costs_the_same_with_one_line_and_with_many(cast, client, deal):
    def cost():
        shown(client, cast.anna, deal)
        with CaptureQueriesContext(connection) as queries:
            shown(client, cast.anna, deal)
        return len(queries)

    products = [make_product(by=cast.boss) for _number in range(5)]
    before = cost()
    deal.set_lines([Line(one.pk, Decimal(5)) for one in products], by=cast.anna)
    for number in range(3):
        deal.set_part(make_contact(deal.customer).pk, by=cast.anna)
        deal.set_competitor(f"对手 {number}", by=cast.anna)
    deal.move(stage("contract"), by=cast.anna)
    deal.move(stage("negotiation"), by=cast.anna)
    assert (before, cost()) == (QUERIES, QUERIES)


QUERIES = 29


def test_a_star_puts_it_among_the_favourites_and_takes_it_off(cast, client, deal):
    client.force_login(cast.anna)
    client.post(f"/opportunities/{deal.pk}/star/")
    assert "ib xs starred" in shown(client, cast.anna, deal)
    client.post(f"/opportunities/{deal.pk}/star/")
    assert "ib xs starred" not in shown(client, cast.anna, deal)


def test_the_probability_is_set_by_hand_and_follows_the_stage_again(cast, client, deal):
    client.force_login(cast.anna)
    address = f"/opportunities/{deal.pk}/probability/"
    client.post(address, {"probability": "68%", "version": deal.version})
    deal.refresh_from_db()
    assert (deal.probability, deal.probability_is_manual) == (68, True)
    assert "Set by hand" in shown(client, cast.anna, deal)
    client.post(address, {"probability": "", "version": deal.version})
    deal.refresh_from_db()
    assert (deal.probability, deal.probability_is_manual) == (45, False)
    refused = client.post(address, {"probability": "120", "version": deal.version})
    assert refused.status_code == 409
    assert "from 0 to 100" in refused.content.decode()
