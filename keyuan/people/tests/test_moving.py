"""People move to another department, and their records move along or stay (W1)."""

import threading

import pytest
from django.apps import apps
from django.db import connections, transaction

from keyuan.customers.models import Customer
from keyuan.org.first_start import lay_foundation
from keyuan.org.models import Department, Role, User
from keyuan.people import bulk, members, relocating, tasks
from keyuan.people.models import Relocation
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.history import Event
from keyuan.records.moving import count_elsewhere, count_owned
from keyuan.records.options import lay_options
from tests.make import make_contact, make_customer, make_department, make_role, make_user

pytestmark = pytest.mark.django_db


def values(person, **more):
    data = {"name": person.name, "username": person.username, "phone": "", "email": "", "position": "", "superior": ""}
    return data | {"department": person.department_id, "roles": [r.pk for r in person.roles.all()]} | more


def departments():
    return set(Customer.rows.values_list("department__name", flat=True))


def test_a_move_of_somebody_who_owns_records_asks_what_happens_to_them(admin, cast, browser):
    make_customer(owner=cast.anna)
    make_customer(owner=cast.anna)
    client, address = browser(admin), f"/admin/users/{cast.anna.pk}/edit/"

    asked = client.post(address, values(cast.anna, department=cast.olga.department_id))
    assert asked.status_code == 422
    assert asked.context["form"].owned == 2
    assert 'name="along"' in asked.content.decode()
    assert User.objects.get(pk=cast.anna.pk).department.name == "East"

    assert client.post(address, values(cast.anna, department=cast.olga.department_id, along="yes")).status_code == 302
    assert departments() == {"West"}


def test_records_that_stay_can_follow_later(admin, cast, browser):
    customer = make_customer(owner=cast.anna)
    client = browser(admin)
    client.post(f"/admin/users/{cast.anna.pk}/edit/", values(cast.anna, department=cast.olga.department_id, along="no"))
    anna = User.objects.get(pk=cast.anna.pk)
    assert (departments(), count_elsewhere(anna)) == ({"East"}, 1)
    assert "records/" in client.get(f"/admin/users/{anna.pk}/").content.decode()

    client.post(f"/admin/users/{anna.pk}/records/")

    assert (departments(), count_elsewhere(anna)) == ({"West"}, 0)
    customer.refresh_from_db()
    with pytest.raises(RuleBroken):
        relocating.bring_records(anna, by=admin)


def test_nobody_is_asked_where_nothing_is_owned(admin, cast, browser):
    data = values(cast.anna, department=cast.olga.department_id)

    assert browser(admin).post(f"/admin/users/{cast.anna.pk}/edit/", data).status_code == 302


def test_rights_follow_the_moved_records_with_the_next_request(admin, cast, browser):
    customer = make_customer(owner=cast.anna)
    ben, olga = browser(cast.ben), browser(cast.olga)
    before = [one.get(f"/customers/{customer.pk}/").status_code for one in (ben, olga)]

    members.edit_member(cast.anna, by=admin, department=cast.olga.department, along=True)

    assert before == [200, 404]
    assert [one.get(f"/customers/{customer.pk}/").status_code for one in (ben, olga)] == [404, 200]


def test_a_move_with_records_is_one_operation_with_a_line_for_each(admin, cast):
    kept, binned = make_customer(owner=cast.anna), make_customer(owner=cast.anna)
    contact = make_contact(kept)
    binned.delete_by(cast.boss)
    before = Customer.rows.get(pk=kept.pk)

    members.edit_member(cast.anna, by=admin, department=cast.olga.department, along=True)

    operation = Event.objects.get(record_type="user", record_id=cast.anna.pk, name="edited").operation
    events = list(Event.objects.filter(operation=operation, record_type="customer").order_by("record_id"))
    assert [one.record_id for one in events] == [kept.pk, binned.pk]
    assert events[0].change.before == {"department": before.department_id}
    assert events[0].change.after == {"department": cast.olga.department_id}
    after = Customer.rows.get(pk=kept.pk)
    assert (after.version, after.department_id) == (before.version + 1, cast.olga.department_id)
    assert type(contact).rows.get(pk=contact.pk).version == contact.version  # contacts follow their customer


