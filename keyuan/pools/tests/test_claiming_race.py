"""Many who claim at the same moment (E3): real threads, real transactions."""

from __future__ import annotations

import os
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import translation

from keyuan.customers.models import Customer
from keyuan.leads.models import Lead
from keyuan.org.models import User
from keyuan.pools.claiming import assign, claim, for_each
from keyuan.records.errors import RuleBroken
from tests.make import make_department, make_pool, make_pooled, make_pooled_lead, make_role, make_user

FULL = bool(os.environ.get("KEYUAN_TRIAL"))
PEOPLE, QUOTA, RECORDS, CLAIMS = (40, 20, 1000, 10_000) if FULL else (8, 5, 60, 240)
THREADS = min(PEOPLE, 24)


@pytest.mark.django_db(transaction=True)
def test_everybody_gets_their_quota_and_no_record_goes_twice():
    department = make_department()
    role = make_role("claims", customer={"view": "own", "claim": "own"})
    people = [make_user(f"seller{number}", role, department=department) for number in range(PEOPLE)]
    pool = make_pool("customer", department, claims=QUOTA)
    boss = make_user("boss", make_role(customer={"view": "all", "create": "all"}))
    records = [make_pooled(pool, by=boss).pk for _number in range(RECORDS)]
    asked = [(people[number % PEOPLE].pk, random.choice(records)) for number in range(CLAIMS)]

    def one(who: int, which: int) -> str:
        try:
            with translation.override("en"):
                claim(Customer.rows.get(pk=which), by=User.objects.get(pk=who))
        except RuleBroken as refusal:
            return str(refusal)
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(THREADS) as threads:
        said = list(threads.map(lambda pair: one(*pair), asked))

    taken = Counter(Customer.rows.filter(pool=None).exclude(owner=boss).values_list("owner_id", flat=True))
    assert sum(taken.values()) == said.count("")
    assert max(taken.values()) <= QUOTA
    assert all("faster" in one or "limit" in one for one in said if one)
    assert not FULL or (set(taken.values()) == {QUOTA} and len(taken) == PEOPLE)
    assert said.count("") == PEOPLE * QUOTA or Customer.rows.filter(pool=pool).count() < RECORDS


@pytest.mark.django_db(transaction=True)
def test_two_who_claim_the_same_many_at_once_share_them_without_waiting_for_each_other():
    department = make_department()
    role = make_role("claims", lead={"view": "own", "claim": "own"})
    people = [make_user(f"seller{number}", role, department=department) for number in range(4)]
    pool = make_pool("lead", department)
    boss = make_user("boss", make_role(lead={"view": "all", "create": "all"}))
    pks = [make_pooled_lead(pool, by=boss).pk for _number in range(12)]

    def all_of_them(who: int) -> int:
        try:
            records = list(Lead.rows.filter(pk__in=pks).order_by("pk"))
            return len(for_each(records, claim, "lead.claimed", by=User.objects.get(pk=who)).done)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(people)) as threads:
        numbers = list(threads.map(all_of_them, [one.pk for one in people]))

    assert sum(numbers) == len(pks)
    assert Lead.rows.filter(pool=None).exclude(owner=None).count() == len(pks)


@pytest.mark.django_db(transaction=True)
def test_who_claims_and_who_assigns_at_once_never_both_get_it():
    role = make_role("claims", customer={"view": "own", "claim": "own", "assign": "own"})
    seller, head, to = (make_user(name, role) for name in ("seller", "head", "to"))
    pool = make_pool("customer", seller, managers=[head])
    boss = make_user("boss", make_role(customer={"view": "all", "create": "all"}))
    for _round in range(6):
        record = make_pooled(pool, by=boss)

        def one(verb: str, pk: int = record.pk) -> bool:
            try:
                customer = Customer.rows.get(pk=pk)
                if verb == "claim":
                    claim(customer, by=User.objects.get(pk=seller.pk))
                else:
                    assign(customer, User.objects.get(pk=to.pk), by=User.objects.get(pk=head.pk))
                return True
            except RuleBroken:
                return False
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as threads:
            assert sorted(threads.map(one, ["claim", "assign"])) == [False, True]
