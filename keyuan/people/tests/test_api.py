import pytest

from keyuan.org.models import Role, User
from keyuan.ui.rest.tests.calling import Caller
from tests.make import make_role, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(cast):
    everything = {"view": "all", "create": "all", "edit": "all"}
    role = make_role("chief", people=everything, settings={"view": "all", "edit": "all"})
    return Caller(make_user("chief", role, department=cast.boss.department))


def test_a_person_is_created_with_a_password_that_works_once(chief, cast, client):
    sales = make_role("seller", customer={"view": "own"})
    body = {
        "username": "newcomer",
        "name": "新人",
        "department": {"id": cast.anna.department_id},
        "superior": cast.boss.pk,
        "roles": [sales.pk],
    }

    response = chief.post("/users", body)

    assert response.status_code == 201, response.content
    made = response.json()
    assert made["roles"] == [{"id": sales.pk, "name": "seller"}]
    assert made["department"]["name"] == "East"
    assert User.objects.get(pk=made["id"]).check_password(made["initial_password"])
    assert "initial_password" not in chief.get(f"/users/{made['id']}").json()


def test_built_in_roles_go_by_their_key(chief, cast):
    key = Role.objects.exclude(key="").values_list("key", flat=True).first()
    if key is None:
        key = Role.objects.create(key="sales").key

    made = chief.post(
        "/users", {"username": "newcomer", "name": "新人", "department": cast.anna.department_id, "roles": [key]}
    )

    assert made.status_code == 201, made.content
    assert User.objects.get(pk=made.json()["id"]).roles.get().key == key


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"username": "anna"}, "username"),
        ({"username": "a b"}, "username"),
        ({"name": " "}, "name"),
        ({"department": 10**20}, "department"),
        ({"department": "East"}, "department"),
        ({"roles": [10**20]}, "roles"),
        ({"roles": "chief"}, "roles"),
        ({"is_robot": True}, "is_robot"),
        ({"password": "x"}, "password"),
        ({"superior": {"id": []}}, "superior"),
    ],
)
def test_what_is_wrong_with_a_person_is_named(chief, cast, change, named):
    body = {"username": "newcomer", "name": "新人", "department": cast.anna.department_id} | change

    response = chief.post("/users", body)

    assert response.status_code == 422, response.content
    assert named in response.json()["errors"]


def test_who_may_not_see_people_sees_only_themselves(cast):
    caller = Caller(cast.anna)

    assert caller.get("/users").status_code == 403
    assert caller.get(f"/users/{cast.boss.pk}").status_code == 403
    assert caller.post("/users", {}).status_code == 403
    assert caller.get("/users/me").json()["username"] == "anna"


def test_who_may_create_people_does_not_make_administrators(cast):
    role = make_role(people={"view": "all", "create": "all", "edit": "all"})
    clerk = Caller(make_user("clerk", role, department=cast.boss.department))
    body = {"username": "newcomer", "name": "新人", "department": cast.anna.department_id}

    assert clerk.post("/users", body | {"roles": [role.pk]}).status_code == 422
    assert clerk.post(f"/users/{cast.anna.pk}/reset").status_code == 403
    assert clerk.post(f"/users/{cast.anna.pk}/disable").status_code == 403


def test_a_disabled_person_is_out_at_once_and_may_come_back(chief, cast):
    anna = Caller(cast.anna)

    assert chief.post(f"/users/{cast.anna.pk}/disable").json()["is_active"] is False
    assert anna.get("/customers").status_code == 401
    assert chief.post(f"/users/{cast.anna.pk}/enable").json()["is_active"] is True
    assert anna.get("/customers").status_code == 401  # older tokens stay ended
    cast.anna.refresh_from_db()
    assert Caller(User.objects.get(pk=cast.anna.pk)).get("/customers").status_code == 200


def test_a_reset_tells_a_new_password_and_ends_tokens(chief, cast):
    anna = Caller(cast.anna)

    password = chief.post(f"/users/{cast.anna.pk}/reset").json()["initial_password"]

    assert User.objects.get(pk=cast.anna.pk).check_password(password)
    assert anna.get("/customers").status_code == 401


def test_the_last_administrator_stays(chief):
    me = chief.get("/users/me").json()["id"]

    assert chief.post(f"/users/{me}/disable").status_code == 409


def test_everybody_comes_once_through_the_cursor(chief, cast):
    seen, cursor = [], ""
    while cursor is not None:
        page = chief.get(f"/users?limit=2&cursor={cursor}").json()
        seen += [one["username"] for one in page["items"]]
        cursor = page["next"]

    assert seen == sorted(seen, key=seen.index)
    assert {"anna", "ben", "olga", "boss", "guest", "chief"} <= set(seen)
    assert len(seen) == len(set(seen)) == page["count"]


def test_departments_and_roles_are_told(chief, cast):
    departments = {one["name"]: one for one in chief.get("/departments").json()["items"]}
    roles = {one["name"]: one for one in chief.get("/roles").json()["items"]}

    assert departments["East"]["parent"]["name"] == "Sales"
    assert roles["rep"]["grants"]
    assert Caller(cast.anna).get("/departments").status_code == 200
    assert Caller(cast.anna).get("/roles").status_code == 403
