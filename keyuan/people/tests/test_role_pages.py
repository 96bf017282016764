"""The pages of a role: its fields, what a change would do, a look at the product through it, two beside each other."""

import pytest

from keyuan.customers.fields import CUSTOMER
from keyuan.org.models import Grant, Role, User
from keyuan.people.comparing import compare
from keyuan.people.effects import effect_of
from keyuan.people.roles import Granted, create_role, grants_of, set_fields, set_grants
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.history import Event
from tests.make import make_customer, make_department, make_role, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def role(admin):
    return create_role(by=admin, name="Desk", copy_of=Role.objects.get(key="sales"))


def limits(role, module="customer"):
    return grants_of(role)[module].fields


def test_fields_are_limited_on_their_page_and_hold_with_the_next_request(admin, role, browser):
    person = make_user("clerk", role)
    customer = make_customer(owner=person, phone="13800138000")
    client = browser(person)
    before = client.get(f"/customers/{customer.pk}/").content.decode()

    answer = browser(admin).post(
        f"/admin/roles/{role.pk}/fields/",
        {"customer.phone": "masked", "customer.level": "hidden", "customer.no": "hidden"},
    )
    after = client.get(f"/customers/{customer.pk}/").content.decode()

    assert answer.status_code == 302
    assert limits(role) == {"phone": "masked", "level": "hidden"}
    assert ("138 0013 8000" in before, "138 0013 8000" in after, "138 **** 8000" in after) == (True, False, True)


@pytest.mark.parametrize(
    ("field", "right"), [("name", "hidden"), ("level", "masked"), ("lost_on", "read-only"), ("phone", "editable")]
)
def test_a_right_that_a_field_can_not_have_is_not_read(field, right, admin, role, browser):
    browser(admin).post(f"/admin/roles/{role.pk}/fields/", {f"customer.{field}": right})

    assert limits(role) == {}


def test_saving_the_matrix_leaves_the_fields_and_a_copy_has_them(admin, role):
    set_fields(role, {"customer": {"phone": "masked"}}, by=admin)
    set_grants(role, {"customer": Granted("all", [], {"view": ""})}, by=admin)

    assert limits(role) == {"phone": "masked"}
    assert limits(create_role(by=admin, name="Copy", copy_of=role)) == {"phone": "masked"}
    assert Event.objects.filter(record_type="role", record_id=role.pk, name="granted").count() == 2


def test_only_administrators_limit_fields_and_their_own_role_has_none(admin, role):
    with pytest.raises(NotAllowed):
        set_fields(role, {"customer": {"phone": "hidden"}}, by=make_user())
    with pytest.raises(RuleBroken):
        set_fields(Role.objects.get(key="administrator"), {"customer": {"phone": "hidden"}}, by=admin)


def test_every_limitable_field_stands_in_the_table(admin, role, browser):
    said = browser(admin).get(f"/admin/roles/{role.pk}/fields/").content.decode()

    assert [one.name for one in CUSTOMER.limitable_fields() if f'name="customer.{one.name}"' not in said] == []
    assert 'name="customer.name"' not in said


@pytest.mark.parametrize("page", ["", "fields/", "members/", "changes/", "addresses/"])
def test_the_tabs_of_a_role_open(page, admin, role, browser):
    make_user("clerk", role, name="小李")

    assert browser(admin).get(f"/admin/roles/{role.pk}/{page}").status_code == 200


def test_the_effect_counts_whom_it_concerns_and_what_they_would_see_more(admin, role, browser):
    east = make_department("East")
    one, other = make_user("one", role, department=east), make_user("other", role, department=east)
    entering = make_role(customer={"create": "own"})
    colleague, far = make_user("colleague", entering, department=east), make_user("far", entering)
    for owner in (one, other, colleague, colleague, far):
        make_customer(owner=owner)
    wider = {"customer": Granted("department", [], {"view": ""})}

    effect = effect_of(role, wider, by=admin)
    said = browser(admin).post(
        f"/admin/roles/{role.pk}/effect/", {"customer.view": "1", "customer.scope": "department"}
    )

    assert (effect.members, effect.rows) == (2, {"Customers": 2})
    assert "2 条" in said.content.decode()
    assert effect_of(role, {}, by=admin).rows == {"Customers": -2}
    assert effect_of(role, wider, by=make_user("keeper", make_role(settings={"edit": "all"}))).rows == {}


