import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from keyuan.customers.models import Customer
from keyuan.ui.rest.tests.calling import Caller
from tests.make import make_contact, make_customer, make_role, make_user, option

pytestmark = pytest.mark.django_db
NAMES = (
    "id name short_name former_names category level industry size source phone email website region address uscc "
    "legal_representative registered_capital founded_on company_type registration_status registered_address "
    "business_scope parent tags notes owner department pool completeness last_followed_at next_contact_at created_at "
    "created_by updated_at version custom"
)
CONTACT_NAMES = (
    "id customer name title roles mobile phone email wechat preferences concerns birthday gender reports_to is_primary "
    "has_left tags notes"
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


# Lists


def names(response):
    assert response.status_code == 200, response.content
    return [item["name"] for item in response.json()["items"]]


@pytest.mark.parametrize("sort", ["-updated_at", "name", "completeness", "last_followed_at", "category", "-founded_on"])
def test_every_row_comes_once_through_the_cursor(cast, sort):
    for number in range(7):
        make_customer(f"客户{number}号", owner=cast.anna)
    caller, seen, cursor = Caller(cast.anna), [], ""
    while cursor is not None:
        page = caller.get(f"/customers?limit=3&sort={sort}&cursor={cursor}")
        seen += names(page)
        cursor = page.json()["next"]

    assert sorted(seen) == [f"客户{number}号" for number in range(7)]
    assert (page.json()["count"], page.json()["count_is_exact"]) == (7, True)


def test_a_search_comes_by_relevance_and_in_pages(cast):
    for name in ("北京海曙", "海曙", "海曙机械", "上海海曙"):
        make_customer(name, owner=cast.anna)
    caller = Caller(cast.anna)

    first = caller.get("/customers?q=海曙&limit=3")
    rest = caller.get(f"/customers?q=海曙&limit=3&cursor={first.json()['next']}")

    assert names(first)[:2] == ["海曙", "海曙机械"]
    assert len({*names(first), *names(rest)}) == 4
    assert rest.json()["next"] is None


def test_a_filter_leaves_what_it_says(cast):
    make_customer("甲公司", owner=cast.anna, level=option("level", "A"))
    make_customer("乙公司", owner=cast.anna, level=option("level", "B"))
    node = json.dumps({"field": "level", "op": "=", "value": "A"})

    assert names(Caller(cast.anna).get(f"/customers?filter={node}")) == ["甲公司"]


def test_only_the_named_fields_come(cast):
    make_customer("甲公司", owner=cast.anna)

    (item,) = Caller(cast.anna).get("/customers?fields=name,version").json()["items"]

    assert list(item) == ["id", "name", "version"]


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=x", "limit"),
        ("limit=" + "9" * 400, "limit"),
        ("cursor=abc", "cursor"),
        ("cursor=%ED%A0%80.%00", "cursor"),
        ("sort=password", "sort"),
        ("sort=tags", "sort"),
        ("fields=secret", "fields"),
        ("page=2", "page"),
        ("filter=[", "filter"),
        ("filter=" + "[" * 3000, "filter"),
        ('filter={"field":"password","op":"=","value":1}', "filter"),
        ('filter={"field":"name","op":"contains","value":"\\ud800x"}', "filter"),
        ('filter={"field":"name","op":"=","value":"\\u0000"}', "filter"),
        ('filter={"field":"id","op":"=","value":1e999}', "filter"),
        ("q=%00", "q"),
    ],
)
def test_a_wrong_parameter_is_named(cast, query, named):
    response = Caller(cast.anna).get(f"/customers?{query}")

    assert response.status_code == 422, response.content
    assert list(response.json()["errors"]) == [named]


def test_a_cursor_of_another_order_is_none(cast):
    for number in range(3):
        make_customer(f"客户{number}号", owner=cast.anna)
    cursor = Caller(cast.anna).get("/customers?limit=1").json()["next"]

    assert Caller(cast.anna).get(f"/customers?limit=1&sort=name&cursor={cursor}").status_code == 422


@pytest.mark.parametrize("resource", ["customers", "contacts"])
def test_queries_do_not_grow_with_the_rows(cast, resource):
    caller = Caller(cast.anna)
    make_contact(make_customer(owner=cast.anna, parent=make_customer(owner=cast.ben)))

    def queries():
        with CaptureQueriesContext(connection) as asked:
            caller.get(f"/{resource}")
        return len(asked)

    queries()
    few = queries()
    for _ in range(2):
        make_contact(make_customer(owner=cast.anna, parent=make_customer(owner=cast.ben)))

    assert queries() == few


def test_a_linked_record_that_one_may_not_see_is_not_named(cast):
    group = make_customer("秘密集团", owner=cast.olga)
    pk = make_customer("甲公司", owner=cast.anna, parent=group).pk

    assert Caller(cast.anna).get(f"/customers/{pk}").json()["parent"] is None


def test_fields_are_described_with_their_options(cast):
    items = {one["name"]: one for one in Caller(cast.anna).get("/customers/fields").json()["items"]}

    assert {"value": "A", "label": "A"} in items["level"]["options"]
    assert items["name"]["required"]
    assert not items["owner"]["writable"]
    assert "under" in items["industry"]["ops"]


# Many at once


def test_many_are_tagged_and_untagged(cast):
    mine, foreign = make_customer(owner=cast.anna), make_customer(owner=cast.olga)
    caller = Caller(cast.anna)

    tagged = caller.post("/customers/bulk", {"ids": [mine.pk, foreign.pk], "verb": "tag", "tags": ["展会"]})
    assert tagged.json() == {"changed": 1, "skipped": 1}
    assert [tag["name"] for tag in caller.get(f"/customers/{mine.pk}").json()["tags"]] == ["展会"]
    node = {"field": "tags", "op": "any", "value": ["展会"]}
    untagged = caller.post("/customers/bulk", {"filter": node, "verb": "untag", "tags": "展会"})
    assert untagged.json() == {"changed": 1, "skipped": 0}


def test_only_those_go_that_one_may_delete(cast):
    pk = make_customer(owner=cast.anna).pk

    assert Caller(cast.anna).post("/customers/bulk", {"ids": [pk], "verb": "delete"}).status_code == 403
    assert Caller(cast.boss).post("/customers/bulk", {"ids": [pk], "verb": "delete"}).json()["changed"] == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"verb": "tag", "tags": ["a"]},
        {"verb": "explode", "ids": [1]},
        {"verb": "tag", "ids": [1]},
        {"verb": "tag", "ids": [1], "tags": []},
        {"verb": "tag", "ids": ["1"], "tags": ["a"]},
        {"verb": "tag", "ids": [True], "tags": ["a"]},
        {"verb": "tag", "ids": [10**30], "tags": ["a"]},
        {"verb": "tag", "ids": [1], "filter": {}, "tags": ["a"]},
        {"verb": "tag", "filter": {}, "tags": ["a"]},
        {"verb": "tag", "filter": {"field": "x", "op": "=", "value": 1}, "tags": ["a"]},
        {"verb": "tag", "ids": [1], "tags": ["a" * 41]},
        {"verb": "tag", "ids": [1], "tags": ["a"], "owner": 3},
    ],
)
def test_an_unclear_bulk_order_is_refused(cast, body):
    assert Caller(cast.boss).post("/customers/bulk", body).status_code == 422


# Duplicates, history, access


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


# Contacts


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


# Tags


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
