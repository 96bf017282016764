"""Lists: renamed and moved without losing a record (T2, K2, C6)."""

import pytest
from django.test import Client

from keyuan.customers import lists_admin
from keyuan.customers.models import Contact, Customer
from keyuan.org.first_start import lay_foundation
from keyuan.org.models import Role
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.history import Event
from keyuan.records.models import SavedView
from keyuan.records.options import Option
from tests.make import make_contact, make_customer, make_user, option

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(db):
    lay_foundation()
    return make_user("admin", Role.objects.get(key="administrator"))


def test_a_renamed_class_is_renamed_on_all_records(admin, cast):
    customer = make_customer(owner=cast.anna)

    lists_admin.edit_option(option("category", "potential"), "Hopeful", {"tint": 2}, False, by=admin)

    assert str(Customer.rows.get(pk=customer.pk).category) == "Hopeful"


def test_an_entry_in_use_is_deleted_only_with_a_target_that_all_records_get(admin, cast):
    living, binned = make_customer(owner=cast.anna), make_customer(owner=cast.boss)
    binned.delete_by(cast.boss)
    potential, signed = option("category", "potential"), option("category", "signed")
    with pytest.raises(RuleBroken):
        lists_admin.move_option(potential, None, admin)

    moved = lists_admin.move_option(potential, signed, admin)

    assert moved == 2
    assert {one.category_id for one in Customer.rows.filter(pk__in=(living.pk, binned.pk))} == {signed.pk}
    assert potential.pk not in [one.pk for one in lists_admin.listed("category")]
    event = Event.objects.filter(record_type="customer", record_id=living.pk, name="edited").get()
    assert (event.by, event.change.before) == (admin, {"category": potential.pk})


def test_history_can_still_name_a_deleted_entry(admin):
    entry = lists_admin.add_option("level", "D", {"days": 5}, by=admin)

    lists_admin.move_option(entry, None, admin)

    assert str(Option.objects.get(pk=entry.pk)) == "D"
    assert lists_admin.add_option("level", "D", {}, by=admin).pk != entry.pk


def test_a_contact_with_two_roles_keeps_the_other_and_has_the_target_once(admin, cast):
    decider, operator, technical = (option("contact_role", key) for key in ("decision_maker", "operator", "technical"))
    customer = make_customer(owner=cast.anna)
    both = make_contact(customer, roles=sorted([decider.pk, operator.pk]))
    one = make_contact(customer, roles=[decider.pk])
    neither = make_contact(customer, roles=[technical.pk])

    lists_admin.move_option(decider, operator, admin)

    roles = {pk: Contact.rows.get(pk=pk).roles for pk in (both.pk, one.pk, neither.pk)}
    assert roles == {both.pk: [operator.pk], one.pk: [operator.pk], neither.pk: [technical.pk]}


def test_saved_views_follow_a_moved_entry(admin, cast):
    condition = {"and": [{"field": "category", "op": "any", "value": ["potential", "regular"]}]}
    view = SavedView.objects.create(module="customer", name="Mine", owner=cast.anna, filter=condition)

    lists_admin.move_option(option("category", "potential"), option("category", "signed"), admin)

    view.refresh_from_db()
    assert view.filter == {"and": [{"field": "category", "op": "any", "value": ["signed", "regular"]}]}


def test_a_target_must_be_another_living_entry_of_the_same_list(admin, cast):
    make_customer(owner=cast.anna)
    potential, retired = option("category", "potential"), option("category", "regular")
    lists_admin.edit_option(retired, "Old", {}, True, by=admin)

    for target in (potential, retired, option("level", "A")):
        with pytest.raises(RuleBroken):
            lists_admin.move_option(potential, target, admin)


def test_the_last_entry_of_a_list_stays(admin):
    a, b, c = (option("level", key) for key in "ABC")
    lists_admin.move_option(a, None, admin)
    lists_admin.edit_option(b, "B", {}, True, by=admin)

    with pytest.raises(RuleBroken):
        lists_admin.move_option(c, None, admin)
    with pytest.raises(RuleBroken):
        lists_admin.edit_option(c, "C", {}, True, by=admin)


def test_entries_change_their_order(admin):
    lists_admin.shift_option(option("level", "C"), -1, by=admin)
    lists_admin.shift_option(option("level", "A"), -1, by=admin)

    assert [one.key for one in lists_admin.listed("level")] == ["A", "C", "B"]


def test_only_administrators_change_lists(cast):
    for attempt in (
        lambda: lists_admin.add_option("level", "D", {}, by=cast.boss),
        lambda: lists_admin.move_option(option("level", "A"), None, cast.boss),
    ):
        with pytest.raises(NotAllowed):
            attempt()


PAGES = ("/admin/lists/category/", "/admin/lists/level/new/")


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_for_administrators(admin, cast, path):
    def status(user):
        client = Client()
        client.force_login(user)
        return client.get(path).status_code

    assert (status(admin), status(cast.boss)) == (200, 404)


def test_pages_add_edit_and_delete(admin, cast):
    client = Client()
    client.force_login(admin)
    make_customer(owner=cast.anna, level=option("level", "A"))
    a = option("level", "A").pk

    answers = [
        client.post("/admin/lists/level/new/", {"name": "D", "days": "5"}),
        client.post("/admin/lists/level/new/", {"name": " d "}),
        client.post(f"/admin/lists/options/{a}/", {"name": "AA", "days": ""}),
        client.post(f"/admin/lists/options/{a}/shift/", {"to": "down"}),
        client.post(f"/admin/lists/options/{a}/delete/", {}),
        client.post(f"/admin/lists/options/{a}/delete/", {"target": option("level", "B").pk}),
        client.get("/admin/lists/nonsense/"),
    ]

    assert [one.status_code for one in answers] == [302, 422, 302, 302, 422, 302, 404]


def test_a_retired_entry_stays_on_the_record_when_it_is_edited(admin, cast):
    """The page shows it as chosen; typing it again is no mistake, on a new record it is (T2)."""
    technical, operator = option("contact_role", "technical"), option("contact_role", "operator")
    customer = make_customer(owner=cast.anna, level=option("level", "A"))
    contact = make_contact(customer, roles=[technical.pk])
    lists_admin.edit_option(option("level", "A"), "A", {}, True, by=admin)
    lists_admin.edit_option(technical, "Engineer", {}, True, by=admin)
    client = Client()
    client.force_login(cast.anna)
    given = {"name": customer.name, "category": "potential", "level": "A"}

    page = client.get(f"/customers/{customer.pk}/edit/").content.decode()
    answers = [
        client.post(f"/customers/{customer.pk}/edit/", {**given, "version": 1, "address": "New"}),
        client.post("/customers/new/", {**given, "name": "Another"}),
        client.post(f"/contacts/{contact.pk}/fields/roles/", {"roles": ["technical", "operator"], "version": 1}),
    ]

    assert '<option value="A" selected>' in page
    assert [one.status_code for one in answers] == [302, 422, 302]
    assert Customer.rows.get(pk=customer.pk).level.key == "A"
    assert Contact.rows.get(pk=contact.pk).roles == sorted([technical.pk, operator.pk])
