"""The demo company comes in once and goes out without touching real data (I3)."""

import pytest

from keyuan.customers.models import Contact, Customer
from keyuan.demo.company import clear, load
from keyuan.demo.people import CUSTOMERS, PEOPLE
from keyuan.demo.prospects import CLAIMED, LYING
from keyuan.org.models import User
from keyuan.records.history import Event
from tests.make import make_customer

pytestmark = pytest.mark.django_db


def test_loading_twice_makes_no_doubles(demo):
    assert len(demo) == len(PEOPLE)

    assert load() == []
    assert Customer.rows.count() == len(CUSTOMERS) + len(LYING) + len(CLAIMED)


def test_clearing_leaves_real_data_untouched(demo):
    demo = set(Customer.rows.values_list("pk", flat=True))
    seller = User.objects.get(username="linxiaotong")
    real = make_customer("真实客户有限公司", owner=seller)

    assert clear() == len(CUSTOMERS) + len(LYING) + len(CLAIMED)

    assert list(Customer.rows.all()) == [real]
    assert Contact.rows.count() == 0
    purged = Event.objects.filter(record_type="customer", name="purged")
    assert set(purged.values_list("record_id", flat=True)) == demo
    assert [user.username for user in User.objects.people()] == ["linxiaotong"]


def test_it_can_come_again_after_it_went(demo):
    clear()

    load()

    assert Customer.rows.count() == len(CUSTOMERS) + len(LYING) + len(CLAIMED)
