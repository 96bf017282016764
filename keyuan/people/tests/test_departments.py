"""Departments: the tree, its paths, and the rights that follow it (W1)."""

import threading

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from keyuan.customers.models import Customer
from keyuan.org.first_start import lay_foundation
from keyuan.org.models import Department, Grant, Role, User
from keyuan.people.closing import delete_department
from keyuan.people.departments import add_department, edit_department, tree
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.history import Event
from tests.make import make_customer, make_department, make_role, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(admin):
    root = Department.objects.get(pk=admin.department_id)
    north = add_department(by=admin, name="North", parent=root)
    south = add_department(by=admin, name="South", parent=root)
    city = add_department(by=admin, name="City", parent=north)
    return {"root": root, "north": north, "south": south, "city": city}


def move(department, parent, by):
    return edit_department(department, by=by, name=department.name, parent=parent, head=None)


def paths():
    return {one.name: one.path for one in Department.objects.all()}


def test_a_move_changes_the_paths_of_everything_below(admin, house):
    north, south, city, root = (house[name].pk for name in ("north", "south", "city", "root"))

    move(house["north"], house["south"], admin)

    assert paths()["North"] == f"{root}/{south}/{north}/"
    assert paths()["City"] == f"{root}/{south}/{north}/{city}/"


def test_a_department_never_lies_below_itself(admin, house):
    for parent in ("north", "city"):
        with pytest.raises(RuleBroken):
            move(house["north"], house[parent], admin)
    with pytest.raises(RuleBroken):
        move(house["root"], house["city"], admin)


def test_a_move_of_a_department_moves_rights_with_the_next_request(cast, admin, browser):
    customer = make_customer(owner=cast.anna)
    elsewhere = make_department("Elsewhere")
    before = Customer.objects.visible_to(User.objects.get(pk=cast.boss.pk)).count()

    data = {"name": "East", "parent": elsewhere.pk, "head": ""}
    response = browser(admin).post(f"/admin/departments/{cast.anna.department_id}/edit/", data)

    assert response.status_code == 302
    assert customer.department_id == cast.anna.department_id
    assert (before, Customer.objects.visible_to(User.objects.get(pk=cast.boss.pk)).count()) == (1, 0)
    assert browser(cast.boss).get(f"/customers/{customer.pk}/").status_code == 404


def test_a_department_in_which_something_is_needs_a_target(admin, cast, house):
    make_customer(owner=cast.olga)
    User.objects.filter(pk=cast.olga.pk).update(department=house["south"])
    for name in ("root", "north", "south"):
        with pytest.raises(RuleBroken):
            delete_department(house[name], by=admin)
    with pytest.raises(RuleBroken):
        delete_department(cast.olga.department, by=admin)  # her customer is still there

    delete_department(house["city"], by=admin)

    assert not Department.objects.filter(name="City").exists()
    assert Event.objects.filter(record_type="department", name="deleted").count() == 1


def test_siblings_have_different_names(admin, house):
    with pytest.raises(RuleBroken):
        add_department(by=admin, name="north", parent=house["root"])
    add_department(by=admin, name="North", parent=house["south"])
    with pytest.raises(RuleBroken):
        move(Department.objects.get(name="North", parent=house["south"]), house["root"], admin)


def test_the_tree_lists_parents_before_children(admin, house):
    names = [one.name for one in tree() if one.pk in {found.pk for found in house.values()}]

    assert names == [house["root"].name, "North", "City", "South"]


def test_only_administrators_change_the_tree(cast, browser):
    assert browser(cast.boss).get("/admin/departments/new/").status_code == 404
    with pytest.raises(NotAllowed):
        add_department(by=cast.boss, name="Mine", parent=cast.boss.department)


def test_pages_create_move_and_delete(admin, house, browser):
    client = browser(admin)
    root = house["root"].pk

    made = client.post("/admin/departments/new/", {"name": "West", "parent": root, "head": admin.pk})
    west = Department.objects.get(name="West")
    refused = client.post("/admin/departments/new/", {"name": "West", "parent": root})
    below = client.post(f"/admin/departments/{house['north'].pk}/edit/", {"name": "N", "parent": house["city"].pk})
    listed = client.get("/admin/departments/")
    gone = client.post(f"/admin/departments/{west.pk}/delete/")

    codes = [one.status_code for one in (made, refused, below, listed, gone)]
    assert codes == [302, 422, 422, 200, 302]
    assert west.head == admin


def names_below(department):
    return list(Department.objects.filter(parent=department).values_list("name", flat=True))


def test_siblings_are_put_in_order_by_steps_and_by_dropping(admin, house, browser):
    client, root = browser(admin), house["root"]
    east = add_department(by=admin, name="East", parent=root)
    before = names_below(root)

    client.post(f"/admin/departments/{east.pk}/shift/", {"to": "up"})
    shifted = names_below(root)
    client.post(f"/admin/departments/{east.pk}/place/", {"parent": root.pk, "before": house["north"].pk})
    dropped = names_below(root)
    client.post(f"/admin/departments/{east.pk}/place/", {"parent": house["north"].pk, "before": ""})

    assert before[-3:] == ["North", "South", "East"]
    assert shifted[-3:] == ["North", "East", "South"]
    assert dropped[-3:] == ["East", "North", "South"]
    assert names_below(house["north"]) == ["City", "East"]
    assert [one.name for one in tree() if one.name in {"North", "City", "East", "South"}] == [
        "North", "City", "East", "South",
    ]  # fmt: skip


