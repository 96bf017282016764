"""The API: lists of customers, and what is done with many at once."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from keyuan.ui.rest.tests.calling import Caller
from tests.make import make_contact, make_customer, option

pytestmark = pytest.mark.django_db


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
