"""Who sees an opportunity: by its own scope or through its customer, also after that has changed hands."""

import pytest

from keyuan.customers.models import Customer
from keyuan.opportunities.models import Opportunity
from tests.make import make_customer, make_opportunity

pytestmark = pytest.mark.django_db


def seen_by(user):
    return set(Opportunity.objects.visible_to(user).values_list("pk", flat=True))


@pytest.fixture
def deal(cast):
    """Ben's deal with a customer of Anna's department."""
    return make_opportunity(owner=cast.ben, customer=make_customer(owner=cast.anna))


def test_who_sees_the_customer_sees_its_deals_and_changes_none(cast, deal):
    assert seen_by(cast.anna) == {deal.pk}
    assert not Opportunity.objects.allowed(cast.anna, "edit").exists()
    assert seen_by(cast.olga) == set()


@pytest.mark.parametrize("change", ["edit", "bulk"])
def test_a_customer_that_changes_hands_shows_its_deals_to_the_new_owner(cast, deal, change):
    whose = {"owner": cast.olga, "department": cast.olga.department}
    if change == "edit":
        deal.customer.edit(by=cast.anna, **whose)
    else:
        Customer.rows.filter(pk=deal.customer_id).change(by=cast.boss, **whose)
    assert seen_by(cast.olga) == {deal.pk}
    assert seen_by(cast.anna) == set()
    assert seen_by(cast.ben) == {deal.pk}  # their own


def test_the_deals_of_a_deleted_customer_are_nobody_s_until_it_comes_back(cast, deal):
    operation = deal.customer.delete_by(cast.boss)
    assert operation.pk
    assert seen_by(cast.ben) == seen_by(cast.boss) == set()
    deal.customer.refresh_from_db()
    deal.customer.restore(by=cast.boss)
    assert seen_by(cast.ben) == seen_by(cast.boss) == {deal.pk}


def test_rights_are_asked_of_one_table_by_literal_ids(cast, deal):
    for user in (cast.anna, cast.boss):
        asked = str(Opportunity.objects.visible_to(user).query)
        assert "JOIN" not in asked
        assert asked.count("SELECT") == 1
