import pytest

from keyuan.records.errors import Duplicate, NotAllowed, Stale
from keyuan.records.history import Event
from tests.make import make_contact, make_customer

pytestmark = pytest.mark.django_db


def test_a_new_customer_belongs_to_who_made_it_and_has_a_history(cast):
    customer = make_customer("北京某某科技有限公司", owner=cast.anna)

    assert (customer.owner, customer.department) == (cast.anna, cast.anna.department)
    assert [event.name for event in Event.objects.filter(record_type="customer", record_id=customer.pk)] == ["created"]


def test_a_change_keeps_the_old_and_the_new_value(cast):
    customer = make_customer("甲公司", owner=cast.anna, phone="13800138000")

    customer.edit(by=cast.anna, version=1, phone="13900000001")

    change = Event.objects.get(name="edited", record_id=customer.pk).change
    assert (change.before, change.after) == ({"phone": "13800138000"}, {"phone": "13900000001"})
    assert customer.version == 2


def test_a_stale_version_is_refused(cast):
    customer = make_customer(owner=cast.anna)
    customer.edit(by=cast.anna, version=1, address="A")

    with pytest.raises(Stale):
        customer.edit(by=cast.anna, version=1, address="B")


def test_a_colleague_may_see_but_not_change(cast):
    customer = make_customer(owner=cast.anna)

    with pytest.raises(NotAllowed):
        customer.edit(by=cast.ben, version=1, address="B")


def test_brackets_and_blanks_do_not_make_another_name(cast):
    make_customer("北京 某某（集团）有限公司", owner=cast.anna)

    with pytest.raises(Duplicate):
        make_customer("北京某某(集团)有限公司", owner=cast.olga)


def test_a_deleted_customer_takes_its_contacts_along_and_brings_them_back(cast):
    customer = make_customer(owner=cast.boss)
    contact = make_contact(customer, "张三")

    customer.delete_by(cast.boss)
    contact.refresh_from_db()
    assert contact.deleted_at is not None

    customer.restore(by=cast.boss)
    contact.refresh_from_db()
    assert contact.deleted_at is None


def test_the_first_contact_is_the_primary_one_until_another_is(cast):
    customer = make_customer(owner=cast.anna)
    first, second = make_contact(customer), make_contact(customer)
    assert (first.is_primary, second.is_primary) == (True, False)

    second.edit(by=cast.anna, is_primary=True)

    first.refresh_from_db()
    assert (first.is_primary, second.is_primary) == (False, True)