def test_many_records_move_in_a_job_with_progress(admin, cast, browser, monkeypatch):
    monkeypatch.setattr(relocating, "AT_ONCE", 2)
    for _ in range(5):
        make_customer(owner=cast.anna)
    members.edit_member(cast.anna, by=admin, department=cast.olga.department, along=True)
    job = Relocation.objects.get()
    client = browser(admin)

    assert (job.total, job.done, departments()) == (5, 0, {"East"})
    assert "moving/" in client.get(f"/admin/users/{cast.anna.pk}/").content.decode()
    assert client.get(f"/admin/users/{cast.anna.pk}/moving/").status_code == 200
    with pytest.raises(RuleBroken, match="still moving"):
        members.edit_member(cast.anna, by=admin, department=cast.boss.department)
    tasks.relocate(relocation_id=job.pk)
    tasks.relocate(relocation_id=job.pk)

    job.refresh_from_db()
    assert (job.done, job.percent, departments()) == (5, 100, {"West"})
    assert job.finished_at
    assert Event.objects.filter(operation=job.operation, record_type="customer").count() == 5
    assert client.get(f"/admin/users/{cast.anna.pk}/moving/").status_code == 302


def test_what_a_long_import_writes_under_the_old_department_is_found_later(admin, cast, monkeypatch):
    monkeypatch.setattr(relocating, "AT_ONCE", 0)
    make_customer(owner=cast.anna)
    members.edit_member(cast.anna, by=admin, department=cast.olga.department, along=True)
    job = Relocation.objects.get()
    tasks.relocate(relocation_id=job.pk)
    late = make_customer(owner=cast.anna, department=Department.objects.get(name="East"))

    tasks.sweep(relocation_id=job.pk)

    assert Customer.rows.get(pk=late.pk).department.name == "West"


def test_a_later_sweep_leaves_those_alone_who_have_moved_on(admin, cast, monkeypatch):
    monkeypatch.setattr(relocating, "AT_ONCE", 0)
    make_customer(owner=cast.anna)
    members.edit_member(cast.anna, by=admin, department=cast.olga.department, along=True)
    job = Relocation.objects.get()
    tasks.relocate(relocation_id=job.pk)
    members.edit_member(cast.anna, by=admin, department=cast.boss.department)
    make_customer(owner=User.objects.get(pk=cast.anna.pk))

    tasks.sweep(relocation_id=job.pk)

    assert departments() == {"West", "Sales"}


def test_only_administrators_decide_about_records_and_nobody_else_learns_how_many(admin, cast, browser):
    make_customer(owner=cast.anna)
    role = make_role(people={"view": "branch", "edit": "branch", "create": "branch"})
    clerk = make_user("clerk", role, department=cast.boss.department)
    client = browser(clerk)
    with pytest.raises(NotAllowed):
        members.edit_member(cast.anna, by=clerk, department=cast.olga.department, along=True)
    assert User.objects.get(pk=cast.anna.pk).department.name == "East"

    moved = client.post(f"/admin/users/{cast.anna.pk}/edit/", values(cast.anna, department=cast.olga.department_id))

    assert moved.status_code == 302
    assert departments() == {"East"}
    page = client.get(f"/admin/users/{cast.anna.pk}/")
    assert "owned" not in page.context
    assert client.post(f"/admin/users/{cast.anna.pk}/records/").status_code == 404


def test_many_people_move_with_their_records_as_one_operation(admin, cast, browser):
    make_customer(owner=cast.anna)
    make_customer(owner=cast.ben)
    client = browser(admin)
    chosen = {"verb": "move", "chosen": f"{cast.anna.pk},{cast.ben.pk}", "query": "?department=1"}

    asked = client.post("/admin/users/bulk/", chosen)
    unsaid = client.post("/admin/users/bulk/", chosen | {"then": "1", "department": cast.olga.department_id})
    done = client.post(
        "/admin/users/bulk/", chosen | {"then": "1", "department": cast.olga.department_id, "along": "yes"}
    )

    assert (asked.status_code, unsaid.status_code, done.status_code) == (200, 422, 302)
    assert done.url == "/admin/users/?department=1"
    assert departments() == {"West"}
    last = Event.objects.filter(record_type__in=("user", "customer")).order_by("-id")[:4]
    assert len({one.operation_id for one in last}) == 1


