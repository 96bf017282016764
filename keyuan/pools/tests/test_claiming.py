"""Claiming, assigning and giving back (G1, E3)."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from keyuan.customers.models import Customer
from keyuan.pools.claiming import assign, claim, release
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.history import Event
from tests.make import make_customer, make_pool, make_pooled, make_role, make_user, option

pytestmark = pytest.mark.django_db


@pytest.fixture
def sellers(cast: SimpleNamespace) -> SimpleNamespace:
    """Anna and Ben may claim and release; Olga is no member; the boss manages."""
    may = make_role("claims", customer={"view": "own", "claim": "own", "release": "own"})
    leads = make_role("leads", customer={"view": "own", "claim": "own", "assign": "own", "edit": "own"})
    cast.anna, cast.ben, cast.olga = (make_user(f"{name}2", may, department=cast.anna.department) for name in "abo")
    cast.head = make_user("head2", leads)
    cast.pool = make_pool("customer", cast.anna, cast.ben, managers=[cast.head])
    return cast


def reason():
    return option("release_reason", "no_need")


def test_a_member_sees_and_takes_what_lies_in_the_pool(sellers):
    customer = make_pooled(sellers.pool, by=sellers.boss)
    assert customer.allows(sellers.ben, "view")
    assert not customer.allows(sellers.olga, "view")
    assert not customer.allows(sellers.ben, "edit")

    claim(customer, by=sellers.ben)

    customer.refresh_from_db()
    assert (customer.owner, customer.department, customer.pool) == (sellers.ben, sellers.ben.department, None)
    assert customer.taken_at is not None
    assert (
        Event.objects.filter(record_id=customer.pk, record_type="customer", name="claimed", by=sellers.ben).count() == 1
    )
    assert not customer.allows(sellers.anna, "view")


def test_who_is_no_member_takes_nothing(sellers):
    customer = make_pooled(sellers.pool, by=sellers.boss)

    with pytest.raises(NotAllowed, match="not open"):
        claim(customer, by=sellers.olga)


def test_who_is_slower_hears_who_was_faster(sellers):
    customer = make_pooled(sellers.pool, by=sellers.boss)
    claim(customer, by=sellers.ben)

    with pytest.raises(RuleBroken, match="B2 was faster"):
        claim(customer, by=sellers.anna)


def test_the_limit_of_a_day_counts_claims_and_giving_back_frees_none(sellers):
    pool = make_pool("customer", sellers.anna, claims=2, recycles=True)
    first, second, third = (make_pooled(pool, by=sellers.boss) for _number in range(3))
    claim(first, by=sellers.anna)
    release(first, by=sellers.anna, reason=reason(), pool=pool)
    claim(second, by=sellers.anna)

    with pytest.raises(RuleBroken, match="claimed 2 today"):
        claim(third, by=sellers.anna)


def test_a_claim_that_fails_is_not_counted(sellers):
    pool = make_pool("customer", sellers.anna, sellers.ben, claims=1)
    taken, other = make_pooled(pool, by=sellers.boss), make_pooled(pool, by=sellers.boss)
    claim(taken, by=sellers.ben)
    with pytest.raises(RuleBroken, match="faster"):
        claim(taken, by=sellers.anna)

    claim(other, by=sellers.anna)

    assert Customer.rows.get(pk=other.pk).owner == sellers.anna


def test_the_limit_of_holding_does_not_count_what_is_won_or_locked(sellers):
    pool = make_pool("customer", sellers.anna, holds=1)
    Customer.rows.filter(pk=make_customer(owner=sellers.boss).pk).update(owner=sellers.anna, has_bought=True)
    Customer.rows.filter(pk=make_customer(owner=sellers.boss).pk).update(owner=sellers.anna, is_locked=True)
    first, second = make_pooled(pool, by=sellers.boss), make_pooled(pool, by=sellers.boss)
    claim(first, by=sellers.anna)

    with pytest.raises(RuleBroken, match="A2 has 1 already"):
        claim(second, by=sellers.anna)


def test_the_former_owner_waits(sellers):
    pool = make_pool("customer", sellers.anna, sellers.ben, rest=5)
    customer = make_pooled(pool, by=sellers.boss)
    claim(customer, by=sellers.anna)
    release(customer, by=sellers.anna, reason=reason(), pool=pool)

    with pytest.raises(RuleBroken, match="claim it again from"):
        claim(customer, by=sellers.anna)

    Customer.rows.filter(pk=customer.pk).update(released_at=timezone.now() - timedelta(days=5))
    claim(customer, by=sellers.anna)


def test_a_manager_gives_to_somebody_and_a_member_does_not(sellers):
    customer = make_pooled(sellers.pool, by=sellers.boss)
    assert customer.allows(sellers.head, "edit")
    with pytest.raises(NotAllowed):
        assign(customer, sellers.ben, by=sellers.anna)

    assign(customer, sellers.ben, by=sellers.head)

    assert Customer.rows.get(pk=customer.pk).owner == sellers.ben


def test_giving_back_needs_a_reason_and_names_the_former_owner(sellers):
    customer = make_pooled(sellers.pool, by=sellers.boss)
    claim(customer, by=sellers.anna)
    with pytest.raises(RuleBroken, match="Choose the reason"):
        release(customer, by=sellers.anna, reason=None)

    release(customer, by=sellers.anna, reason=reason())

    customer.refresh_from_db()
    assert (customer.owner, customer.department, customer.pool) == (None, None, sellers.pool)
    assert customer.last_owner == sellers.anna
    event = Event.objects.get(record_id=customer.pk, record_type="customer", name="released")
    assert event.details == {"reason": reason().pk}
    with pytest.raises(NotAllowed):
        release(customer, by=sellers.anna, reason=reason())


def test_into_which_pool_follows_from_the_owner(sellers):
    nobody = make_user("lone", make_role(customer={"view": "own", "release": "own"}))
    customer = make_customer(owner=sellers.boss)
    Customer.rows.filter(pk=customer.pk).update(owner=nobody)

    with pytest.raises(RuleBroken, match="No pool is open"):
        release(customer, by=nobody, reason=reason())
