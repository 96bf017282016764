from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone, translation

from keyuan.customers.models import Contact, Customer, CustomerSearch
from keyuan.exchange import recycling
from keyuan.org.settings import set_setting
from keyuan.records.attachments.attaching import attach
from keyuan.records.attachments.models import Attachment
from keyuan.records.attachments.storage import path_of
from keyuan.records.history import Event
from keyuan.records.keys import DuplicateKey
from tests.make import make_contact, make_customer, make_user

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

    line = recycling.line(recycling.binned(cast.boss, "customer").get(), 30)

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
