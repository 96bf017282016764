"""The profile adds up, and each slice leads to its customers (C15)."""

import pytest

from keyuan.customers.fields import CUSTOMER
from keyuan.customers.profile import profile
from keyuan.records.listing import Listing
from keyuan.records.namebook import NameBook
from tests.make import make_customer, option

pytestmark = pytest.mark.django_db


def test_the_slices_of_each_distribution_add_up_to_what_the_person_sees(cast):
    make_customer(owner=cast.anna, industry="C36", region="330203", level=option("level", "A"))
    make_customer(owner=cast.ben, industry="C39", region="330100")
    make_customer(owner=cast.ben)
    make_customer(owner=cast.olga, industry="F51")

    assert [one.total for one in profile(cast.anna, NameBook(cast.anna))] == [3] * 7
    assert [one.total for one in profile(cast.boss, NameBook(cast.boss))] == [4] * 7


def test_each_slice_lists_exactly_its_customers(cast):
    make_customer(owner=cast.anna, industry="C36", region="330203", level=option("level", "A"))
    make_customer(owner=cast.ben, industry="C39", region="330100", source=option("source", "website"))
    make_customer(owner=cast.ben)

    for one in profile(cast.boss, NameBook(cast.boss)):
        for part in one.slices:
            assert Listing(CUSTOMER, cast.boss, node=part.node).count().number == part.number, (one.name, part)
