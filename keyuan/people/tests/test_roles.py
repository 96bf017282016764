"""Roles: the matrix, its effect with the next request, what stays as it is (W2, U1)."""

import pytest
from django.http import QueryDict

from keyuan.org.models import Department, Grant, Role, User
from keyuan.org.scopes import OPERATIONS
from keyuan.people import matrix
from keyuan.people.roles import Granted, create_role, delete_role, grants_of, set_grants
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.history import Event
from tests.make import make_customer, make_department, make_role, make_user

pytestmark = pytest.mark.django_db


def sent(**given):
    query = QueryDict(mutable=True)
    for name, value in given.items():
        key = name.replace("__", ".")
        query.setlist(key, value) if isinstance(value, list) else query.__setitem__(key, value)
    return query


def test_a_change_of_a_role_holds_with_the_next_request(admin, cast, browser):
    role = create_role(by=admin, name="Desk")
    clerk = make_user("clerk", role, department=cast.anna.department)
    customer = make_customer(owner=cast.anna)
    client = browser(clerk)
    before = client.get("/customers/").status_code

    browser(admin).post(f"/admin/roles/{role.pk}/", {"customer.scope": "department", "customer.view": "1"})

    assert before == 404
    assert client.get(f"/customers/{customer.pk}/").status_code == 200
    assert client.get(f"/customers/{customer.pk}/edit/").status_code == 404


def test_a_copied_role_grants_the_same(admin):
    original = Role.objects.get(key="sales_manager")

    copy = create_role(by=admin, name="Mine", copy_of=original)

    assert grants_of(copy) == grants_of(original)


@pytest.mark.parametrize(
    ("key", "attempt"), [("administrator", "set"), ("administrator", "delete"), ("sales", "delete")]
)
def test_the_administrator_role_stays_and_no_built_in_role_is_deleted(admin, browser, key, attempt):
    role = Role.objects.get(key=key)
    before = grants_of(role)
    path = f"/admin/roles/{role.pk}/" + ("delete/" if attempt == "delete" else "")

    response = browser(admin).post(path, {"customer.view": "1", "customer.scope": "all"})

    assert response.status_code == 409
    assert grants_of(Role.objects.get(key=key)) == before


def test_a_built_in_role_is_changed_and_gets_its_defaults_back(admin, browser):
    role = Role.objects.get(key="sales")
    before = grants_of(role)
    client = browser(admin)

    changed = client.post(f"/admin/roles/{role.pk}/", {"customer.view": "1", "customer.scope": "all"})
    between = grants_of(Role.objects.get(key="sales"))
    client.post(f"/admin/roles/{role.pk}/restore/")

    assert changed.status_code == 302
    assert list(between) == ["customer"]
    assert grants_of(Role.objects.get(key="sales")) == before


def test_the_matrix_reads_what_it_draws(admin):
    role = create_role(by=admin, name="Mine", copy_of=Role.objects.get(key="sales"))
    given = QueryDict(mutable=True)
    for row in matrix.rows(role):
        given[f"{row.module}.scope"] = row.scope
        for cell in row.cells:
            if cell.checked:
                given[cell.name] = "1"

    read = matrix.read(given)

    assert {module: granted.operations for module, granted in read.items() if granted.operations} == {
        module: granted.operations for module, granted in grants_of(role).items()
    }


def test_an_override_gives_one_operation_a_scope_of_its_own(admin):
    given = sent(customer__scope="branch", customer__view="1", customer__edit="1", customer__edit__scope="own")

    read = matrix.read(given)["customer"]

    assert read == Granted("branch", [], {"view": "", "edit": "own"})


def test_unknown_operations_scopes_and_departments_are_not_granted(admin):
    given = sent(customer__scope="universe", customer__fly="1", contact__merge="1", customer__view="1", other__view="1")

    read = matrix.read(given)

    assert read["customer"] == Granted("own", [], {"view": ""})
    assert read["contact"].operations == {}
    assert set(read) == set(OPERATIONS)


def test_chosen_departments_need_one_and_reach_what_lies_below(admin, cast):
    far = make_department("Far")
    below = make_department("Below", far)
    other = make_user("other", cast.anna.roles.get(), department=below)
    customer = make_customer(owner=other)
    role = create_role(by=admin, name="Chosen")
    reader = make_user("reader", role)
    with pytest.raises(RuleBroken):
        matrix.read(sent(customer__scope="chosen", customer__view="1"))

    set_grants(
        role,
        matrix.read(sent(customer__scope="chosen", customer__view="1", customer__departments=[str(far.pk)])),
        by=admin,
    )

    assert User.objects.get(pk=reader.pk).reach("customer", "view").covers(None, customer.department_id)


def test_a_role_that_people_have_is_not_deleted(admin):
    role = create_role(by=admin, name="Mine")
    person = make_user("person", role)
    with pytest.raises(RuleBroken):
        delete_role(role, by=admin)

    person.roles.clear()
    delete_role(role, by=admin)

    assert not Role.objects.filter(pk=role.pk).exists()


def test_a_role_of_ones_own_can_not_take_the_last_right_to_administer(admin):
    role = create_role(by=admin, name="Own administrator", copy_of=Role.objects.get(key="administrator"))
    admin.roles.set([role])

    with pytest.raises(RuleBroken):
        set_grants(role, {}, by=User.objects.get(pk=admin.pk))

    assert Grant.objects.filter(role=role, module="settings").exists()


def test_only_administrators_change_roles(cast):
    role = make_role("mine", customer={"view": "own"})

    for attempt in (lambda: create_role(by=cast.boss, name="X"), lambda: set_grants(role, {}, by=cast.boss)):
        with pytest.raises(NotAllowed):
            attempt()


def test_changed_permissions_are_logged_before_and_after(admin):
    role = create_role(by=admin, name="Mine")

    set_grants(role, {"customer": Granted("own", [], {"view": ""})}, by=admin)
    set_grants(role, {"customer": Granted("own", [], {"view": ""})}, by=admin)

    event = Event.objects.get(record_type="role", name="granted")
    assert event.change.before == {}
    granted = {"scope": "own", "departments": [], "operations": {"view": ""}, "fields": {}}
    assert event.change.after == {"customer": granted}


def test_pages_of_roles(admin, browser):
    client = browser(admin)
    made = client.post("/admin/roles/new/", {"name": "Mine", "copy_of": Role.objects.get(key="sales").pk})
    role = Role.objects.get(name="Mine")
    twice = client.post("/admin/roles/new/", {"name": "mine"})
    renamed = client.post(f"/admin/roles/{role.pk}/edit/", {"name": "Ours", "description": "All of us"})
    gone = client.post(f"/admin/roles/{role.pk}/delete/")

    assert [one.status_code for one in (made, twice, renamed, gone)] == [302, 422, 302, 302]
    assert client.get("/admin/roles/", follow=True).status_code == 200
    assert Department.objects.exists()