def test_bulk_verbs_change_everybody_who_was_chosen_and_say_it_in_the_log(admin, cast, browser):
    client = browser(admin)
    anna, sales = browser(cast.anna), Role.objects.get(key="sales")
    chosen = {"ids": [cast.anna.pk, cast.ben.pk]}

    client.post("/admin/users/bulk/", chosen | {"verb": "disable"})
    assert anna.get("/account/").status_code == 302
    assert not User.objects.filter(pk__in=chosen["ids"], is_active=True).exists()
    client.post("/admin/users/bulk/", chosen | {"verb": "enable"})
    client.post("/admin/users/bulk/", chosen | {"verb": "role", "then": "1", "what": "give", "role": sales.pk})
    assert sales.members.count() == 2
    assert cast.anna.roles.count() == 2
    client.post("/admin/users/bulk/", chosen | {"verb": "role", "then": "1", "what": "take", "role": sales.pk})

    assert sales.members.count() == 0
    names = list(
        Event.objects.filter(record_type="user", record_id=cast.ben.pk).order_by("id").values_list("name", flat=True)
    )
    assert names == ["disabled", "enabled", "edited", "edited"]


def test_all_that_fit_the_filter_are_meant_and_no_more(admin, cast, browser):
    query = f"?department={cast.anna.department_id}"

    browser(admin).post("/admin/users/bulk/", {"verb": "disable", "scope": "all", "query": query})

    disabled = set(User.objects.filter(is_active=False).values_list("username", flat=True))
    assert disabled == {"anna", "ben", "guest"}


def test_bulk_verbs_keep_an_administrator_and_are_for_administrators_only(admin, cast, browser):
    other = make_user("other", Role.objects.get(key="administrator"))
    with pytest.raises(RuleBroken, match="among"):
        bulk.set_all_enabled([admin.pk, other.pk], False, by=admin)
    with pytest.raises(RuleBroken):
        bulk.give_role([admin.pk, other.pk], Role.objects.get(key="administrator"), by=admin, take=True)
    for attempt in (
        lambda: bulk.set_all_enabled([cast.ben.pk], False, by=cast.boss),
        lambda: bulk.move_all([cast.ben.pk], cast.olga.department, by=cast.boss),
        lambda: bulk.give_role([cast.ben.pk], Role.objects.get(key="sales"), by=cast.boss),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    robot = User.objects.robot() if User.objects.filter(is_robot=True).exists() else None
    if robot:
        assert bulk.set_all_enabled([robot.pk], False, by=admin) == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("at_once", [0, 500])
def test_customers_that_are_created_during_the_move_move_along(transactional_db, monkeypatch, at_once):
    lay_foundation()
    lay_options(apps)
    monkeypatch.setattr(relocating, "AT_ONCE", at_once)
    root = Department.objects.get(parent=None)
    east, west = make_department("East", root), make_department("West", root)
    admin = make_user("admin", Role.objects.get(key="administrator"), department=root)
    anna = make_user("anna", make_role(customer={"view": "own", "create": "own"}), department=east)
    make_customer(owner=anna)
    began, stop = threading.Event(), threading.Event()

    def create():
        try:
            stale = User.objects.select_related("department").get(pk=anna.pk)  # as a request holds its person
            while not stop.is_set():
                make_customer(owner=stale)
                began.set()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=create) for _ in range(3)]
    for thread in threads:
        thread.start()
    began.wait(20)
    members.edit_member(anna, by=admin, department=west, along=True)
    for job in Relocation.objects.all():
        tasks.relocate(relocation_id=job.pk)
    stop.set()
    for thread in threads:
        thread.join(30)

    assert departments() == {"West"}
    assert count_owned([anna.pk]) > 1
    with transaction.atomic():
        assert count_elsewhere(User.objects.get(pk=anna.pk)) == 0
