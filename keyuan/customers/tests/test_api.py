"""The API: one customer written, read, changed and deleted."""

import pytest

from keyuan.customers.models import Customer
from keyuan.ui.rest.tests.calling import Caller
from tests.make import make_customer

pytestmark = pytest.mark.django_db
NAMES = (
    "id name short_name former_names category level industry size source phone email website region address uscc "
    "legal_representative registered_capital founded_on company_type registration_status registered_address "
    "business_scope parent tags notes owner department pool completeness last_followed_at next_contact_at created_at "
    "created_by updated_at version custom"
)


def test_a_customer_is_written_down_and_read_back(cast):
    caller = Caller(cast.anna)
    response = caller.post(
        "/customers",
        {
            "name": "宁波海曙精密机械有限公司",
            "category": "interested",
            "level": {"value": "A", "label": "A"},
            "industry": "C34",
            "region": "宁波市海曙区",
            "phone": 13800138000,
            "registered_capital": "1200000",
            "founded_on": "2012-05-01",
            "former_names": ["海曙机械厂"],
            "tags": ["高价值", {"name": "展会"}],
        },
    )

    assert response.status_code == 201
    made = response.json()
    assert response["Location"] == f"/api/v1/customers/{made['id']}"
    read = caller.get(f"/customers/{made['id']}")
    assert read["ETag"] == '"1"'
    record = read.json()
    assert set(NAMES.split()) <= set(record)
    assert record["level"] == {"value": "A", "label": "A"}
    assert record["region"]["value"] == "330203"
    assert record["registered_capital"] == "1200000.00"
    assert record["owner"] == {"id": cast.anna.pk, "name": "Anna"}
    assert sorted(tag["name"] for tag in record["tags"]) == ["展会", "高价值"]
    assert record["founded_on"] == "2012-05-01"


def test_a_name_alone_begins_with_the_preset_class(cast):
    made = Caller(cast.anna).post("/customers", {"name": "甲公司"}).json()

    assert made["category"]["value"] == "potential"


@pytest.mark.parametrize("name", ["", "   ", None, "\u200b"])
def test_blanks_are_no_name(cast, name):
    response = Caller(cast.anna).post("/customers", {"name": name})

    assert response.status_code == 422
    assert "name" in response.json()["errors"]


@pytest.mark.parametrize(
    "body",
    [
        {"name": "甲公司", "colour": "red"},
        {"name": "甲公司", "version": 7},
        {"name": "甲公司", "department": 1},
        {"name": "甲公司", "created_at": "2020-01-01T00:00:00Z"},
        {"name": "甲公司", "completeness": 100},
        {"name": "甲公司", "pool": None},
        {"name": "甲公司", "category": "imaginary"},
        {"name": "甲公司", "industry": "nonsense"},
        {"name": "甲公司", "phone": "12"},
        {"name": "甲公司", "founded_on": "2020-02-31"},
        {"name": "甲公司", "parent": 999999},
        {"name": "甲公司", "parent": True},
        {"name": "甲公司", "tags": [{"a": 1}]},
        {"name": "甲公司", "tags": [99999]},
        {"name": "甲公司", "registered_capital": "much"},
        {"name": "甲公司", "owner": 10**15},
        {"name": "甲公司", "owner": []},
    ],
)
def test_what_cannot_be_written_is_named(cast, body):
    response = Caller(cast.anna).post("/customers", body)

    assert response.status_code == 422, response.content
    assert list(response.json()["errors"]) == [list(body)[1]]
    assert not Customer.objects.unscoped(reason="test").exists()


def test_an_owner_needs_the_right_to_transfer(cast):
    body = {"name": "甲公司", "owner": cast.ben.pk}

    assert Caller(cast.anna).post("/customers", body).status_code == 403
    made = Caller(cast.boss).post("/customers", body)
    assert made.status_code == 201
    assert made.json()["owner"]["id"] == cast.ben.pk
    assert made.json()["department"]["id"] == cast.ben.department_id


def test_a_second_customer_of_this_name_is_refused_with_the_first(cast):
    make_customer("北京某某(集团)有限公司", owner=cast.olga, phone="13800138000")

    response = Caller(cast.anna).post("/customers", {"name": "北京某某（集团）有限公司"})

    assert response.status_code == 409
    (hit,) = response.json()["duplicates"]
    assert (hit["id"], hit["owner"]["name"], hit["level"]) == (None, "Olga", "same")
    assert "13800138000" not in response.content.decode()


def test_a_foreign_customer_does_not_exist(cast):
    pk = make_customer(owner=cast.olga).pk
    caller = Caller(cast.anna)

    answers = [
        caller.get(f"/customers/{pk}"),
        caller.patch(f"/customers/{pk}", {"notes": "x"}, 1),
        caller.get(f"/customers/{pk}/timeline"),
        caller.get(f"/customers/{pk}/access"),
        caller.get(f"/customers/{pk}/history?at=2100-01-01"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 5
    assert answers[0].json() == caller.get("/customers/987654321").json()


def test_a_colleague_reads_but_does_not_write(cast):
    pk = make_customer(owner=cast.ben).pk

    assert Caller(cast.anna).get(f"/customers/{pk}").status_code == 200
    assert Caller(cast.anna).patch(f"/customers/{pk}", {"notes": "x"}, 1).status_code == 403


def test_a_change_needs_the_version_that_was_read(cast):
    pk = make_customer(owner=cast.anna).pk
    caller = Caller(cast.anna)

    assert caller.patch(f"/customers/{pk}", {"notes": "x"}).status_code == 428
    assert caller.patch(f"/customers/{pk}", {"notes": "x"}, "abc").status_code == 412
    changed = caller.patch(f"/customers/{pk}", {"notes": "一"}, 1)
    assert (changed.status_code, changed["ETag"], changed.json()["notes"]) == (200, '"2"', "一")
    stale = caller.patch(f"/customers/{pk}", {"notes": "二"}, 1)
    assert stale.status_code == 409
    assert (stale.json()["current"]["notes"], stale.json()["current"]["version"]) == ("一", 2)


def test_a_field_is_emptied_with_null_and_a_required_one_is_not(cast):
    pk = make_customer(owner=cast.anna, notes="x").pk
    caller = Caller(cast.anna)

    assert caller.patch(f"/customers/{pk}", {"notes": None}, 1).json()["notes"] == ""
    assert caller.patch(f"/customers/{pk}", {"name": None}, 2).status_code == 422


def test_a_deleted_customer_is_gone_and_comes_back(cast):
    pk = make_customer("甲公司", owner=cast.boss).pk
    caller = Caller(cast.boss)

    assert caller.delete(f"/customers/{pk}").status_code == 428
    assert caller.delete(f"/customers/{pk}", 9).status_code == 409
    assert caller.delete(f"/customers/{pk}", 1).status_code == 204
    assert caller.get(f"/customers/{pk}").status_code == 404
    assert caller.post(f"/customers/{pk}/restore").json()["name"] == "甲公司"
    assert caller.post(f"/customers/{pk}/restore").status_code == 409
    assert caller.get(f"/customers/{pk}").status_code == 200


def test_what_may_be_seen_but_not_deleted_is_refused(cast):
    pk = make_customer(owner=cast.anna).pk

    assert Caller(cast.anna).delete(f"/customers/{pk}", 1).status_code == 403
