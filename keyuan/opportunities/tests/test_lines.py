"""Product lines, the amount that follows from them, and the one rounding rule."""

from decimal import Decimal

import pytest
from django.db.models import Sum
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from keyuan.opportunities.amounts import subtotal, total, weighted
from keyuan.opportunities.models import Opportunity, Product
from keyuan.opportunities.models.lining import Line
from keyuan.records.errors import RuleBroken, Stale
from keyuan.records.options import Tag
from tests.make import make_customer, make_opportunity, make_product, make_role, make_user

pytestmark = pytest.mark.django_db
PRICES = st.decimals(0, 10**8, places=2)
QUANTITIES = st.decimals("0.001", 9999, places=3)
DISCOUNTS = st.decimals(0, 100, places=2)


@pytest.mark.parametrize(
    ("price", "quantity", "discount", "worth"),
    [
        ("0.10", "1", "0", "0.10"),
        ("420000", "1", "15", "357000.00"),
        ("3800", "36", "10", "123120.00"),
        ("0.05", "1", "50", "0.03"),  # 0.025 is rounded up
        ("33.33", "0.333", "0", "11.10"),
    ],
)
def test_a_line_is_rounded_once_half_up(price, quantity, discount, worth):
    assert subtotal(Decimal(price), Decimal(quantity), Decimal(discount)) == Decimal(worth)


def test_the_whole_deal_has_a_discount_and_a_reduction():
    parts = [Decimal("357000"), Decimal("123120"), Decimal("167400"), Decimal("215600")]
    assert total(parts, reduction=Decimal("3120")) == Decimal("860000.00")
    assert total([Decimal("0.10"), Decimal("0.20")]) == Decimal("0.30")
    assert total([Decimal(10)], discount=Decimal("12.5")) == Decimal("8.75")
    assert total([Decimal(10)], reduction=Decimal(20)) == 0


class TheDatabaseCountsAlike(TestCase):
    @settings(max_examples=40, deadline=None)
    @given(PRICES, QUANTITIES, DISCOUNTS, st.integers(0, 100))
    def test_subtotals_and_weighted_amounts_are_those_of_the_pages(self, price, quantity, discount, probability):
        user = make_user(
            "",
            make_role(
                customer={"create": "all", "view": "all"},
                opportunity={"create": "all", "edit": "all"},
                product={"create": ""},
            ),
        )
        opportunity = make_opportunity(owner=user, customer=make_customer(owner=user), probability=probability)
        product = make_product(by=user)
        opportunity.set_lines([Line(product.pk, price, quantity, discount)], by=user)
        line = opportunity.lines.get()
        assert line.subtotal == subtotal(price, quantity, discount)
        opportunity.refresh_from_db()
        assert opportunity.amount == line.subtotal
        assert opportunity.weighted_amount == weighted(opportunity.amount, probability)
        found = Opportunity.rows.filter(pk=opportunity.pk).aggregate(Sum("weighted_amount"))
        assert found["weighted_amount__sum"] == opportunity.weighted_amount


@pytest.fixture
def products(cast):
    return [
        make_product("MES 标准版", by=cast.boss, price="420000"),
        make_product("实施服务", by=cast.boss, price="2200"),
    ]


def test_chosen_products_become_lines_at_list_price_and_the_amount_follows(cast, products):
    opportunity = make_opportunity(owner=cast.anna, amount=None, products=[one.pk for one in products])
    assert (opportunity.amount, opportunity.amount_is_manual) == (Decimal(422200), False)
    opportunity.set_lines([Line(products[0].pk, Decimal(420000), Decimal(1), Decimal(15))], by=cast.anna)
    assert (opportunity.amount, opportunity.amount_is_manual) == (Decimal(357000), False)
    assert opportunity.products == [products[0].pk]


def test_an_amount_typed_by_hand_stays_until_it_is_let_go(cast, products):
    opportunity = make_opportunity(owner=cast.anna, amount=400000, products=[products[0].pk])
    assert opportunity.amount_is_manual
    lines = [Line(products[0].pk, Decimal(420000)), Line(products[1].pk, Decimal(2200), Decimal(98))]
    opportunity.set_lines(lines, by=cast.anna, amount=Decimal(400000))
    assert (opportunity.amount, opportunity.amount_is_manual) == (Decimal(400000), True)
    opportunity.set_lines(lines, by=cast.anna, reduction=Decimal("35600"))
    assert (opportunity.amount, opportunity.amount_is_manual) == (Decimal(600000), False)


def test_another_product_chosen_in_the_form_is_another_line(cast, products):
    opportunity = make_opportunity(owner=cast.anna, amount=None, products=[products[0].pk])
    opportunity.edit(by=cast.anna, products=[one.pk for one in products])
    assert opportunity.lines.count() == 2
    assert opportunity.amount == Decimal(422200)
    opportunity.edit(by=cast.anna, products=[products[1].pk])
    assert opportunity.amount == Decimal(2200)


@pytest.mark.parametrize("line", [("-1", "1", "0"), ("1", "0", "0"), ("1", "1", "101"), ("99999999999999", "9", "0")])
def test_impossible_lines_are_refused(cast, products, line):
    opportunity = make_opportunity(owner=cast.anna)
    with pytest.raises(RuleBroken):
        opportunity.set_lines([Line(products[0].pk, *map(Decimal, line))], by=cast.anna)
    assert not opportunity.lines.exists()


def test_lines_of_an_older_version_are_not_saved(cast, products):
    opportunity = make_opportunity(owner=cast.anna)
    opportunity.edit(by=cast.anna, notes="x")
    with pytest.raises(Stale):
        opportunity.set_lines([], by=cast.anna, version=1)


# The catalogue


def test_a_product_has_a_tag_that_follows_it(cast):
    product = make_product("点检模块", by=cast.boss)
    tag = Tag.objects.get(group="感兴趣产品")
    assert (tag.name, tag.is_retired) == ("点检模块", False)
    product.edit(by=cast.boss, name="点检与能耗模块")
    tag.refresh_from_db()
    assert tag.name == "点检与能耗模块"
    product.edit(by=cast.boss, is_on_sale=False)
    tag.refresh_from_db()
    assert tag.is_retired


def test_a_product_that_is_sold_keeps_its_lines_when_it_is_deleted(cast, products):
    opportunity = make_opportunity(owner=cast.anna, amount=None, products=[products[0].pk])
    products[0].delete_by(cast.boss)
    opportunity.edit(by=cast.anna, notes="x")
    assert opportunity.lines.count() == 1
    with pytest.raises(RuleBroken, match="no longer in the catalogue"):
        make_opportunity(owner=cast.anna, amount=None, products=[products[0].pk])
    assert not Product.rows.living().filter(pk=products[0].pk).exists()
