"""The plans of the list's queries: three persons, every indexed sort, every filter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.db import OperationalError, connection

from bench.persons import COMMON, Person, persons
from bench.words import MIDDLE, RARE
from keyuan.customers.fields import CUSTOMER
from keyuan.records.listing import Listing

SLOW = 20
"""Milliseconds from which the whole plan is printed."""

SORTS = [f"{sign}{field.name}" for field in CUSTOMER.fields.values() if field.sort for sign in ("-", "")]
DAYS = {"field": "created_at", "op": "within", "value": "1y"}


def filters(person: Person) -> dict[str, Any]:
    """Filters by name, as nodes; searches as text."""
    tags = {"field": "tags", "op": "any", "value": ["高价值"]}
    role = {"field": "roles", "op": "any", "value": ["decision_maker"]}
    deciders = {"field": "contacts", "op": "some", "value": role}
    industry = {"field": "industry", "op": "under", "value": "C34"}
    region = {"field": "region", "op": "under", "value": "330000"}
    owner = {"field": "owner", "op": "=", "value": person.owner.username}
    old = {"not": {"field": "last_followed_at", "op": "within", "value": "30d"}}
    return {
        "everything": None,
        "industry": industry,
        "region": region,
        "region and industry": {"and": [industry, region]},
        "four conditions": {"and": [industry, region, owner, DAYS]},
        "tags": tags,
        "tags and contacts": {"and": [tags, deciders]},
        "tags or industry": {"or": [tags, industry]},
        "no contacts": {"field": "contacts", "op": "no"},
        "level A": {"field": "level", "op": "=", "value": "A"},
        "not followed": old,
        "mine": {"field": "owner", "op": "me"},
        "my department": {"field": "department", "op": "my-department"},
        "search, common": COMMON[0],
        "search, middle": MIDDLE[0],
        "search, rare": RARE[0],
    }


def explain(only: str) -> None:
    """Print one line per query, and the plan of each slow one."""
    words = [word for word in only.split(",") if word]
    for person in persons():
        for name, rows in queries(person):
            told = f"{person.role} · {name}"
            if not words or all(word in told for word in words):
                _print(told, rows)


def queries(person: Person) -> Iterator[tuple[str, Any]]:
    for name, asked in filters(person).items():
        given = {"q": asked} if isinstance(asked, str) else {"node": asked}
        for sort in SORTS:
            listing = Listing(CUSTOMER, person.user, sort=sort, **given)
            yield f"{name} · {sort}", listing.ordered().values_list("pk")[:51]
        counted = Listing(CUSTOMER, person.user, **given).rows.order_by()
        yield f"{name} · count", counted.values_list("pk")[:10_001]
        yield f"{name} · page 500", Listing(CUSTOMER, person.user, **given).ordered().values_list("pk")[24_950:25_001]


def _print(name: str, rows: Any) -> None:
    try:
        rows.exists()  # what is read for the first time is not what is asked
        plan = rows.explain(analyze=True, buffers=True)
    except OperationalError as error:
        connection.close()
        print(f"{name:70} {str(error).strip()}")
        return
    found = re.search(r"Execution Time: ([\d.]+)", plan)
    time = float(found[1]) if found else 0.0
    walked = " + ".join(dict.fromkeys(re.findall(r"(?:Scan|Scan Backward) (?:using|on) (\w+)", plan)))
    print(f"{name:70} {time:8.1f} ms  {walked}", flush=True)
    if time >= SLOW:
        print("    " + plan.replace("\n", "\n    "))
