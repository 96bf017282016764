"""Somebody who looks after people and has no right to data: exactly that work, and nothing learnt of customers (W2)."""

import pytest

from keyuan.org.models import Role, User
from keyuan.people import members
from keyuan.records.errors import NotAllowed
from keyuan.ui.rest.tests.calling import Caller
from tests.make import make_contact, make_customer, make_role, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(cast, admin):
    role = make_role("clerk", people=dict.fromkeys(("view", "create", "edit"), "all"))
    return make_user("clerk", role, department=cast.boss.department)


@pytest.fixture
def secret(cast):
    customer = make_customer("绝密客户", owner=cast.anna)
    make_contact(customer, "绝密联系人")
    for _ in range(6):
        make_customer(owner=cast.anna)
    return customer


def values(person, **more):
    data = {"name": person.name, "username": person.username, "department": person.department_id}
    return data | {"phone": "", "email": "", "position": "", "superior": ""} | more


def test_a_clerk_does_the_work_on_people(clerk, cast, browser):
    client = browser(clerk)

    made = client.post("/admin/users/new/", values(cast.anna, name="新人", username="newbie"))
    edited = client.post(
        f"/admin/users/{cast.anna.pk}/edit/", values(cast.anna, position="经理", superior=cast.boss.pk)
    )
    pages = [client.get(path).status_code for path in ("/admin/users/", "/admin/departments/", "/admin/users/import/")]

    assert made.context["initial"]
    assert (edited.status_code, pages) == (302, [200, 200, 200])
    assert User.objects.get(pk=cast.anna.pk).superior == cast.boss


def test_a_clerk_learns_nothing_of_customers(clerk, cast, secret, browser):
    client, caller = browser(clerk), Caller(clerk)
    for path in ("/customers/", f"/customers/{secret.pk}/", "/contacts/", "/imports/", "/recycle-bin/"):
        assert client.get(path).status_code == 404
    for path in ("/customers", f"/customers/{secret.pk}", "/contacts"):
        assert caller.get(path).status_code in (403, 404)
    moved = client.post(f"/admin/users/{cast.anna.pk}/edit/", values(cast.anna, department=cast.olga.department_id))
    assert moved.status_code == 302

    said = "".join(
        client.get(path).content.decode()
        for path in (
            "/",
            "/admin/users/",
            f"/admin/users/{cast.anna.pk}/",
            f"/admin/users/{cast.anna.pk}/edit/",
            "/admin/departments/",
            "/search/?q=绝密",
        )
    )
    assert "绝密客户" not in said
    assert "绝密联系人" not in said
    assert "7 条数据" not in said
    assert client.get(f"/admin/departments/{cast.olga.department_id}/delete/").status_code == 404


def test_a_clerk_gives_no_roles_by_any_way(clerk, cast, admin, browser):
    administrator = Role.objects.get(key="administrator")
    client, caller = browser(clerk), Caller(clerk)

    client.post("/admin/users/new/", values(cast.anna, name="新人", username="newbie", roles=[administrator.pk]))
    client.post(f"/admin/users/{cast.anna.pk}/edit/", values(cast.anna, roles=[administrator.pk]))
    answers = [
        caller.patch(f"/users/{cast.anna.pk}", {"roles": [administrator.pk]}).status_code,
        caller.patch(f"/users/{clerk.pk}", {"roles": [administrator.pk]}).status_code,
        client.post("/admin/users/bulk/", {"verb": "role", "ids": [clerk.pk]}).status_code,
        client.get(f"/admin/roles/{administrator.pk}/").status_code,
    ]

    assert answers == [422, 422, 404, 404]
    assert list(administrator.members.all()) == [admin]
    with pytest.raises(NotAllowed):
        members.edit_member(cast.anna, by=clerk, roles=[administrator])


def test_a_clerk_does_not_touch_administrators_nor_themselves_nor_accounts(clerk, cast, admin, browser):
    client, caller = browser(clerk), Caller(clerk)
    for person in (admin, clerk):
        assert client.post(f"/admin/users/{person.pk}/edit/", values(person, position="X")).status_code == 403
        assert caller.patch(f"/users/{person.pk}", {"position": "X"}).status_code == 403
    for verb in ("enable", "reset", "unlock", "records"):
        assert client.post(f"/admin/users/{cast.anna.pk}/{verb}/", {"to": "disabled"}).status_code == 404
    for verb in ("enable", "disable", "reset", "unlock"):
        assert caller.post(f"/users/{cast.anna.pk}/{verb}").status_code == 403

    assert User.objects.get(pk=cast.anna.pk).is_active
    assert not User.objects.filter(position="X").exists()


def test_a_clerk_does_not_send_the_links_for_new_passwords_of_others_to_themselves(clerk, cast, browser):
    client, caller = browser(clerk), Caller(clerk)
    fresh = make_user("fresh", department=cast.boss.department)

    answers = [
        client.post(f"/admin/users/{cast.anna.pk}/edit/", values(cast.anna, email="clerk@x.example")).status_code,
        caller.patch(f"/users/{cast.anna.pk}", {"email": "clerk@x.example"}).status_code,
        caller.patch(f"/users/{fresh.pk}", {"email": "fresh@x.example"}).status_code,
    ]

    assert answers == [422, 409, 200]
    assert User.objects.get(pk=cast.anna.pk).email == cast.anna.email


def test_a_clerk_can_not_become_the_superior_of_people_and_so_read_their_records(clerk, cast, secret, browser):
    """A superior with the scope “own and subordinates” sees the records of those below; a clerk has no such scope."""
    browser(clerk).post(f"/admin/users/{cast.anna.pk}/edit/", values(cast.anna, superior=clerk.pk))

    assert browser(clerk).get(f"/customers/{secret.pk}/").status_code == 404


def test_a_clerk_who_leads_a_team_puts_nobody_into_it(clerk, cast, browser):
    clerk.roles.add(make_role("lead", customer={"view": "team"}))
    below = make_user("below", department=cast.boss.department, superior=clerk)
    client = browser(clerk)

    for superior in (clerk, below):
        answer = client.post(f"/admin/users/{cast.anna.pk}/edit/", values(cast.anna, superior=superior.pk))
        assert answer.status_code == 422
    assert client.post(f"/admin/users/{below.pk}/edit/", values(below, superior=cast.boss.pk)).status_code == 302


def test_a_clerk_shuts_nobody_out_by_a_user_name_that_others_sign_in_with(clerk, cast, browser):
    User.objects.filter(pk=cast.boss.pk).update(email="boss@x.example", phone="13800138000")
    client = browser(clerk)

    for name in ("Boss@x.example", "13800138000"):
        answer = client.post(f"/admin/users/{cast.anna.pk}/edit/", values(cast.anna, username=name))
        assert "username" in answer.context["form"].errors
