"""The API: contacts and shared tags."""

import pytest

from keyuan.ui.rest.tests.calling import Caller
from tests.make import make_contact, make_customer, make_role, make_user

pytestmark = pytest.mark.django_db
CONTACT_NAMES = (
    "id customer name title roles mobile phone email wechat preferences concerns birthday gender reports_to is_primary "
    "has_left tags notes"
)


def test_a_contact_belongs_to_a_customer_that_one_may_edit(cast):
    mine, colleagues, foreign = (make_customer(owner=one) for one in (cast.anna, cast.ben, cast.olga))
    caller = Caller(cast.anna)

    made = caller.post("/contacts", {"name": "张三", "customer": mine.pk, "roles": ["decision_maker"]})
    assert made.status_code == 201
    assert set(CONTACT_NAMES.split()) <= set(made.json())
    assert made.json()["customer"] == {"id": mine.pk, "name": mine.name}
    assert made.json()["roles"][0]["value"] == "decision_maker"
    assert made.json()["is_primary"] is True
    assert caller.post("/contacts", {"name": "李四", "customer": {"id": colleagues.pk}}).status_code == 403
    assert caller.post("/contacts", {"name": "李四", "customer": foreign.pk}).status_code == 422
    assert caller.post("/contacts", {"name": "李四"}).status_code == 422


def test_a_contact_moves_only_to_a_customer_that_one_may_edit(cast):
    contact = make_contact(make_customer(owner=cast.anna), "张三")
    caller = Caller(cast.anna)
    other = make_customer(owner=cast.anna)
    make_contact(other, "李四")

    assert caller.patch(f"/contacts/{contact.pk}", {"customer": make_customer(owner=cast.ben).pk}, 1).status_code == 403
    moved = caller.patch(f"/contacts/{contact.pk}", {"customer": other.pk}, 1)
    assert moved.status_code == 200, moved.content
    assert moved.json()["customer"]["id"] == other.pk


def test_nobody_reports_to_themselves(cast):
    contact = make_contact(make_customer(owner=cast.anna), "张三")

    assert Caller(cast.anna).patch(f"/contacts/{contact.pk}", {"reports_to": contact.pk}, 1).status_code in (409, 422)


@pytest.mark.parametrize("value", ["yes", 1, 0, "", []])
def test_yes_and_no_are_booleans(cast, value):
    customer = make_customer(owner=cast.anna)

    body = {"name": "张三", "customer": customer.pk, "has_left": value}
    assert Caller(cast.anna).post("/contacts", body).status_code == 422


def test_administrators_name_the_shared_tags(cast):
    chief = make_user("chief", make_role(settings={"edit": "all", "view": "all"}))
    caller = Caller(chief)

    made = caller.post("/tags", {"name": "重点", "tint": 3})
    assert made.status_code == 201
    renamed = caller.patch(f"/tags/{made.json()['id']}", {"name": "重中之重"})
    assert (renamed.json()["name"], renamed.json()["tint"]) == ("重中之重", 3)
    assert caller.post("/tags", {"name": "重中之重"}).status_code == 409
    assert caller.post("/tags", {"name": "  "}).status_code == 422
    assert caller.post("/tags", {"name": "a", "tint": 10**20}).status_code == 422
    assert Caller(cast.anna).post("/tags", {"name": "别的"}).status_code == 403
    assert "重中之重" in [tag["name"] for tag in Caller(cast.anna).get("/tags").json()["items"]]
