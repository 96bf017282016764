"""Many who claim at the same moment (E3): real threads, real transactions."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import translation

from keyuan.customers.models import Customer
from keyuan.org.models import User
from keyuan.pools.claiming import claim
from keyuan.records.errors import RuleBroken
from tests.make import make_department, make_pool, make_pooled, make_role, make_user

PEOPLE, QUOTA, RECORDS, CLAIMS = 8, 5, 60, 240


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

    with ThreadPoolExecutor(PEOPLE) as threads:
        said = list(threads.map(lambda pair: one(*pair), asked))

    taken = Counter(Customer.rows.filter(pool=None).exclude(owner=boss).values_list("owner_id", flat=True))
    assert sum(taken.values()) == said.count("")
    assert max(taken.values()) <= QUOTA
    assert all("faster" in one or "limit" in one for one in said if one)
    assert said.count("") == PEOPLE * QUOTA or Customer.rows.filter(pool=pool).count() < RECORDS
