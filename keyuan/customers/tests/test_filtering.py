"""The filter language over customers and contacts (Q2, B4, T4)."""

import pytest
from django.utils import timezone

from keyuan.customers.fields import CUSTOMER
from keyuan.customers.models import Customer
from keyuan.records.kinds.choices import ensure_tags
from keyuan.records.listing import Listing
from keyuan.records.namebook import NameBook
from keyuan.records.options import Tag
from keyuan.records.query import FilterRefused, parse
from tests.make import make_contact, make_customer, option

pytestmark = pytest.mark.django_db


def tag(name):
    return ensure_tags([Tag.objects.filter(name=name).first() or Tag(name=name, key=name)])[0]


@pytest.fixture
def customers(cast):
    car = make_customer(
        "宁波海曙汽车零部件有限公司",
        owner=cast.anna,
        industry="C36",
        region="330203",
        level=option("level", "A"),
        registered_capital=1_000_000,
        founded_on="2009-04-21",
        phone="0574-87352210",
        tags=[tag("高价值"), tag("重点关注")],
    )
    shop = make_customer(
        "深圳云帆电子有限公司",
        owner=cast.ben,
        industry="C3911",
        region="440305",
        category=option("category", "interested"),
        email="office@yunfan.example",
        tags=[tag("高价值")],
    )
    bare = make_customer("杭州绿源食品", owner=cast.olga, notes="喜欢喝茶，下周再谈")
    make_contact(car, "顾建国", title="总经理", roles=[option("contact_role", "decision_maker").pk])
    make_contact(shop, "罗振东")
    return {"car": car, "shop": shop, "bare": bare}


CASES = [
    ({"field": "industry", "op": "in", "value": ["C36"]}, {"car"}),
    ({"field": "industry", "op": "under", "value": "C"}, {"car", "shop"}),
    ({"field": "industry", "op": "under", "value": ["C39"]}, {"shop"}),
    ({"field": "industry", "op": "empty"}, {"bare"}),
    ({"field": "industry", "op": "not-empty"}, {"car", "shop"}),
    ({"field": "industry", "op": "!=", "value": "C36"}, {"shop", "bare"}),
    ({"field": "region", "op": "under", "value": "浙江"}, {"car"}),
    ({"field": "region", "op": "under", "value": "440000"}, {"shop"}),
    ({"field": "name", "op": "contains", "value": "汽车"}, {"car"}),
    ({"field": "name", "op": "starts-with", "value": "深圳"}, {"shop"}),
    ({"field": "name", "op": "=", "value": "杭州绿源食品"}, {"bare"}),
    ({"field": "name", "op": "contains", "value": "%"}, set()),
    ({"field": "notes", "op": "contains", "value": "喝茶"}, {"bare"}),
    ({"field": "phone", "op": "contains", "value": "87352210"}, {"car"}),
    ({"field": "phone", "op": "=", "value": "0574-8735 2210"}, {"car"}),
    ({"field": "phone", "op": "empty"}, {"shop", "bare"}),
    ({"field": "email", "op": "=", "value": "office@yunfan.example"}, {"shop"}),
    ({"field": "level", "op": "=", "value": "A"}, {"car"}),
    ({"field": "level", "op": "!=", "value": "A"}, {"shop", "bare"}),
    ({"field": "level", "op": "not-in", "value": ["A"]}, {"shop", "bare"}),
    ({"field": "category", "op": "=", "value": "意向客户"}, {"shop"}),
    ({"field": "registered_capital", "op": ">=", "value": "100万"}, {"car"}),
    ({"field": "registered_capital", "op": "between", "value": ["50万", "1亿"]}, {"car"}),
    ({"field": "registered_capital", "op": "<", "value": 10}, set()),
    ({"field": "founded_on", "op": "<", "value": "2010-01-01"}, {"car"}),
    ({"field": "founded_on", "op": "between", "value": ["2009-04-21", "2009-04-21"]}, {"car"}),
    ({"field": "created_at", "op": "within", "value": "1d"}, {"car", "shop", "bare"}),
    ({"field": "created_at", "op": "within", "value": "this-month"}, {"car", "shop", "bare"}),
    ({"field": "created_at", "op": "within", "value": "last-year"}, set()),
    ({"field": "last_followed_at", "op": "empty"}, {"car", "shop", "bare"}),
    ({"field": "tags", "op": "any", "value": ["高价值"]}, {"car", "shop"}),
    ({"field": "tags", "op": "all", "value": ["高价值", "重点关注"]}, {"car"}),
    ({"field": "tags", "op": "none", "value": ["重点关注"]}, {"shop", "bare"}),
    ({"field": "tags", "op": "empty"}, {"bare"}),
    ({"field": "owner", "op": "me"}, set()),
    ({"field": "owner", "op": "=", "value": "anna"}, {"car"}),
    ({"field": "department", "op": "my-department"}, {"car", "shop", "bare"}),
    ({"field": "department", "op": "under", "value": "East"}, {"car", "shop"}),
    ({"field": "contacts", "op": "some"}, {"car", "shop"}),
    ({"field": "contacts", "op": "no"}, {"bare"}),
    ({"field": "contacts", "op": "some", "value": {"field": "title", "op": "=", "value": "总经理"}}, {"car"}),
    ({"field": "contacts", "op": "some", "value": {"field": "roles", "op": "any", "value": ["决策者"]}}, {"car"}),
    ({"not": {"field": "contacts", "op": "some"}}, {"bare"}),
    (
        {
            "and": [
                {"field": "industry", "op": "under", "value": "C"},
                {
                    "or": [
                        {"field": "level", "op": "=", "value": "A"},
                        {"field": "tags", "op": "any", "value": ["重点关注"]},
                    ]
                },
            ]
        },
        {"car"},
    ),
    (
        {
            "or": [
                {"field": "tags", "op": "any", "value": ["重点关注"]},
                {"field": "name", "op": "contains", "value": "绿源"},
            ]
        },
        {"car", "bare"},
    ),
    ({"and": []}, {"car", "shop", "bare"}),
]


