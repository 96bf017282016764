"""The editable lists of deals: shown with their names, and moved with all that names an entry (T2, R4)."""

import pytest
from django.test import Client

from keyuan.customers.lists_admin import add_option, move_option, uses
from keyuan.opportunities.models import OpportunityCompetitor, OpportunityPart, Product, Stage
from keyuan.opportunities.rules import class_after_winning
from tests.make import make_contact, make_customer, make_opportunity, make_product, make_role, make_user, option

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(cast):
    return make_user("chief", make_role("chiefs", settings={"view": "", "edit": ""}))


def test_the_lists_of_deals_stand_in_the_administration(chief):
    client = Client(headers={"Accept-Language": "zh-hans"})
    client.force_login(chief)
    for list_, title in (
        ("deal_role", "决策角色"),
        ("opportunity_lost_reason", "输单原因"),
        ("competitor", "竞争对手"),
        ("product_category", "产品分类"),
    ):
        page = client.get(f"/admin/lists/{list_}/")
        assert page.status_code == 200
        assert title in page.content.decode()


def test_a_reason_that_is_deleted_gives_its_deals_to_another(cast, chief):
    lost = make_opportunity(owner=cast.anna)
    lost.lose(by=cast.anna, reason=option("opportunity_lost_reason", "price"))
    assert move_option(lost.reason, option("opportunity_lost_reason", "budget"), chief) == 1
    lost.refresh_from_db()
    assert lost.reason == option("opportunity_lost_reason", "budget")


def test_a_competitor_moves_on_deals_and_on_what_hangs_on_them(cast, chief):
    old, new = (add_option("competitor", name, {}, by=chief) for name in ("用友", "用友网络"))
    lost = make_opportunity(owner=cast.anna)
    lost.lose(by=cast.anna, reason=option("opportunity_lost_reason", "price"), competitor=old)
    both = make_opportunity(owner=cast.anna)
    for deal, rival in ((lost, old), (both, old), (both, new)):
        OpportunityCompetitor.objects.create(opportunity=deal, competitor=rival)
    assert uses("competitor")[old.pk] == 3

    move_option(old, new, chief)

    lost.refresh_from_db()
    assert lost.competitor == new
    assert list(OpportunityCompetitor.objects.order_by("opportunity").values_list("opportunity", "competitor")) == [
        (lost.pk, new.pk),
        (both.pk, new.pk),
    ]


def test_parts_stages_and_products_follow_their_entry(cast, chief):
    category, other = (add_option("product_category", name, {}, by=chief) for name in ("软件", "软件产品"))
    product = make_product(by=cast.boss, category=category)
    customer = make_customer(owner=cast.anna)
    deal = make_opportunity(owner=cast.anna, customer=customer)
    OpportunityPart.objects.create(
        opportunity=deal, contact=make_contact(customer), role=option("deal_role", "influencer")
    )
    Stage.objects.filter(key="proposal").update(required_activity=option("follow_up_kind", "meeting"))

    move_option(category, other, chief)
    move_option(option("deal_role", "influencer"), option("deal_role", "user"), chief)
    move_option(option("follow_up_kind", "meeting"), option("follow_up_kind", "visit"), chief)

    assert Product.rows.get(pk=product.pk).category == other
    assert deal.parts.get().role == option("deal_role", "user")
    assert Stage.objects.get(key="proposal").required_activity == option("follow_up_kind", "visit")


def test_a_list_that_began_empty_may_be_empty_again(chief):
    only = add_option("competitor", "唯一的对手", {}, by=chief)
    assert move_option(only, None, chief) == 0


def test_the_class_after_winning_follows_the_class_that_took_its_place(chief):
    move_option(option("category", "signed"), option("category", "regular"), chief)
    assert class_after_winning() == option("category", "regular")
