"""Products: the deals that hold them, the tags that follow them, and the search for both (R5, T3)."""

import pytest
from django.test import Client

from keyuan.exchange.recycling import binned, purge
from keyuan.opportunities.models import Opportunity, Product, StageMove
from keyuan.opportunities.models.deriving import PRODUCT_TAGS
from keyuan.records.options import Tag, tag_key
from keyuan.ui.rest.tests.calling import Caller
from tests.make import make_opportunity, make_product

pytestmark = pytest.mark.django_db


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def test_a_product_shows_the_deals_that_the_reader_sees(cast):
    product = make_product("MES 标准版", by=cast.boss)
    make_opportunity("看得到的商机", owner=cast.anna, products=[product.pk])
    make_opportunity("别处的商机", owner=cast.olga, products=[product.pk])
    page = client_of(cast.anna).get(f"/products/{product.pk}/").content.decode()
    assert "看得到的商机" in page
    assert "别处的商机" not in page


def test_the_tag_of_a_product_follows_its_name_and_its_sale(cast):
    product = make_product("MES 标准版", by=cast.boss)
    tag = product.tag
    assert (tag.name, tag.group, tag.owner) == ("MES 标准版", PRODUCT_TAGS, None)
    product.edit(by=cast.boss, name="MES 旗舰版")
    product.edit(by=cast.boss, is_on_sale=False)
    tag.refresh_from_db()
    assert (tag.name, tag.key, tag.is_retired) == ("MES 旗舰版", tag_key("MES 旗舰版"), True)
    product.edit(by=cast.boss, is_on_sale=True)
    product.delete_by(cast.boss)
    tag.refresh_from_db()
    assert tag.is_retired
    product.restore(by=cast.boss)
    tag.refresh_from_db()
    assert not tag.is_retired


def test_a_tag_that_has_the_name_already_becomes_the_tag_of_the_product(cast):
    own = Tag.objects.create(name="能耗模块", key=tag_key("能耗模块"), group="自定")
    product = make_product("能耗模块", by=cast.boss)
    assert (product.tag, Tag.objects.get(pk=own.pk).group) == (own, "自定")
    other = make_product("点检模块", by=cast.boss)
    other.edit(by=cast.boss, name="能耗 模块")
    other.refresh_from_db()
    assert other.tag == own


def test_search_finds_deals_and_products_within_the_rights(cast):
    make_product("能耗监测模块", by=cast.boss)
    make_opportunity("能耗监测试点", owner=cast.anna)
    make_opportunity("能耗监测别处", owner=cast.olga)
    groups = Caller(cast.anna).get("/search?q=能耗").json()["groups"]
    names = {one["resource"]: [item["name"] for item in one["items"]] for one in groups}
    assert names == {"opportunities": ["能耗监测试点"], "products": ["能耗监测模块"]}
    page = client_of(cast.anna).get("/search/", {"q": "能耗"}, headers={"HX-Request": "true"}).content.decode()
    assert "试点" in page


def test_deals_and_products_come_back_from_the_bin_or_go_for_good(cast):
    product = make_product(by=cast.boss)
    deal = make_opportunity(owner=cast.boss, products=[product.pk])
    free = make_product(by=cast.boss)
    for one in (deal, product, free):
        one.delete_by(cast.boss)
    assert list(binned(cast.boss, "opportunity")) == [deal]
    assert purge(binned(cast.boss, "product"), by=cast.boss) == 1  # a line of the deal still holds the other
    assert list(Product.rows.all()) == [product]
    assert purge(binned(cast.boss, "opportunity"), by=cast.boss) == 1
    assert not Opportunity.rows.exists()
    assert not StageMove.objects.exists()
    assert purge(binned(cast.boss, "product"), by=cast.boss) == 1
