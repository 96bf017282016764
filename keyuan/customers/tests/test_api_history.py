"""The API: duplicates, history, and who sees a customer."""

import pytest

from keyuan.ui.rest.tests.calling import Caller
from tests.make import make_customer, make_user, option

pytestmark = pytest.mark.django_db


def test_duplicates_say_what_is_the_same(cast):
    make_customer("宁波海曙精密机械有限公司", owner=cast.olga, phone="13800138000")

    response = Caller(cast.anna).post("/customers/check-duplicates", {"phone": "138 0013 8000", "name": None})

    (hit,) = response.json()
    assert (hit["kind"], hit["id"], hit["owner"]["name"], hit["level"]) == ("customer", None, "Olga", "similar")
    assert hit["phone"] == "138 **** 8000"
    assert hit["reasons"]


def test_a_customer_is_told_as_it_was(cast):
    customer = make_customer("甲公司", owner=cast.anna, phone="13800138000", level=option("level", "A"))
    caller = Caller(cast.anna)
    moment = caller.get(f"/customers/{customer.pk}").json()["updated_at"]
    caller.patch(f"/customers/{customer.pk}", {"phone": "13900000001", "level": None, "tags": ["展会"]}, 1)

    then = caller.ask("GET", f"/customers/{customer.pk}/history?at={moment.replace('+', '%2B')}").json()["record"]
    now = caller.ask("GET", f"/customers/{customer.pk}/history?at=2100-01-01").json()["record"]
    assert (then["phone"], then["level"]["value"], then["tags"]) == ("138 0013 8000", "A", [])
    assert (now["phone"], now["level"], [tag["name"] for tag in now["tags"]]) == ("139 0000 0001", None, ["展会"])
    assert caller.get(f"/customers/{customer.pk}/history?at=2001-01-01").status_code == 404
    assert caller.get(f"/customers/{customer.pk}/history?at=2001-13-01").status_code == 422
    assert caller.get(f"/customers/{customer.pk}/history?at=0001-01-01T00:00:00").status_code in (404, 422)
    assert caller.get(f"/customers/{customer.pk}/history?at=9999-12-31").status_code in (200, 422)
    assert caller.get(f"/customers/{customer.pk}/history").status_code == 422


def test_the_time_line_tells_changes_in_words(cast):
    customer = make_customer("甲公司", owner=cast.anna)
    caller = Caller(cast.anna)
    caller.patch(f"/customers/{customer.pk}", {"address": "中山路 1 号"}, 1)

    items = caller.get(f"/customers/{customer.pk}/timeline").json()["items"]

    assert [item["event"] for item in items] == ["edited", "created"]
    assert items[0]["changes"][0]["after"] == "中山路 1 号"
    assert items[0]["source"] == "api"
    assert caller.get(f"/customers/{customer.pk}/timeline?before=x").status_code == 422


def test_access_says_who_sees_a_customer_and_why(cast):
    customer = make_customer("甲公司", owner=cast.anna)
    lead = make_user("lead", *cast.anna.roles.all(), department=cast.olga.department)
    cast.anna.superior = lead
    cast.anna.save()

    items = Caller(cast.anna).get(f"/customers/{customer.pk}/access").json()["items"]

    told = {item["user"]["name"]: [one["scope"]["value"] for one in item["because"]] for item in items}
    assert told == {"Anna": ["department"], "Ben": ["department"], "Boss": ["branch"]}
    assert {item["user"]["name"]: "delete" in item["may"] for item in items}["Boss"]
    for name in told:
        person = next(one for one in (cast.anna, cast.ben, cast.boss) if str(one) == name)
        assert customer.allows(person, "view")
