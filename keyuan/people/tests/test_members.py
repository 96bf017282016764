"""Members: who sees and changes whom, initial passwords, the last administrator (L2, L8, L9, W1)."""

import threading

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from keyuan.org.administrators import administrators
from keyuan.org.first_start import lay_foundation
from keyuan.org.models import Department, Role, User
from keyuan.org.throttle import Tries
from keyuan.people import members
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.history import Event
from tests.make import PASSWORD, make_department, make_role, make_user

pytestmark = pytest.mark.django_db


def values(person, **more):
    data = {"name": person.name, "username": person.username, "phone": "", "email": "", "position": "", "superior": ""}
    return data | {"department": person.department_id, "roles": [r.pk for r in person.roles.all()]} | more


def test_a_new_member_gets_an_initial_password_shown_once(admin, browser):
    data = {"name": "林晓彤", "username": "linxiaotong", "department": admin.department_id}
    response = browser(admin).post("/admin/users/new/", data)

    password = response.context["initial"]
    person = User.objects.get(username="linxiaotong")
    assert password in response.content.decode()
    assert person.check_password(password)
    assert password not in browser(admin).get(f"/admin/users/{person.pk}/").content.decode()


def test_names_phones_and_mails_that_sign_somebody_in_are_taken(admin, browser):
    make_user("lin", phone="13800138000", email="lin@example.com")
    data = {"name": "X", "username": "LIN", "phone": "138 0013 8000", "email": "Lin@example.com"}

    response = browser(admin).post("/admin/users/new/", data | {"department": admin.department_id})

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"username", "phone", "email"}


ACCESS = [
    # who        list  detail  new  edit  reset  roles
    ("admin", 200, 200, 200, 200, 200, 200),
    ("lead", 200, 200, 404, 404, 404, 404),
    ("clerk", 200, 200, 200, 200, 404, 404),
    ("anna", 404, 404, 404, 404, 404, 404),
]


@pytest.mark.parametrize(("who", "list_", "detail", "new", "edit", "reset", "roles"), ACCESS)
def test_who_reaches_what(cast, admin, browser, who, list_, detail, new, edit, reset, roles):
    people = {
        "admin": admin,
        "anna": cast.anna,
        "lead": make_user("lead", make_role(people={"view": "branch"}), department=cast.boss.department),
        "clerk": make_user(
            "clerk",
            make_role(people={"view": "branch", "edit": "branch", "create": "branch"}),
            department=cast.boss.department,
        ),
    }
    client, person = browser(people[who]), cast.ben

    got = [
        client.get(path).status_code
        for path in (
            "/admin/users/",
            f"/admin/users/{person.pk}/",
            "/admin/users/new/",
            f"/admin/users/{person.pk}/edit/",
        )
    ]
    got.append(client.post(f"/admin/users/{person.pk}/reset/").status_code)
    got.append(client.get(f"/admin/roles/{Role.objects.get(key='sales').pk}/").status_code)

    assert got == [list_, detail, new, edit, reset, roles]


def test_a_list_of_members_ends_where_the_reach_ends(cast, browser):
    lead = make_user("lead", make_role(people={"view": "department"}), department=cast.anna.department)

    seen = browser(lead).get("/admin/users/").context["people"]

    assert {one.username for one in seen} == {"anna", "ben", "guest", "lead"}
    assert browser(lead).get(f"/admin/users/{cast.olga.pk}/").status_code == 404


