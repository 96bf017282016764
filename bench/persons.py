"""The three who look at the data, signed in, and what they look for."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from bench.people import PERSONS
from bench.words import MIDDLE, RARE
from keyuan.customers.models import Customer
from keyuan.org.models import User
from keyuan.org.tokens import issue
from keyuan.records.names import company_core
from keyuan.records.text import pinyin_forms

COMMON = ("机械", "电子", "贸易", "物流", "环保", "建筑", "新能")
"""Each stands in 3 to 7 of a hundred names."""

Node = dict[str, Any]


@dataclass
class Person:
    """One of the three.

    Attributes:
        role: salesperson, manager or director.
    """

    role: str
    user: User

    @cached_property
    def session(self) -> str:
        """The key of a fresh session, as signing in makes one."""
        store = import_module(settings.SESSION_ENGINE).SessionStore()
        store[SESSION_KEY] = str(self.user.pk)
        store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        store[HASH_SESSION_KEY] = self.user.get_session_auth_hash()
        store.create()
        return str(store.session_key)

    @cached_property
    def token(self) -> str:
        return issue(self.user, "read", 1, "bench")

    @cached_property
    def customers(self) -> list[Customer]:
        """Some of the customers this person sees, from all over the list."""
        seen = Customer.objects.visible_to(self.user)
        pks = list(seen.order_by("-updated_at").values_list("pk", flat=True)[:20_000])
        drawn = random.Random(5).sample(pks, min(300, len(pks)))
        return list(seen.filter(pk__in=drawn).order_by("?"))

    @cached_property
    def owner(self) -> User:
        """Somebody whose customers this person sees."""
        people = User.objects.filter(username__regex="^s[0-9]").order_by("pk")
        if self.role == "salesperson":
            return self.user
        return people.filter(superior=self.user)[1] if self.role == "manager" else people[7]

    # Addresses, each time another one

    def searches(self, words: tuple[str, ...] | list[str]) -> list[str]:
        return [asked(q=word) for word in words]

    @cached_property
    def rare(self) -> list[str]:
        return self.searches(RARE)

    @cached_property
    def middle(self) -> list[str]:
        return self.searches(MIDDLE)

    @cached_property
    def common(self) -> list[str]:
        return self.searches(COMMON)

    @cached_property
    def digits(self) -> list[str]:
        return self.searches([f"{number:04}" for number in random.Random(9).sample(range(10_000), 25)])

    @cached_property
    def initials(self) -> list[str]:
        """The first four initials of names without their place."""
        forms = [pinyin_forms(company_core(customer.name)) for customer in self.customers[:25]]
        return self.searches([form[1][:4] for form in forms if len(form) > 1])

    @cached_property
    def four_conditions(self) -> list[str]:
        """Industry, region, owner and time of creation."""
        return [
            asked(
                filter=both(
                    {"field": "industry", "op": "under", "value": industry},
                    {"field": "region", "op": "under", "value": region},
                    {"field": "owner", "op": "=", "value": self.owner.username},
                    {"field": "created_at", "op": "within", "value": "1y"},
                )
            )
            for industry in ("C34", "C26", "I", "F", "C")
            for region in ("330000", "320000", "440000", "610000")
        ]

    @cached_property
    def related(self) -> list[str]:
        """Tags, and a contact of a certain kind."""
        decider = {"field": "roles", "op": "any", "value": ["decision_maker"]}
        return [
            asked(
                filter=both(
                    {"field": "tags", "op": "any", "value": [tag]},
                    {"field": "contacts", "op": "some", "value": decider},
                )
            )
            for tag in ("高价值", "重点关注", "展会客户", "上市公司", "外资")
        ]


def both(*nodes: Node) -> Node:
    return {"and": list(nodes)}


def asked(**params: Any) -> str:
    """The address of a customer list."""
    node = params.pop("filter", None)
    if node:
        params["filter"] = json.dumps(node, ensure_ascii=False)
    return f"/customers/?{urlencode(params)}" if params else "/customers/"


def persons() -> list[Person]:
    return [Person(role, User.objects.get(username=name)) for role, name in PERSONS.items()]
