"""The demo company sells: products, deals with their way through the stages, and back out again (I3, O1-O9)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from keyuan.customers.models import Customer
from keyuan.demo.company import clear, load
from keyuan.demo.deals import KEY
from keyuan.demo.offers import DEALS, FLAGSHIP, PRODUCTS
from keyuan.opportunities.models import Opportunity, Product, StageMove
from keyuan.org.models import User
from keyuan.records.options import Option, Tag
from tests.make import make_opportunity, make_product

pytestmark = pytest.mark.django_db


def test_the_demo_company_has_products_and_deals_once(demo):
    load()

    assert Product.rows.count() == len(PRODUCTS)
    assert Opportunity.rows.count() == len(DEALS)


def test_the_deal_of_the_pictures_adds_up(demo):
    deal = Opportunity.rows.get(name=FLAGSHIP)

    assert (deal.customer.short_name, deal.amount, deal.probability) == ("海曙精密", Decimal(860_000), 68)
    assert not deal.amount_is_manual
    assert sum(one.subtotal for one in deal.lines.all()) - deal.reduction == deal.amount
    assert [one.days for one in StageMove.objects.filter(opportunity=deal)] == [0, 6, 14, 21]
    assert {one.by for one in StageMove.objects.filter(opportunity=deal)} == {deal.owner}
    assert (timezone.localdate() - timezone.localdate(deal.stage_since)).days in (2, 3)  # at an hour when people meet
    assert (deal.parts.count(), deal.competitors.count(), deal.slips) == (3, 2, 2)


def test_the_deals_show_what_can_become_of_deals(demo):
    rows = Opportunity.rows.all()
    today = timezone.localdate()

    assert rows.filter(outcome="open", expected_on__lt=today).count() >= 3
    assert rows.filter(slips__gte=3).count() >= 2
    assert rows.filter(outcome="won").count() == 11
    assert not rows.filter(outcome="lost", reason=None).exists()
    assert not rows.filter(closed_on__gt=today).exists()
    assert not StageMove.objects.filter(at__gt=timezone.now() + timedelta(seconds=1)).exists()
    assert not rows.filter(created_at__lt=Customer.rows.order_by("created_at").first().created_at).exists()


def test_deals_and_products_go_with_the_demo_company(demo):
    clear()

    assert not Opportunity.rows.exists()
    assert not Product.rows.exists()
    assert not StageMove.objects.exists()
    assert not Option.objects.filter(key__startswith=KEY).exists()
    assert not Tag.objects.filter(name="实施服务").exists()
    load()
    assert Opportunity.rows.count() == len(DEALS)


def test_what_real_deals_hold_stays(demo):
    seller = User.objects.get(username="chenzhiyuan")
    customer = Customer.rows.get(short_name="云帆电子")
    product = Product.rows.get(code="HL-SVC-IMP")
    real = make_opportunity("真实商机", owner=seller, customer=customer, products=[product.pk])
    other = make_product("真实产品", by=User.objects.get(username="shenyan"))

    clear()

    assert list(Opportunity.rows.all()) == [real]
    assert set(Product.rows.all()) == {product, other}
    assert list(Customer.rows.all()) == [customer]
