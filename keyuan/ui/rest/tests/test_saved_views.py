import pytest

from keyuan.ui.rest.tests.calling import Caller

pytestmark = pytest.mark.django_db
VIEW = {
    "module": "customer",
    "name": "我的重点",
    "filter": {"field": "owner", "op": "me"},
    "columns": ["name", "level"],
    "sort": "-updated_at",
}


def test_a_view_is_saved_changed_and_deleted(cast):
    caller = Caller(cast.anna)
    made = caller.post("/views", VIEW)
    assert made.status_code == 201, made.content
    path = f"/views/{made.json()['id']}"

    changed = caller.patch(path, {"name": "重点", "filter": None, "is_shared": True})
    assert (changed.json()["name"], changed.json()["filter"], changed.json()["columns"]) == (
        "重点",
        None,
        ["name", "level"],
    )
    assert caller.delete(path).status_code == 204
    assert caller.get(path).status_code == 404


def test_others_see_shared_views_and_change_none(cast):
    caller, other = Caller(cast.anna), Caller(cast.ben)
    mine = caller.post("/views", VIEW).json()["id"]
    shared = caller.post("/views", VIEW | {"name": "共用", "is_shared": True}).json()["id"]

    assert [one["id"] for one in other.get("/views?module=customer").json()["items"]] == [shared]
    assert other.get(f"/views/{mine}").status_code == 404
    assert other.patch(f"/views/{shared}", {"name": "x"}).status_code == 404
    assert other.delete(f"/views/{shared}").status_code == 404


def test_two_views_of_one_person_have_two_names(cast):
    caller = Caller(cast.anna)
    caller.post("/views", VIEW)

    assert caller.post("/views", VIEW).status_code == 409


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"module": "secrets"}, "module"),
        ({"name": ""}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"filter": {"field": "password", "op": "=", "value": 1}}, "filter"),
        ({"filter": []}, "filter"),
        ({"columns": ["password"]}, "columns"),
        ({"columns": [[]]}, "columns"),
        ({"sort": "password"}, "sort"),
        ({"owner": 1}, "owner"),
        ({"is_shared": "yes"}, "is_shared"),
    ],
)
def test_what_is_wrong_with_a_view_is_named(cast, change, named):
    response = Caller(cast.anna).post("/views", VIEW | change)

    assert response.status_code == 422, response.content
    assert list(response.json()["errors"]) == [named]
