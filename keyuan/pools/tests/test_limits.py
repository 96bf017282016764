"""Limits of a person, a role or a department beside the general ones of a pool (G1)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from keyuan.customers.models import Customer
from keyuan.org.models import User
from keyuan.pools.admin import next_rules
from keyuan.pools.claiming import assign, claim
from keyuan.pools.limits import DEPARTMENTS, PEOPLE, ROLES, Limits, limits_of
from keyuan.pools.models import Pool
from keyuan.pools.rules import OwnLimit, PoolRules
from keyuan.records.errors import RuleBroken
from tests.make import make_department, make_pool, make_pooled, make_role, make_user

CLAIMS = {"view": "own", "claim": "own"}


@pytest.mark.django_db
def test_the_persons_own_counts_then_the_most_generous_role_then_the_nearest_department_then_the_general():
    top, seller, senior = make_department(), make_role("seller", customer=CLAIMS), make_role("senior", customer=CLAIMS)
    below = make_department(parent=top)
    person = make_user("person", seller, senior, department=below)
    steps = [
        (OwnLimit(DEPARTMENTS, top.pk, 30), Limits(30, 100)),
        (OwnLimit(DEPARTMENTS, below.pk, 5, 40), Limits(5, 40)),
        (OwnLimit(ROLES, seller.pk, 7), Limits(7, 40)),
        (OwnLimit(ROLES, senior.pk, 9), Limits(9, 40)),
        (OwnLimit(ROLES, make_role("foreign").pk, 99), Limits(9, 40)),
        (OwnLimit(PEOPLE, person.pk, 0), Limits(0, 40)),
    ]
    for number in range(len(steps) + 1):
        given = tuple(one for one, _found in steps[:number])
        pool = Pool(kind="customer", kept_rules=PoolRules(claims=20, holds=100, own_limits=given).as_json())
        assert limits_of(pool, person) == (steps[number - 1][1] if number else Limits(20, 100))


@pytest.mark.django_db
def test_claiming_and_assigning_keep_the_limit_of_who_gets_the_record(cast):
    role = make_role("claims", customer={"view": "own", "claim": "own", "assign": "own"})
    few, many, head = (make_user(name, role) for name in ("few", "many", "head"))
    limits = (OwnLimit(PEOPLE, few.pk, 1, 5), OwnLimit(PEOPLE, many.pk, 9, 2))
    pool = make_pool("customer", few, many, managers=[head], claims=2, holds=1, own_limits=limits)
    records = [make_pooled(pool, by=cast.boss) for _number in range(5)]

    claim(records[0], by=few)
    claim(records[1], by=many)
    claim(records[2], by=many)
    assign(records[3], few, by=head)
    for act in (lambda: claim(records[4], by=few), lambda: assign(records[4], many, by=head)):
        with pytest.raises(RuleBroken):
            act()


@pytest.mark.django_db
def test_administrators_add_change_and_take_away_limits_which_the_pages_say(cast):
    chief = make_user("chief", make_role("chiefs", settings={"view": "", "edit": ""}, customer={"view": "all"}))
    client, seller = Client(), Client()
    client.force_login(chief)
    department = cast.anna.department
    person = make_user("seller", make_role("claims", customer=CLAIMS), department=department)
    pool = make_pool("customer", person, claims=3)
    page = f"/admin/pools/{pool.pk}/"
    values = {"name": pool.name, "people": [person.pk], "claims": 3}

    client.post(page, values | {"new_departments": department.pk, "new_departments_claims": 30})
    client.post(page, values | {f"limit_departments_{department.pk}_claims": 30, "new_people": person.username,
                                "new_people_holds": 8})  # fmt: skip

    pool.refresh_from_db()
    wanted = (OwnLimit(DEPARTMENTS, department.pk, 30), OwnLimit(PEOPLE, person.pk, None, 8))
    assert next_rules(pool).own_limits == wanted
    assert not pool.rules.own_limits
    assert f"{department.name}：每人每天最多领取 30 条" in client.get("/admin/pools/").content.decode()
    Pool.objects.update(rules_from=None)
    seller.force_login(person)
    said = seller.get("/customers/pool/").content.decode()
    assert "你每天最多领取 30 条" in said
    assert "/ 8" in said
    client.post(page, values | {f"limit_people_{person.pk}_holds": 8})
    pool.refresh_from_db()
    assert next_rules(pool).own_limits == wanted[1:]


@pytest.mark.django_db(transaction=True)
def test_many_claims_at_once_stop_at_the_limit_of_each_ones_role():
    department = make_department()
    few, many = make_role("few", customer=CLAIMS), make_role("many", customer=CLAIMS)
    people = [make_user(name, role, department=department) for name, role in (("one", few), ("two", many))]
    limits = (OwnLimit(ROLES, few.pk, 2), OwnLimit(ROLES, many.pk, 5))
    pool = make_pool("customer", department, claims=1, own_limits=limits)
    boss = make_user("boss", make_role(customer={"view": "all", "create": "all"}))
    records = [make_pooled(pool, by=boss).pk for _number in range(20)]

    def one(pair: tuple[int, int]) -> None:
        try:
            claim(Customer.rows.get(pk=pair[1]), by=User.objects.get(pk=pair[0]))
        except RuleBroken:
            pass
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(one, [(people[place % 2].pk, pk) for place, pk in enumerate(records)]))

    assert [Customer.rows.filter(owner=person).count() for person in people] == [2, 5]