def test_dropping_a_department_below_itself_or_beside_a_namesake_is_refused(admin, house, browser):
    add_department(by=admin, name="City", parent=house["root"])
    client = browser(admin)

    for department, parent in (("north", "city"), ("north", "north"), ("city", "root")):
        answer = client.post(f"/admin/departments/{house[department].pk}/place/", {"parent": house[parent].pk})
        assert answer.status_code == 409


def test_a_department_is_deleted_with_a_target_that_gets_everything(admin, cast, house, browser):
    kept, binned = make_customer(owner=cast.olga), make_customer(owner=cast.olga)
    binned.delete_by(cast.boss)
    west, south = cast.olga.department, house["south"]
    west.parent, west.path = house["north"], f"{house['north'].path}{west.pk}/"
    west.save()
    child = add_department(by=admin, name="Child", parent=west)
    grant = make_role(customer={"view": "chosen"}).grants.get()
    Grant.objects.filter(pk=grant.pk).update(departments=[west.pk, house["city"].pk])
    client, address = browser(admin), f"/admin/departments/{west.pk}/delete/"

    asked = client.get(address)
    unsaid = client.post(address)
    below = client.post(address, {"target": child.pk})
    done = client.post(address, {"target": south.pk})

    assert (asked.context["inside"].people, asked.context["inside"].records) == (1, 2)
    assert [one.status_code for one in (asked, unsaid, below, done)] == [200, 422, 422, 302]
    assert User.objects.get(pk=cast.olga.pk).department == south
    assert set(Customer.rows.filter(pk__in=(kept.pk, binned.pk)).values_list("department", flat=True)) == {south.pk}
    assert Department.objects.get(pk=child.pk).path == f"{south.path}{child.pk}/"
    assert Grant.objects.get(pk=grant.pk).departments == [house["city"].pk, south.pk]
    operation = Event.objects.get(record_type="department", name="deleted").operation
    told = Event.objects.filter(operation=operation).values_list("record_type", flat=True)
    assert sorted(told) == ["customer", "customer", "department", "role", "user"]


def test_somebody_above_sees_what_was_moved_with_the_next_request_and_the_former_one_does_not(cast, admin, browser):
    customer = make_customer(owner=cast.anna)
    place = make_department("Place")
    role = make_role(customer={"view": "branch"})
    head = make_user("head", role, department=place)
    over, under = browser(cast.boss), browser(head)
    address = f"/customers/{customer.pk}/"
    before = [one.get(address).status_code for one in (over, under)]

    move(cast.anna.department, place, admin)

    assert before == [200, 404]
    assert [one.get(address).status_code for one in (over, under)] == [404, 200]


def test_a_head_has_no_rights_by_being_the_head(cast, admin, browser):
    make_customer(owner=cast.anna)
    cast.olga.refresh_from_db()
    edit_department(cast.anna.department, by=admin, name="East", parent=None, head=cast.olga)

    assert Customer.objects.visible_to(User.objects.get(pk=cast.olga.pk)).count() == 0


@pytest.mark.parametrize(("number", "deep"), [(1, 1), (500, 7)])
def test_the_page_costs_the_same_with_one_department_and_with_five_hundred(admin, browser, number, deep):
    root = Department.objects.get(pk=admin.department_id)
    chain = [root]
    for _ in range(deep):
        chain.append(make_department(f"Deep {len(chain)}", chain[-1]))
    made = Department.objects.bulk_create(Department(name=f"D{n}", parent=chain[n % deep + 1]) for n in range(number))
    for one in made:
        one.path = f"{one.parent.path}{one.pk}/"
    Department.objects.bulk_update(made, ["path"])
    client = browser(admin)
    client.get("/admin/departments/")

    with CaptureQueriesContext(connection) as queries:
        assert client.get("/admin/departments/").status_code == 200

    assert len(queries) <= 6


@pytest.mark.django_db(transaction=True)
def test_two_moves_at_once_that_would_make_a_circle_leave_a_tree(transactional_db):
    lay_foundation()
    root = Department.objects.get(parent=None)
    admin = make_user("admin", Role.objects.get(key="administrator"), department=root)
    first, second = (add_department(by=admin, name=name, parent=root) for name in ("First", "Second"))
    together, refused = threading.Barrier(2), []

    def go(department, below):
        try:
            by = User.objects.get(pk=admin.pk)
            together.wait(10)
            move(department, below, by)
        except RuleBroken as refusal:
            refused.append(refusal)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(refused) == 1
    assert len(tree()) == Department.objects.count()
    for one in Department.objects.exclude(parent=None):
        assert one.path == f"{one.parent.path}{one.pk}/"
