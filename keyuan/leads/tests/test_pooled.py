"""Leads lie in pools as customers do, with a clock of their own (E3, G1)."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from keyuan.leads.fields import LEAD
from keyuan.leads.models import Lead
from keyuan.pools.claiming import claim, held, release
from keyuan.pools.clock import renew
from keyuan.pools.recycling import recycle
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.history import Event
from keyuan.records.listing import Listing
from keyuan.ui.rest.tests.calling import Caller
from tests.make import (
    make_lead,
    make_pool,
    make_pooled_lead,
    make_role,
    make_user,
    option,
)

pytestmark = pytest.mark.django_db
OPERATIONS = ("view", "create", "edit", "claim", "release")


@pytest.fixture
def sellers(cast: SimpleNamespace) -> SimpleNamespace:
    may = make_role("claims", lead=dict.fromkeys(OPERATIONS, "own"))
    cast.anna, cast.ben, cast.olga = (make_user(f"{name}2", may, department=cast.anna.department) for name in "abo")
    cast.head = make_user("head2", make_role("heads", lead=dict.fromkeys((*OPERATIONS, "assign"), "own")))
    cast.chief = make_user("chief2", make_role("chief", lead=dict.fromkeys((*OPERATIONS, "assign"), "all")))
    cast.pool = make_pool("lead", cast.anna, cast.ben, managers=[cast.head])
    return cast


def reason():
    return option("release_reason", "no_need")


def test_a_lead_is_taken_out_of_its_pool_and_is_no_news_to_whoever_took_it(sellers):
    lead = make_pooled_lead(sellers.pool, by=sellers.chief)
    assert not lead.allows(sellers.olga, "view")

    claim(lead, by=sellers.anna)

    lead.refresh_from_db()
    assert (lead.owner, lead.pool) == (sellers.anna, None)
    assert lead.taken_at is not None
    assert not lead.is_new_to_owner


def test_what_is_nobodys_falls_into_the_first_pool_that_is_open(sellers):
    second = make_pool("lead", sellers.olga)
    lead = make_lead(owner=None, by=sellers.anna)
    assert (lead.owner, lead.department, lead.pool) == (None, None, sellers.pool)
    assert lead.released_at is not None
    assert make_lead(owner=None, by=sellers.olga).pool == second
    assert make_lead(owner=None, by=sellers.chief).pool == sellers.pool


def test_who_belongs_to_no_pool_writes_down_nothing_for_nobody(sellers):
    lone = make_user("lone", make_role(lead=dict.fromkeys(OPERATIONS, "own")))
    with pytest.raises(NotAllowed):
        make_lead(owner=None, by=lone)


def test_without_pools_a_lead_of_nobody_is_nobodys(cast):
    chief = make_user("chief", make_role(lead={"view": "all", "create": "all"}))
    lead = make_lead(owner=None, by=chief)
    assert (lead.owner, lead.pool) == (None, None)
    assert lead.pk in Listing(LEAD, chief).page(1, 50).pks


def test_the_api_writes_leads_into_a_pool(sellers):
    response = Caller(sellers.anna).post("/leads", {"company": "新线索", "owner": None, "mobile": "13800138000"})
    assert response.status_code == 201
    made = response.json()
    assert made["owner"] is None
    assert made["pool"] == {"id": sellers.pool.pk, "name": sellers.pool.name}
    lone = make_user("lone", make_role(lead=dict.fromkeys(OPERATIONS, "own")))
    refused = Caller(lone).post("/leads", {"company": "另一条", "owner": None})
    assert refused.status_code == 422


def test_the_api_claims_assigns_and_gives_back(sellers):
    lead = make_pooled_lead(sellers.pool, by=sellers.chief, mobile="13800138000")
    anna = Caller(sellers.anna)
    assert "mobile" not in anna.get(f"/leads/{lead.pk}").json()
    assert Caller(sellers.head).get(f"/leads/{lead.pk}").json()["mobile"]
    claimed = anna.post(f"/leads/{lead.pk}/claim", {}).json()
    assert (claimed["owner"]["id"], claimed["mobile"]) == (sellers.anna.pk, "138 0013 8000")
    assert anna.post(f"/leads/{lead.pk}/release", {"reason": "no_need"}).json()["pool"]["id"] == sellers.pool.pk
    assert Caller(sellers.ben).post(f"/leads/{lead.pk}/assign", {"to": sellers.ben.pk}).status_code == 403
    assigned = Caller(sellers.head).post(f"/leads/{lead.pk}/assign", {"to": sellers.ben.username})
    assert assigned.status_code == 200
    assert Lead.rows.get(pk=lead.pk).is_new_to_owner


def test_a_lead_without_follow_up_comes_back_and_one_that_is_done_does_not(sellers):
    pool = make_pool("lead", sellers.olga, recycles=True, protection=0)
    waiting, invalid = make_lead(owner=sellers.olga), make_lead(owner=sellers.olga)
    invalid.disqualify(by=sellers.olga, reason=option("invalid_reason", "no_need"))
    long_ago = timezone.now() - timedelta(days=9)
    Lead.rows.filter(owner=sellers.olga).update(created_at=long_ago, taken_at=long_ago)
    renew("lead", [waiting.pk, invalid.pk])
    assert Lead.rows.get(pk=invalid.pk).due_on is None

    assert recycle("lead") == {sellers.olga.pk: 1}

    waiting.refresh_from_db()
    assert (waiting.pool, waiting.last_owner, waiting.release_reason) == (pool, sellers.olga, None)
    assert Event.objects.filter(record_type="lead", record_id=waiting.pk, name="recycled").exists()


def test_what_is_done_is_not_held(sellers):
    lead = make_lead(owner=sellers.anna)
    assert held(sellers.pool, sellers.anna) == 1
    lead.disqualify(by=sellers.anna, reason=option("invalid_reason", "no_need"))
    assert held(sellers.pool, sellers.anna) == 0


def test_a_converted_lead_is_not_given_back(sellers):
    lead = make_lead(owner=sellers.anna)
    Lead.rows.filter(pk=lead.pk).update(state="converted", converted_at=timezone.now())
    with pytest.raises(RuleBroken, match="become a customer"):
        release(lead, by=sellers.anna, reason=reason())


def test_why_it_was_given_back_stays_with_it(sellers):
    lead = make_lead(owner=sellers.anna)
    release(lead, by=sellers.anna, reason=reason())
    lead.refresh_from_db()
    assert (lead.last_owner, lead.release_reason) == (sellers.anna, reason())