@pytest.mark.parametrize(("node", "expected"), CASES, ids=[f"{n} {str(case[0])[:60]}" for n, case in enumerate(CASES)])
def test_a_condition_finds_exactly_its_customers(cast, customers, node, expected):
    found = set(Listing(CUSTOMER, cast.boss, node=node).page(1, 50).pks)

    assert {name for name, one in customers.items() if one.pk in found} == expected


REFUSED = [
    ({"field": "nothing", "op": "=", "value": 1}, "nothing"),
    ({"field": "name", "op": "like", "value": "x"}, "like"),
    ({"field": "name", "op": "="}, "needs a value"),
    ({"field": "level", "op": "=", "value": "Z"}, "Z"),
    ({"field": "level", "op": "in", "value": "A"}, "list"),
    ({"field": "created_at", "op": "within", "value": "soon"}, "soon"),
    ({"field": "founded_on", "op": "<", "value": "2010-13-01"}, "2010-13-01"),
    ({"field": "registered_capital", "op": ">", "value": "much"}, "much"),
    ({"field": "address", "op": "contains", "value": "\0"}, "address"),
    ({"field": "owner__password", "op": "=", "value": "x"}, "owner__password"),
    ({"and": {"field": "name", "op": "=", "value": "x"}}, "list"),
    ({"field": ["name"], "op": "=", "value": "x"}, "object"),
    ("name", "object"),
    ({"not": {"not": {"not": {"not": {"not": {"field": "name", "op": "=", "value": "x"}}}}}}, "levels"),
    ({"and": [{"field": "level", "op": "empty"}] * 51}, "50"),
]


@pytest.mark.parametrize(("node", "told"), REFUSED, ids=lambda case: str(case)[:60])
def test_a_refused_filter_says_what_is_wrong(cast, node, told, settings):
    with pytest.raises(FilterRefused, match=told):
        Listing(CUSTOMER, cast.boss, node=node)


def test_text_that_is_no_json_is_refused():
    with pytest.raises(FilterRefused):
        parse("{")


def test_the_views_of_others_obey_the_rights_of_who_looks(cast, customers):
    everything = {"field": "created_at", "op": "not-empty"}

    assert set(Listing(CUSTOMER, cast.olga, node=everything).page(1, 50).pks) == {customers["bare"].pk}


def test_behind_schedule_follows_the_rhythm_of_the_level(cast, customers):
    node = {"field": "behind_schedule", "op": "=", "value": True}
    assert Listing(CUSTOMER, cast.boss, node=node).page(1, 50).pks == []

    old = timezone.now() - timezone.timedelta(days=20)
    Customer.rows.filter(pk=customers["car"].pk).update(created_at=old)

    assert Listing(CUSTOMER, cast.boss, node=node).page(1, 50).pks == [customers["car"].pk]


def test_private_tags_of_others_can_not_be_asked_for(cast, customers):
    Tag.objects.create(name="秘密", key="秘密", owner=cast.anna)

    with pytest.raises(FilterRefused):
        Listing(CUSTOMER, cast.ben, node={"field": "tags", "op": "any", "value": ["秘密"]}, book=NameBook(cast.ben))