def test_a_preview_shows_what_the_role_shows_and_changes_nothing(admin, role, browser):
    customer = make_customer(owner=make_user("somebody", make_role(customer={"create": "own"})))
    client = browser(admin)
    client.post(f"/admin/roles/{role.pk}/preview/")

    home = client.get("/")
    seen = client.get(f"/customers/{customer.pk}/").status_code
    denied = client.get("/admin/roles/").status_code
    written = client.post("/customers/new/", {"name": "甲公司", "category": "potential"})
    called = client.post("/api/v1/customers", {"name": "甲公司"}, content_type="application/json")
    ended = client.post("/admin/roles/preview/end/")

    assert "End preview" in home.content.decode() or "结束预览" in home.content.decode()
    assert (seen, denied, written.status_code, called.status_code) == (404, 404, 409, 409)
    assert ended["Location"] == f"/admin/roles/{role.pk}/"
    assert client.get(f"/customers/{customer.pk}/").status_code == 200
    assert Event.objects.filter(record_type="role", name="previewed").count() == 1


def test_nobody_previews_more_than_they_see_themselves(role, browser):
    keeper = make_user("keeper", make_role(settings={"view": "all", "edit": "all"}))

    answer = browser(keeper).post(f"/admin/roles/{role.pk}/preview/")

    assert answer.status_code == 403
    assert browser(keeper).get("/customers/").status_code == 404


def test_a_preview_ends_when_its_role_or_the_right_to_it_is_gone(admin, role, browser):
    client = browser(admin)
    client.post(f"/admin/roles/{role.pk}/preview/")
    Role.objects.filter(pk=role.pk).delete()

    assert client.get("/admin/roles/", follow=True).status_code == 200
    assert User.objects.filter(pk=admin.pk).exists()


def test_a_preview_shows_no_log_to_those_who_may_not_read_it(admin, browser):
    everything = {"customer": {"view": "all"}, "contact": {"view": "all"}, "people": {"view": "all"}}
    keeper = make_user("keeper", make_role(settings={"view": "all", "edit": "all"}, **everything))
    auditor = Role.objects.get(key="auditor")

    assert browser(keeper).post(f"/admin/roles/{auditor.pk}/preview/").status_code == 403


def test_a_preview_does_not_outlive_the_right_to_what_it_shows(browser, role):
    seeing = {"customer": {"view": "all", "create": "all"}, "contact": {"view": "all"}}
    seeing |= {one: {"view": "all"} for one in ("follow_up", "plan", "lead", "campaign", "opportunity", "product")}
    own = make_role(settings={"view": "all", "edit": "all"}, **seeing)
    keeper = make_user("keeper", own)
    customer = make_customer(owner=keeper)
    Grant.objects.filter(role=role, module="customer").update(scope="all")
    client = browser(keeper)
    started = client.post(f"/admin/roles/{role.pk}/preview/").status_code
    before = client.get(f"/customers/{customer.pk}/").status_code

    Grant.objects.filter(role=own, module="customer").delete()

    assert (started, before) == (302, 200)
    assert client.get(f"/customers/{customer.pk}/").status_code == 404


def test_a_header_makes_no_preview_write(admin, role, browser):
    client = browser(admin)
    client.post(f"/admin/roles/{role.pk}/preview/")

    for key in ("", "Bearer x"):
        answer = client.post("/customers/new/", {"name": "甲公司"}, headers={"Authorization": key})
        assert answer.status_code == 409


def test_two_roles_are_compared_right_by_right(admin, role, browser):
    Grant.objects.filter(role=role, module="customer").update(fields={"phone": "masked"}, scope="branch")
    pairs = dict(compare(role, Role.objects.get(key="sales")))["Customers"]
    said = {pair.label: (pair.one, pair.other) for pair in pairs if pair.differs}
    page = browser(admin).get(f"/admin/roles/compare/?one={role.pk}&other={Role.objects.get(key='sales').pk}&only=1")

    assert said["View"] == ("Department and below", "Own")
    assert said["Phone"] == ("Masked", "Editable")
    assert "Delete" not in said
    assert page.status_code == 200
