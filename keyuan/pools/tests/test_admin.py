"""Pools as administrators make and change them: members, rules, and whom the rules touch (G1)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from keyuan.customers.models import Customer
from keyuan.pools import admin
from keyuan.pools.admin import Members
from keyuan.pools.effects import touched
from keyuan.pools.membership import standing
from keyuan.pools.models import Pool
from keyuan.pools.recycling import recycle
from keyuan.pools.rules import FOLLOW_UP, PoolRules, Wait
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.history import Event
from tests.make import make_customer, make_pool, make_pooled, make_role, make_user, option

pytestmark = pytest.mark.django_db
PAGE = "/admin/pools/"


@pytest.fixture
def chief(cast):
    return make_user("chief", make_role("chiefs", settings={"view": "", "edit": ""}, customer={"view": "all"}))


@pytest.fixture
def client(chief):
    client = Client()
    client.force_login(chief)
    return client


def fresh(user):
    return type(user).objects.get(pk=user.pk)


def form(**values):
    return {"name": "华东公海", "recycles": "on", "protection": 10, "follow_up": 3, "joined": "any"} | values


def old(owner, days):
    customer = make_customer(owner=owner)
    ago = timezone.now() - timedelta(days=days)
    Customer.rows.filter(pk=customer.pk).update(created_at=ago, taken_at=ago)
    return customer


def test_a_pool_is_made_with_members_managers_and_rules(cast, client):
    values = form(people=[cast.anna.pk], managers=[cast.ben.pk], claims=5, holds=30, rest=7, exempt=["won", "open"])

    answer = client.post(f"{PAGE}new/?kind=customer", values)

    assert answer.status_code == 302
    pool = Pool.objects.get()
    assert standing(fresh(cast.anna), "customer") == {pool.pk: False}
    assert standing(fresh(cast.ben), "customer") == {pool.pk: True}
    rules = pool.rules
    assert (rules.claims, rules.holds, rules.rest, rules.exempt) == (5, 30, 7, ("won", "open"))
    assert rules.waits == {FOLLOW_UP: Wait(3)}
    assert Event.objects.get(record_type="pool").name == "created"


def test_the_page_states_each_rule_as_a_sentence_and_whom_it_touches_today(cast, client):
    pool = make_pool("customer", cast.anna, recycles=True, claims=4, holds=9)
    old(cast.anna, 40)
    old(cast.anna, 1)

    page = client.get(PAGE).content.decode()
    effect = client.get(f"{PAGE}{pool.pk}/touched/").content.decode()

    assert "领取后 10 天内" in page
    assert "9" in page
    assert "1 条" in effect
    assert cast.anna.name in effect


def test_changed_rules_hold_from_tomorrow_on_and_today_the_ones_before(cast, chief):
    pool = make_pool("customer", cast.anna, recycles=True)

    admin.edit_pool(
        pool, pool.name, members=Members.of(pool), rules=PoolRules(recycles=True, protection=5), hidden=[], by=chief
    )

    pool.refresh_from_db()
    assert pool.rules.protection == 10
    assert pool.rules_from == timezone.localdate() + timedelta(days=1)
    Pool.objects.update(rules_from=timezone.localdate())
    pool.refresh_from_db()
    assert pool.rules.protection == 5


def test_rules_changed_twice_on_one_day_leave_those_of_yesterday_until_tomorrow(cast, chief):
    pool = make_pool("customer", cast.anna, recycles=True)
    for days in (5, 7):
        rules = PoolRules(recycles=True, protection=days)
        pool = admin.edit_pool(pool, pool.name, members=Members.of(pool), rules=rules, hidden=[], by=chief)

    assert pool.rules.protection == 10
    assert admin.next_rules(pool).protection == 7


def test_before_they_are_saved_the_form_says_whom_the_rules_would_touch(cast, client):
    pool = make_pool("customer", cast.anna, recycles=True)
    old(cast.anna, 12)
    values = form(name=pool.name, people=[cast.anna.pk], protection=20, preview="1")

    kept = client.post(f"{PAGE}{pool.pk}/", values | {"protection": 20, "follow_up": 20}).content.decode()
    lost = client.post(f"{PAGE}{pool.pk}/", values | {"protection": 10, "follow_up": 3}).content.decode()

    assert "没有到期的记录" in kept
    assert "1 条" in lost
    pool.refresh_from_db()
    assert (pool.rules_from, pool.rules.protection) == (None, 10)


def test_what_the_page_says_is_what_the_night_does(cast):
    pool = make_pool("customer", cast.anna, recycles=True)
    due = [old(cast.anna, days) for days in (11, 30)]
    old(cast.anna, 9)
    old(cast.olga, 90)

    found = touched(pool, pool.rules)

    assert [(one.owner, one.back) for one in found] == [(cast.anna, 2)]
    assert recycle("customer", timezone.localdate() + timedelta(days=1)) == {cast.anna.pk: 2}
    assert set(Customer.rows.filter(pool=pool)) == set(due)


def test_days_may_differ_by_the_entries_of_a_list(cast, client):
    pool = make_pool("customer", cast.anna, recycles=True, choice="category")
    interested = option("category", "interested")
    values = form(name=pool.name, people=[cast.anna.pk], choice="category") | {f"follow_up_{interested.pk}": 9}

    assert client.post(f"{PAGE}{pool.pk}/", values).status_code == 302

    pool.refresh_from_db()
    assert admin.next_rules(pool).waits[FOLLOW_UP] == Wait(3, {interested.pk: 9})


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"hard_end": 5}, "保护期"),
        ({"follow_up": ""}, "什么情况"),
        ({"name": " "}, "名称"),
        ({"people": ["没有这个人"]}, "没有这个人"),
        ({"claims": 0}, "1"),
    ],
)
def test_rules_that_make_no_sense_are_refused_with_a_sentence_and_nothing_typed_is_lost(cast, client, values, said):
    answer = client.post(f"{PAGE}new/?kind=customer", form(rest=6) | values)

    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    assert 'value="6"' in page
    assert not Pool.objects.exists()


def test_two_pools_of_one_kind_have_different_names(cast, chief):
    admin.add_pool("customer", "华东公海", members=Members(), rules=PoolRules(), by=chief)

    with pytest.raises(RuleBroken):
        admin.add_pool("customer", "华东公海 ", members=Members(), rules=PoolRules(), by=chief)
    assert admin.add_pool("lead", "华东公海", members=Members(), rules=PoolRules(), by=chief)


def test_only_administrators_make_and_change_pools(cast):
    pool = make_pool("customer", cast.anna)
    for act in (
        lambda: admin.add_pool("customer", "X", members=Members(), rules=PoolRules(), by=cast.anna),
        lambda: admin.edit_pool(pool, "X", members=Members(), rules=PoolRules(), hidden=[], by=cast.anna),
        lambda: admin.use_pool(pool, False, by=cast.anna),
        lambda: admin.shift_pool(pool, 1, by=cast.anna),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_pools_stand_in_an_order_and_go_out_of_use(cast, client):
    first, second = make_pool("customer", cast.anna), make_pool("customer", cast.anna)
    Pool.objects.filter(pk=second.pk).update(position=1)

    client.post(f"{PAGE}{second.pk}/shift/", {"to": "up"})
    assert list(standing(fresh(cast.anna), "customer")) == [second.pk, first.pk]

    client.post(f"{PAGE}{second.pk}/use/")
    assert list(standing(fresh(cast.anna), "customer")) == [first.pk]


def test_a_pool_in_which_something_lies_stays_in_use(cast, client, chief):
    pool = make_pool("customer", cast.anna)
    make_pooled(pool, by=cast.anna)

    answer = client.post(f"{PAGE}{pool.pk}/use/", follow=True)

    assert "1 条" in answer.content.decode()
    pool.refresh_from_db()
    assert pool.is_active
