from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone, translation

from keyuan.activities.models import FollowUp, FollowUpSearch, Plan
from keyuan.customers.models import Contact, Customer, CustomerSearch
from keyuan.exchange import recycling
from keyuan.org.settings import set_setting
from keyuan.records.attachments.attaching import attach
from keyuan.records.attachments.models import Attachment
from keyuan.records.attachments.storage import path_of
from keyuan.records.history import Event
from keyuan.records.keys import DuplicateKey
from tests.make import make_contact, make_customer, make_follow_up, make_plan, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def robot(db):
    return make_user("robot", is_robot=True)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def binned(cast, name="甲公司", **fields):
    customer = make_customer(name, owner=cast.anna, **fields)
    customer.delete_by(cast.boss)
    return Customer.rows.get(pk=customer.pk)


def test_the_bin_says_who_when_and_from_where(cast):
    customer = binned(cast)

    line = recycling.line(recycling.binned(cast.boss, "customer").get(), 30, cast.boss)

    assert (line.name, line.who, line.source) == ("甲公司", "Boss", "web")
    assert line.gone_on == customer.deleted_at + timedelta(days=30)


def test_only_those_who_may_delete_see_it(cast):
    binned(cast)

    assert recycling.binned(cast.boss, "customer").count() == 1
    assert recycling.binned(cast.anna, "customer").count() == 0
    assert recycling.binned(cast.olga, "customer").count() == 0


def test_a_customer_comes_back_with_its_contacts(cast):
    customer = make_customer("甲公司", owner=cast.anna)
    make_contact(customer, "王五")
    customer.delete_by(cast.boss)

    count, refused = recycling.restore_all(recycling.binned(cast.boss, "customer"), by=cast.boss)

    assert (count, refused) == (1, [])
    assert Customer.rows.living().get().contacts.living().count() == 1


def test_contacts_that_went_with_their_customer_are_not_named_alone(cast):
    customer = make_customer("甲公司", owner=cast.anna)
    gone, _kept = make_contact(customer, "王五"), make_contact(customer, "赵六")
    gone.delete_by(cast.boss)
    assert [one.name for one in recycling.binned(cast.boss, "contact")] == ["王五"]

    customer.delete_by(cast.boss)

    assert not recycling.binned(cast.boss, "contact").exists()


def test_a_conflict_is_explained_by_its_holder(cast):
    binned(cast)
    make_customer("甲公司", owner=cast.olga)

    count, refused = recycling.restore_all(recycling.binned(cast.boss, "customer"), by=cast.boss)

    assert count == 0
    assert refused == ["“甲公司” can't come back: “甲公司” (owner Olga) has its name now. Rename that one first"]


def test_what_is_old_goes_for_good(cast, robot):
    old, young = binned(cast, "甲公司"), binned(cast, "乙公司")
    make_customer("丙公司", owner=cast.anna)
    Customer.rows.filter(pk=old.pk).update(deleted_at=timezone.now() - timedelta(days=31))

    assert recycling.purge_old() == 1

    assert sorted(Customer.rows.values_list("name", flat=True)) == ["丙公司", "乙公司"]
    assert young.pk in Customer.rows.values_list("pk", flat=True)
    event = Event.objects.get(name="purged")
    assert (event.record_id, event.details) == (old.pk, {"name": "甲公司"})


def test_the_days_are_a_setting(cast, robot):
    gone = binned(cast)
    set_setting("recycle_bin_days", 5)
    Customer.rows.filter(pk=gone.pk).update(deleted_at=timezone.now() - timedelta(days=6))

    assert recycling.purge_old() == 1


def test_nothing_of_a_purged_customer_is_left(cast):
    customer = make_customer("甲公司", owner=cast.anna)
    contact = make_contact(customer, "王五", mobile="13800138000")
    customer.delete_by(cast.boss)

    assert recycling.purge(recycling.binned(cast.boss, "customer"), by=cast.boss) == 1

    assert not Contact.rows.filter(pk=contact.pk).exists()
    assert not CustomerSearch.objects.filter(record_id=customer.pk).exists()
    assert not DuplicateKey.objects.exists()


