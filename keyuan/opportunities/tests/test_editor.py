"""The form of an opportunity: what is required, what is proposed, a customer on the spot (O1–O6, O9)."""

import re
from decimal import Decimal

import pytest

from keyuan.customers.models import Customer
from keyuan.opportunities.models import Opportunity
from keyuan.records.history import Event
from tests.make import make_contact, make_customer, make_opportunity, make_product, stage

pytestmark = pytest.mark.django_db
NEW = "/opportunities/new/"


@pytest.fixture(autouse=True)
def in_english(client):
    client.cookies["keyuan_language"] = "en"


@pytest.fixture
def customer(cast):
    return make_customer("宁波海曙精密机械有限公司", owner=cast.anna, short_name="海曙精密")


def typed(customer="", **more):
    return {
        "customer": getattr(customer, "pk", customer),
        "name": "海曙精密-MES",
        "amount": "10万",
        "probability": "10",
        "expected_on": "2031-04-15",
        "stage": stage("contact").pk,
        **more,
    }


def refusals(answer):
    return [one for one in re.findall(r'class="hint bad"[^>]*>.*?<span>(.*?)</span>', answer.content.decode()) if one]


def test_an_amount_in_units_is_saved_exactly(cast, client, customer):
    client.force_login(cast.anna)
    assert client.post(NEW, typed(customer, amount="1.2亿")).status_code == 302
    assert Opportunity.rows.get().amount == Decimal(120_000_000)


@pytest.mark.parametrize(
    ("blank", "said"),
    [
        ("name", "商机名称必填"),
        ("amount", "预计成交金额必填"),
        ("probability", "成交概率必填"),
        ("expected_on", "预计成交时间必填"),
        ("stage", "所属销售阶段必填"),
    ],
)
def test_exactly_these_fields_are_required_in_these_words(cast, client, customer, blank, said):
    client.cookies["keyuan_language"] = "zh-hans"
    client.force_login(cast.anna)
    answer = client.post(NEW, typed(customer, **{blank: ""}))
    assert (answer.status_code, refusals(answer)) == (422, [said])
    assert not Opportunity.rows.exists()


def test_products_with_prices_give_the_amount_unless_it_is_typed(cast, client, customer):
    product = make_product("MES", by=cast.boss, price="420000")
    client.force_login(cast.anna)
    client.post(NEW, typed(customer, amount="", products=product.pk))
    client.post(NEW, typed(customer, amount="5万", products=product.pk))
    followed, by_hand = Opportunity.rows.order_by("pk")
    assert (followed.amount, followed.amount_is_manual) == (Decimal(420000), False)
    assert (by_hand.amount, by_hand.amount_is_manual) == (Decimal(50000), True)


def test_products_without_prices_leave_the_amount_to_be_asked_for(cast, client, customer):
    product = make_product("咨询", by=cast.boss, price=None)
    client.force_login(cast.anna)
    answer = client.post(NEW, typed(customer, amount="", products=product.pk))
    assert refusals(answer) == ["Expected amount is required"]


def test_a_blank_amount_of_an_edited_deal_follows_its_lines_again(cast, client, customer):
    product = make_product(by=cast.boss, price="300")
    deal = make_opportunity(owner=cast.anna, customer=customer, amount=9, products=[product.pk])
    client.force_login(cast.anna)
    data = typed(customer, amount="", products=product.pk, version=deal.version)
    assert client.post(f"/opportunities/{deal.pk}/edit/", data).status_code == 302
    deal.refresh_from_db()
    assert (deal.amount, deal.amount_is_manual) == (Decimal(300), False)


def test_the_probability_follows_the_stage_that_is_chosen_until_it_is_typed(cast, client, customer):
    client.force_login(cast.anna)
    client.post(NEW, typed(customer, stage=stage("negotiation").pk))
    client.post(NEW, typed(customer, stage=stage("negotiation").pk, probability="33"))
    follows, by_hand = Opportunity.rows.order_by("pk")
    assert (follows.probability, follows.probability_is_manual) == (70, False)
    assert (by_hand.probability, by_hand.probability_is_manual) == (33, True)


