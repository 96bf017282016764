"""Departments: the tree, its paths, and the rights that follow it (W1)."""

import pytest

from keyuan.customers.models import Customer
from keyuan.org.models import Department, User
from keyuan.people.departments import add_department, delete_department, edit_department, tree
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.history import Event
from tests.make import make_customer, make_department

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


def test_a_department_is_deleted_only_when_nothing_is_in_it(admin, cast, house):
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
