"""Pools in the API: told to whom they are open, made and changed by administrators (G1)."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from keyuan.org.tokens import issue
from keyuan.pools.admin import next_rules
from keyuan.pools.models import Pool
from keyuan.pools.rules import FOLLOW_UP, OwnLimit, Wait
from tests.make import make_pool, make_pooled, make_role, make_user

pytestmark = pytest.mark.django_db
POOLS = "/api/v1/pools"


class Caller:
    """Somebody with a token."""

    def __init__(self, user):
        self.client = Client(headers={"Authorization": f"Bearer {issue(user, 'write', 1)}"})

    def get(self, path):
        return self.client.get(path)

    def send(self, method, path, body, **headers):
        return self.client.generic(method, path, json.dumps(body), "application/json", headers=headers)


@pytest.fixture
def seller(cast):
    return make_user("seller", make_role("claims", customer={"view": "own", "claim": "own"}))


@pytest.fixture
def chief(cast):
    rights = {"view": "all", "create": "all"}
    return make_user("chief", make_role("chiefs", settings={"view": "", "edit": ""}, customer=rights))


def test_members_are_told_their_pools_with_rules_and_their_own_limits_and_others_nothing(cast, seller, chief):
    pool = make_pool("customer", seller, claims=9, own_limits=(OwnLimit("people", seller.pk, 3, 4),))
    other = make_pool("customer", cast.olga)
    record = make_pooled(pool, by=chief)
    caller = Caller(seller)
    assert caller.send("POST", f"/api/v1/customers/{record.pk}/claim", {}).status_code == 200

    (told,) = caller.get(POOLS).json()["items"]

    assert (told["id"], told["daily_limit"], told["claimed_today"]) == (pool.pk, 3, 1)
    assert (told["holding_limit"], told["held"], told["is_manager"]) == (4, 1, False)
    assert told["rules"]["claims"] == 9
    assert not {"members", "managers", "hidden_fields"} & set(told)
    assert not {"own_limits", "exempt_filter"} & set(told["rules"])
    assert caller.get(f"{POOLS}/{pool.pk}").json() == told
    assert caller.get(f"{POOLS}/{other.pk}").status_code == 404
    assert caller.get(f"{POOLS}?kind=lead").json()["items"] == []
    assert [one["id"] for one in Caller(chief).get(POOLS).json()["items"]] == [pool.pk, other.pk]


def test_administrators_make_a_pool_and_change_its_rules_from_tomorrow_on(seller, chief, cast):
    caller = Caller(chief)
    role = make_role("sellers")
    body = {
        "kind": "customer",
        "name": "华东公海",
        "members": {"people": [seller.pk], "departments": [{"id": cast.anna.department_id}]},
        "managers": {"roles": [role.pk]},
        "rules": {
            "recycles": True,
            "waits": {"follow_up": {"days": 5}},
            "claims": 8,
            "own_limits": [{"of": "roles", "id": role.pk, "claims": 20}],
            "exempt_filter": {"field": "name", "op": "contains", "value": "战略"},
        },
    }

    made = caller.send("POST", POOLS, body)

    assert made.status_code == 201, made.content
    pool = Pool.objects.get()
    assert made["Location"] == f"{POOLS}/{pool.pk}"
    told = made.json()
    assert [one["id"] for one in told["members"]["people"]] == [seller.pk]
    assert told["managers"]["roles"] == [{"id": role.pk, "name": "sellers"}]
    assert (pool.rules.waits, pool.rules.claims) == ({FOLLOW_UP: Wait(5)}, 8)
    assert pool.rules.own_limits == (OwnLimit("roles", role.pk, 20),)
    changed = caller.send("PATCH", made["Location"], {"rules": {"claims": None}}, **{"If-Match": made["ETag"]})
    assert changed.status_code == 200
    assert changed.json()["rules"]["claims"] == 8
    assert changed.json()["rules_from_tomorrow"]["claims"] is None
    pool.refresh_from_db()
    assert next_rules(pool).own_limits == (OwnLimit("roles", role.pk, 20),)


def test_a_change_names_the_version_that_was_read(chief, cast):
    caller, pool = Caller(chief), make_pool("customer", cast.anna)

    assert caller.send("PATCH", f"{POOLS}/{pool.pk}", {"name": "甲"}).status_code == 428
    assert caller.send("PATCH", f"{POOLS}/{pool.pk}", {"name": "甲"}, **{"If-Match": '"1"'}).status_code == 200
    late = caller.send("PATCH", f"{POOLS}/{pool.pk}", {"name": "乙"}, **{"If-Match": '"1"'})
    assert late.status_code == 409
    assert late.json()["current"]["name"] == "甲"
    off = caller.send("PATCH", f"{POOLS}/{pool.pk}", {"is_active": False}, **{"If-Match": late["ETag"]})
    assert off.json()["is_active"] is False


@pytest.mark.parametrize(
    ("rules", "named"),
    [
        ({"claims": 0}, "claims"),
        ({"claims": True}, "claims"),
        ({"nothing": 1}, "nothing"),
        ({"protection": -1}, "protection"),
        ({"waits": {"visit": {"days": 1}}}, "waits"),
        ({"waits": {"follow_up": 3}}, "waits"),
        ({"exempt": ["sold"]}, "exempt"),
        ({"exempt": [{}]}, "exempt"),
        ({"choice": "name"}, "choice"),
        ({"own_limits": [{"of": "people", "id": 10**9}]}, "own_limits"),
        ({"own_limits": [3]}, "own_limits"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(chief, rules, named):
    answer = Caller(chief).send("POST", POOLS, {"kind": "customer", "name": "甲", "rules": rules})

    assert answer.status_code == 422, answer.content
    assert list(answer.json()["errors"]) == [named]
    assert not Pool.objects.exists()


def test_only_administrators_make_and_change_pools_by_the_api(seller):
    pool, caller = make_pool("customer", managers=[seller]), Caller(seller)

    assert caller.send("POST", POOLS, {"kind": "customer", "name": "甲"}).status_code == 403
    assert caller.send("PATCH", f"{POOLS}/{pool.pk}", {"name": "甲"}, **{"If-Match": '"1"'}).status_code == 403
    assert caller.get(f"{POOLS}/{pool.pk}").json()["is_manager"] is True
