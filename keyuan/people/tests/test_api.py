import pytest

from keyuan.customers.models import Customer
from keyuan.org.models import Role, User
from keyuan.org.throttle import Tries
from keyuan.ui.rest.tests.calling import Caller
from tests.make import make_customer, make_role, make_user

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


def test_a_person_is_changed_and_what_the_body_leaves_out_stays(chief, cast):
    seller = make_role("seller", customer={"view": "own"})
    address = f"/users/{cast.anna.pk}"
    chief.patch(address, {"phone": "138 0013 8000", "superior": cast.boss.pk, "language": "en"})

    changed = chief.patch(address, {"position": "销售", "roles": [seller.pk]}).json()

    assert changed["phone"] == "13800138000"
    assert (changed["superior"]["id"], changed["language"], changed["position"]) == (cast.boss.pk, "en", "销售")
    assert [one["id"] for one in changed["roles"]] == [seller.pk]
    emptied = chief.patch(address, {"superior": None, "roles": None}).json()
    assert (emptied["superior"], emptied["roles"], emptied["position"]) == (None, [], "销售")


@pytest.mark.parametrize(
    ("change", "status"),
    [({"superior": "me"}, 422), ({"username": "BEN"}, 422), ({"nothing": 1}, 422), ({"move_records": 1}, 422)],
)
def test_a_bad_change_of_a_person_changes_nothing(chief, cast, change, status):
    assert chief.patch(f"/users/{cast.anna.pk}", change | {"position": "X"}).status_code == status
    assert User.objects.get(pk=cast.anna.pk).position == ""


def test_superiors_form_no_circle_by_the_api(chief, cast):
    chief.patch(f"/users/{cast.anna.pk}", {"superior": cast.ben.pk})

    assert chief.patch(f"/users/{cast.ben.pk}", {"superior": cast.anna.pk}).status_code == 409


@pytest.mark.parametrize(("along", "name"), [(True, "West"), (False, "East")])
def test_a_program_says_whether_records_move_along(chief, cast, along, name):
    customer = make_customer(owner=cast.anna)

    answer = chief.patch(f"/users/{cast.anna.pk}", {"department": cast.olga.department_id, "move_records": along})

    assert answer.json()["department"]["name"] == "West"
    assert Customer.rows.get(pk=customer.pk).department.name == name


def test_the_list_of_people_is_narrowed(chief, cast):
    User.objects.filter(pk=cast.ben.pk).update(is_active=False, superior=cast.boss)

    def found(query):
        return {one["username"] for one in chief.get(f"/users?{query}").json()["items"]}

    assert found("q=ANNA") == {"anna"}
    assert found(f"department={cast.boss.department_id}") == {"anna", "ben", "olga", "boss", "guest", "chief"}
    assert found(f"department={cast.olga.department_id}") == {"olga"}
    assert found("state=disabled") == {"ben"}
    assert found(f"superior={cast.boss.pk}") == {"ben"}
    assert found(f"role={cast.boss.roles.get().pk}") == {"boss"}
    assert chief.get("/users?state=gone").status_code == 422
    assert chief.get("/users?department=x").status_code == 422


def test_a_repeated_creation_makes_one_person_and_tells_the_password_once(chief, cast):
    body = {"username": "newcomer", "name": "新人", "department": cast.anna.department_id}

    first, second = (chief.post("/users", body, Idempotency_Key="once") for _ in range(2))

    assert first.json()["id"] == second.json()["id"]
    assert "initial_password" in first.json()
    assert "initial_password" not in second.json()


def test_wrong_passwords_are_forgotten_by_the_api(chief, cast):
    for _ in range(6):
        Tries(cast.anna, "anna", address="203.0.113.9").failed()
    assert chief.get("/users?state=locked").json()["count"] == 1

    assert chief.post(f"/users/{cast.anna.pk}/unlock", {"reason": "asked by phone"}).status_code == 200

    assert chief.get("/users?state=locked").json()["count"] == 0


def test_departments_are_made_changed_and_deleted_by_the_api(chief, cast):
    sales, east = cast.boss.department_id, cast.anna.department_id
    made = chief.post("/departments", {"name": "North", "parent": sales, "head": cast.anna.pk, "before": east})
    assert made.status_code == 201, made.content
    north = made.json()
    assert (north["parent"]["id"], north["head"]["name"], north["depth"]) == (sales, "Anna", 1)

    below = chief.patch(f"/departments/{east}", {"parent": {"id": north["id"]}}).json()
    circle = chief.patch(f"/departments/{north['id']}", {"parent": east})
    renamed = chief.patch(f"/departments/{north['id']}", {"name": "Northern"}).json()
    assert (below["parent"]["name"], circle.status_code) == ("North", 422)
    assert (renamed["name"], renamed["head"]["name"]) == ("Northern", "Anna")
    assert [one["name"] for one in chief.get(f"/departments?under={north['id']}").json()["items"]] == [
        "Northern",
        "East",
    ]
    assert [one["name"] for one in chief.get("/departments?q=wes").json()["items"]] == ["West"]

    assert chief.delete(f"/departments/{east}").status_code == 409
    assert chief.delete(f"/departments/{east}?target={cast.olga.department_id}").status_code == 204
    assert User.objects.get(pk=cast.anna.pk).department_id == cast.olga.department_id
    assert chief.get(f"/departments/{east}").status_code == 404
    for caller in (Caller(cast.boss),):
        assert caller.post("/departments", {"name": "Mine", "parent": sales}).status_code == 403
        assert caller.delete(f"/departments/{north['id']}").status_code == 403