def test_a_clerk_can_neither_give_roles_nor_touch_administrators_nor_leave_the_reach(cast, admin):
    clerk = make_user("clerk", make_role(people={"view": "branch", "edit": "branch"}), department=cast.boss.department)
    cast.boss.roles.add(Role.objects.get(key="administrator"))
    elsewhere = make_department("Elsewhere")

    for attempt in (
        lambda: members.edit_member(cast.anna, by=clerk, roles=[Role.objects.get(key="sales")]),
        lambda: members.edit_member(User.objects.get(pk=cast.boss.pk), by=clerk, name="Mine"),
        lambda: members.edit_member(cast.anna, by=clerk, department=elsewhere),
        lambda: members.edit_member(clerk, by=clerk, department=cast.anna.department),
        lambda: members.set_enabled(cast.anna, False, by=clerk),
        lambda: members.reset_member(cast.anna, by=clerk),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_disabling_ends_sessions_at_once(admin, cast, browser):
    client = browser(cast.anna)
    before = client.get("/account/").status_code

    browser(admin).post(f"/admin/users/{cast.anna.pk}/enable/", {"to": "disabled"})

    assert before == 200
    assert client.get("/account/").url.startswith("/sign-in/")
    assert Client().post("/sign-in/", {"username": "anna", "password": PASSWORD}).status_code == 422


def test_a_reset_ends_sessions_is_logged_and_forces_a_new_password(admin, cast, browser):
    first, second = browser(cast.anna), browser(cast.anna)

    answer = browser(admin).post(f"/admin/users/{cast.anna.pk}/reset/")

    assert [one.get("/account/").status_code for one in (first, second)] == [302, 302]
    assert User.objects.get(pk=cast.anna.pk).check_password(answer.context["initial"])
    assert User.objects.get(pk=cast.anna.pk).must_change_password
    event = Event.objects.get(record_type="user", record_id=cast.anna.pk, name="reset")
    assert (event.by, event.operation.verb) == (admin, "user.reset")


def test_administrators_see_who_is_locked_and_why_and_unlock(admin, cast, browser):
    for _ in range(6):
        Tries(cast.anna, "anna", address="203.0.113.9").failed()
    client = browser(admin)

    shown = list(client.get("/admin/users/", {"state": "locked"}).context["people"])
    detail = client.get(f"/admin/users/{cast.anna.pk}/").content.decode()
    client.post(f"/admin/users/{cast.anna.pk}/unlock/", {"reason": "called back"})

    assert shown == [cast.anna]
    assert "203.0.113.9" in detail
    assert list(client.get("/admin/users/", {"state": "locked"}).context["people"]) == []


def test_the_last_administrator_can_neither_be_disabled_nor_lose_the_role(admin, browser):
    client = browser(admin)

    disabled = client.post(f"/admin/users/{admin.pk}/enable/", {"to": "disabled"})
    stripped = client.post(f"/admin/users/{admin.pk}/edit/", values(admin, roles=[]))

    assert (disabled.status_code, stripped.status_code) == (409, 422)
    assert list(administrators()) == [admin]


def test_one_of_two_administrators_may_go(admin):
    other = make_user("other", Role.objects.get(key="administrator"))

    members.set_enabled(other, False, by=admin)

    assert list(administrators()) == [admin]


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_disable_each_other_at_once_leave_one(transactional_db):
    lay_foundation()
    role = Role.objects.get(key="administrator")
    pair = [make_user(name, role, department=Department.objects.first()) for name in ("first", "second")]
    together, refused = threading.Barrier(2), []

    def disable(by, user):
        try:
            by = User.objects.get(pk=by.pk)
            assert by.is_administrator
            together.wait(10)
            members.set_enabled(user, False, by=by)
        except RuleBroken as refusal:
            refused.append(refusal)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=disable, args=two) for two in (pair, pair[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(refused) == 1
    assert administrators().count() == 1


def test_superiors_never_form_a_circle(admin, cast):
    members.edit_member(cast.anna, by=admin, superior=cast.ben)
    members.edit_member(cast.ben, by=admin, superior=cast.boss)

    with pytest.raises(RuleBroken):
        members.edit_member(cast.boss, by=admin, superior=cast.anna)
    with pytest.raises(RuleBroken):
        members.edit_member(cast.boss, by=admin, superior=cast.boss)


def test_an_edit_is_one_operation_with_what_changed(admin, cast, browser):
    browser(admin).post(f"/admin/users/{cast.ben.pk}/edit/", values(cast.ben, position="Buyer", phone="13900000001"))

    event = Event.objects.get(record_type="user", record_id=cast.ben.pk, name="edited")
    assert event.change.before == {"position": "", "phone": ""}
    assert event.change.after == {"position": "Buyer", "phone": "13900000001"}


def test_search_and_state_narrow_the_list(admin, cast, browser):
    cast.anna.phone = "13900000001"
    cast.anna.save()
    client = browser(admin)

    def found(**query):
        return [one.username for one in client.get("/admin/users/", query).context["people"]]

    assert found(q="139 0000 0001") == ["anna"]
    assert found(q="OLGA") == ["olga"]
    assert found(q="nobody like this") == []
    assert found(department=cast.olga.department_id) == ["olga"]
    assert found(q="' OR 1=1 --\0", department="x", page="-3", state="none") == []


def test_a_list_costs_the_same_with_one_row_and_three(admin, browser):
    place = make_department("Place", Department.objects.get(pk=admin.department_id))
    client = browser(admin)
    make_user("one", Role.objects.get(key="sales"), department=place, superior=admin)

    def cost():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get("/admin/users/", {"department": place.pk}).status_code == 200
        return len(queries)

    first = cost()
    make_user("two", Role.objects.get(key="sales"), department=place, superior=User.objects.get(username="one"))
    make_user("three", Role.objects.get(key="auditor"), department=place)

    assert cost() == first
    assert first <= 15