def test_files_go_for_good_with_their_customer_and_its_contacts(cast, django_capture_on_commit_callbacks):
    customer = make_customer("甲公司", owner=cast.boss)
    other = make_customer("乙公司", owner=cast.boss)
    contact = make_contact(customer, "王工")
    alone, shared = (SimpleUploadedFile("x.txt", word) for word in (b"theirs alone", b"shared by two"))
    gone = [attach(customer, alone, cast.boss), attach(contact, shared, cast.boss)]
    gone[0].delete_by(cast.boss)
    kept = attach(other, SimpleUploadedFile("y.txt", b"shared by two"), cast.boss)
    customer.delete_by(cast.boss)

    with django_capture_on_commit_callbacks(execute=True):
        recycling.purge(Customer.objects.binned(cast.boss), by=cast.boss)

    assert [one.pk for one in Attachment.objects.all()] == [kept.pk]
    assert [path_of(one.digest).exists() for one in gone] == [False, True]


def test_a_restored_customer_has_its_files_again(cast):
    customer = make_customer("甲公司", owner=cast.boss)
    made = attach(customer, SimpleUploadedFile("x.txt", b"x"), cast.boss)
    customer.delete_by(cast.boss)

    recycling.restore_all(Customer.objects.binned(cast.boss), by=cast.boss)

    assert made.is_visible_to(cast.boss)


def planned(cast, customer):
    return make_plan("拜访", owner=cast.anna, starts_at=timezone.now(), customer=customer)


def test_deleted_follow_ups_and_plans_come_back_or_go_for_good(cast):
    customer = make_customer("甲公司", owner=cast.anna)
    kept, gone = (make_follow_up(customer, text, by=cast.anna) for text in ("谈了价格\n第二行", "写错了"))
    plan = make_plan("拜访甲公司", owner=cast.anna, starts_at=timezone.now(), customer=customer)
    for record in (kept, gone, plan):
        record.delete_by(cast.boss)

    named = {kind: [str(one) for one in recycling.binned(cast.boss, kind)] for kind in ("follow_up", "plan")}
    found = [one.pk for one in recycling.binned(cast.boss, "follow_up", "价格")]
    restored = [recycling.restore_all(recycling.binned(cast.boss, kind).exclude(pk=gone.pk), by=cast.boss)[0]
                for kind in ("follow_up", "plan")]  # fmt: skip
    recycling.purge(recycling.binned(cast.boss, "follow_up"), by=cast.boss)

    assert named == {"follow_up": ["写错了", "谈了价格"], "plan": ["拜访甲公司"]}
    assert (found, restored) == ([kept.pk], [1, 1])
    assert list(FollowUp.rows.living()) == [kept]
    assert list(Plan.rows.living()) == [plan]
    assert not FollowUpSearch.objects.filter(record_id=gone.pk).exists()
    assert Event.objects.get(name="purged").details == {"name": "写错了"}


def test_what_hangs_on_a_deleted_customer_is_not_named_alone(cast):
    customer = make_customer("甲公司", owner=cast.anna)
    for record in (make_follow_up(customer, "谈了价格"), planned(cast, customer)):
        record.delete_by(cast.boss)
    customer.delete_by(cast.boss)

    assert not recycling.binned(cast.boss, "follow_up").exists()
    assert not recycling.binned(cast.boss, "plan").exists()


def test_who_may_delete_plans_alone_finds_them_in_the_bin(cast, client):
    customer = make_customer("乙公司", owner=cast.anna)
    plan = make_plan("拜访乙公司", owner=cast.anna, starts_at=timezone.now(), customer=customer)
    Customer.rows.filter(pk=customer.pk).update(owner=cast.olga, department=cast.olga.department)
    foreign = make_plan("别人的", owner=cast.olga, starts_at=timezone.now())
    for record, by in ((plan, cast.anna), (foreign, cast.olga)):
        record.delete_by(by)
    client.force_login(cast.anna)

    page = client.get("/recycle-bin/?kind=plan").content.decode()
    client.post("/recycle-bin/restore/", {"kind": "plan", "ids": [plan.pk, foreign.pk]})

    assert "拜访乙公司" in page
    assert "别人的" not in page
    assert f"/customers/{customer.pk}/" not in page  # told by name alone
    assert [one.pk for one in Plan.rows.living()] == [plan.pk]


def test_old_follow_ups_and_plans_go_for_good_by_themselves(cast, robot):
    customer = make_customer("甲公司", owner=cast.anna)
    follow_up, plan = make_follow_up(customer, "谈过"), planned(cast, customer)
    for record in (follow_up, plan):
        record.delete_by(cast.boss)
        type(record).rows.filter(pk=record.pk).update(deleted_at=timezone.now() - timedelta(days=31))

    assert recycling.purge_old() == 2
    assert not FollowUp.rows.exists()
    assert not Plan.rows.exists()
