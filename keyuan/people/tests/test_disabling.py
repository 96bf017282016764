"""Somebody is disabled: out at once everywhere, still named where they were (L9)."""

import threading

import pytest
from django.db import connections
from django.test import Client

from keyuan.customers.models import Customer
from keyuan.org.first_start import lay_foundation
from keyuan.org.models import Department, Role, User
from keyuan.people import members
from keyuan.people.forms import DepartmentForm, MemberForm
from keyuan.records.errors import NotAllowed
from keyuan.records.namebook import NameBook
from keyuan.ui.rest.tests.calling import Caller
from tests.make import make_customer, make_role, make_user

pytestmark = pytest.mark.django_db


def test_page_part_and_token_end_at_once_and_old_ones_stay_dead(admin, cast, browser):
    client, caller = browser(cast.anna), Caller(cast.anna)
    part = {"HX-Request": "true", "HX-Target": "div#list"}
    before = [client.get("/customers/").status_code, client.get("/customers/", headers=part).status_code]
    before.append(caller.get("/customers").status_code)

    members.set_enabled(cast.anna, False, by=admin)

    page, piece = client.get("/customers/"), client.get("/customers/", headers=part)
    assert before == [200, 200, 200]
    assert page.url.startswith("/sign-in/")
    assert "绝密" not in piece.content.decode()
    assert piece.status_code != 200 or "HX-Redirect" in piece.headers
    assert caller.get("/customers").status_code == 401
    members.set_enabled(cast.anna, True, by=admin)
    assert client.get("/customers/").status_code == 302
    assert caller.get("/customers").status_code == 401


def test_disabling_says_how_many_records_remain_and_they_do(admin, cast, browser):
    make_customer(owner=cast.anna)
    make_customer(owner=cast.anna)
    client = browser(admin)
    assert "名下有 2 条数据" in client.get(f"/admin/users/{cast.anna.pk}/").content.decode()

    client.post(f"/admin/users/{cast.anna.pk}/enable/", {"to": "disabled"})

    assert "名下还有 2 条数据" in client.get(f"/admin/users/{cast.anna.pk}/").content.decode()
    assert Customer.rows.filter(owner=cast.anna).count() == 2


def test_disabled_people_are_not_offered_but_stay_where_they_are(admin, cast, browser):
    members.edit_member(cast.anna, by=admin, superior=cast.ben)
    Department.objects.filter(pk=cast.olga.department_id).update(head=cast.ben)
    customer = make_customer(owner=cast.ben)

    members.set_enabled(cast.ben, False, by=admin)

    new = MemberForm(person=None, by=admin, operation="create")
    kept = MemberForm(person=User.objects.get(pk=cast.anna.pk), by=admin, operation="edit")
    assert cast.ben not in new.fields["superior"].queryset
    assert cast.ben in kept.fields["superior"].queryset
    assert cast.ben not in DepartmentForm().fields["head"].queryset
    west = Department.objects.get(pk=cast.olga.department_id)
    assert cast.ben in DepartmentForm(department=west).fields["head"].queryset
    client = browser(admin)
    assert "Ben" in client.get(f"/customers/{customer.pk}/").content.decode()
    assert "Ben" in client.get("/admin/users/?state=disabled").content.decode()
    assert str(NameBook(admin).person(cast.ben.pk)) == "Ben"


@pytest.mark.django_db(transaction=True)
def test_what_a_disabled_person_has_begun_ends_and_nothing_new_begins(transactional_db):
    """A request that runs while its person is disabled may end; the next one of the same session may not begin."""
    lay_foundation()
    root = Department.objects.get(parent=None)
    admin = make_user("admin", Role.objects.get(key="administrator"), department=root)
    anna = make_user("anna", make_role(people={"view": "all", "edit": "all"}), department=root)
    ben = make_user("ben", department=root)
    client = Client()
    client.force_login(anna)
    inside, go_on, codes = threading.Event(), threading.Event(), []

    def edit():
        try:
            by = User.objects.get(pk=anna.pk)
            assert by.may("people", "edit")
            inside.set()
            go_on.wait(10)
            try:
                members.edit_member(ben, by=by, position="X")
                codes.append("done")
            except NotAllowed:
                codes.append("refused")
            codes.append(client.get("/account/").status_code)
        finally:
            connections.close_all()

    thread = threading.Thread(target=edit)
    thread.start()
    inside.wait(10)
    members.set_enabled(anna, False, by=admin)
    go_on.set()
    thread.join(30)

    assert codes[0] in ("done", "refused")
    assert codes[1] == 302