def test_a_new_customer_is_entered_with_the_deal_and_both_are_there_or_neither(cast, client):
    client.force_login(cast.anna)
    answer = client.post(NEW, typed("全新的公司有限公司"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'name="new_customer-name" value="全新的公司有限公司"' in page
    more = {"new_customer-name": "全新的公司有限公司", "new_customer-category": "potential"}
    assert client.post(NEW, typed("全新的公司有限公司", **more, amount="")).status_code == 422
    assert not Customer.rows.exists()
    assert client.post(NEW, typed("全新的公司有限公司", **more)).status_code == 302
    deal = Opportunity.rows.select_related("customer").get()
    assert (deal.customer.name, deal.customer.owner) == ("全新的公司有限公司", cast.anna)


def test_a_customer_that_exists_somewhere_is_not_entered_again(cast, client):
    make_customer("宁波海曙精密机械有限公司", owner=cast.olga)
    client.force_login(cast.anna)
    more = {"new_customer-name": "宁波海曙精密机械有限公司", "new_customer-category": "potential"}
    answer = client.post(NEW, typed("宁波海曙精密机械有限公司", **more))
    assert "This customer exists already, see below." in refusals(answer)
    similar = {"new_customer-name": "宁波海曙精工机械有限公司", "new_customer-category": "potential"}
    assert client.post(NEW, typed(**similar)).status_code == 422
    assert client.post(NEW, typed(**similar, anyway="1")).status_code == 302
    assert Opportunity.rows.count() == 1


def test_the_part_of_the_form_shows_this_customers_contacts_and_by_what_name_it_goes(cast, client, customer):
    make_contact(customer, "顾建国", title="总经理")
    make_contact(customer, "走了的人", has_left=True)
    make_contact(make_customer(owner=cast.anna), "别家的人")
    client.force_login(cast.anna)
    part = client.get("/opportunities/new/customer/", {"customer": customer.pk}).content.decode()
    assert "顾建国 · 总经理" in part
    assert 'data-short="海曙精密"' in part
    assert "走了的人" not in part
    assert "别家的人" not in part


def test_strangers_are_refused_as_contacts(cast, client, customer):
    stranger = make_contact(make_customer(owner=cast.anna))
    client.force_login(cast.anna)
    assert client.post(NEW, typed(customer, contacts=stranger.pk)).status_code == 422


def test_a_customer_in_the_address_is_taken_over(cast, client, customer):
    make_contact(customer, "顾建国")
    client.force_login(cast.anna)
    page = client.get(f"{NEW}?customer={customer.pk}").content.decode()
    assert "宁波海曙精密机械有限公司" in page
    assert "顾建国" in page


def test_an_edit_in_the_form_is_a_step_like_every_other(cast, client, customer):
    deal = make_opportunity(owner=cast.anna, customer=customer)
    client.force_login(cast.anna)
    data = typed(customer, stage=stage("needs").pk, version=deal.version)
    assert client.post(f"/opportunities/{deal.pk}/edit/", data).status_code == 302
    deal.refresh_from_db()
    assert deal.stage == stage("needs")
    assert Event.objects.filter(record_type="opportunity", name="moved").count() == 1


# On the page of the customer


def test_the_page_of_a_customer_tells_what_is_under_way_and_what_was_won(cast, client, customer):
    make_opportunity("在谈的", owner=cast.anna, customer=customer, amount=860000)
    make_opportunity("成了的", owner=cast.anna, customer=customer, amount=620000).win(by=cast.anna)
    client.force_login(cast.anna)
    page = client.get(f"/customers/{customer.pk}/").content.decode()
    assert "Open opportunities" in page
    assert "¥860.0K" in page
    assert "¥620.0K" in page
    assert f"/opportunities/new/?customer={customer.pk}" in page


def test_the_block_lists_open_deals_first_and_says_how_many(cast, client, customer):
    make_opportunity("成了的", owner=cast.anna, customer=customer).win(by=cast.anna)
    make_opportunity("在谈的", owner=cast.anna, customer=customer, expected_on="2020-01-01")
    client.force_login(cast.anna)
    answer = client.get(f"/opportunities/of/{customer.pk}/", headers={"HX-Request": "true"})
    block = answer.content.decode()
    assert block.index("在谈的") < block.index("成了的")
    assert "1 open, 2 in all" in block
    assert "Overdue" in block
    assert '"deals": 2' in answer["HX-Trigger"]
    assert client.get(f"/opportunities/of/{customer.pk}/").status_code == 302
    client.force_login(cast.olga)
    assert client.get(f"/opportunities/of/{customer.pk}/").status_code == 404
