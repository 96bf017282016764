"""The world of the field rights: every limitable field of one customer and contact holds a word of its own."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django.db import transaction
from pytest_django import DjangoDbBlocker

from keyuan.customers.fields import CUSTOMER
from keyuan.records.listing import Listing
from keyuan.records.models import Option
from tests.access import Caller
from tests.world import make_world

WORDS = ("short_name", "address", "notes", "legal_representative", "registered_address", "business_scope")
CHOSEN = ("size", "source", "level", "company_type", "registration_status")
CONTACT_WORDS = ("title", "wechat", "preferences", "concerns", "notes")
NUMBERS = ("13912345678", "13987654321", "0574-87651234")
SECRETS = {
    "hidden": [*(f"qzf{name}" for name in (*WORDS, *CHOSEN, *CONTACT_WORDS, "former", "site", "mail"))],
    "numbers": [*NUMBERS, "139 1234 5678", "139 8765 4321", "8765 1234", "91330200144052222G"],
    "sums": ["918273645", "918,273,645"],
    "days": ["1987-06-05", "1983-02-01"],
}


@contextmanager
def limited_world(blocker: DjangoDbBlocker) -> Iterator[SimpleNamespace]:
    """The world of the access matrix with these words in it; whatever happens inside is taken back."""
    with blocker.unblock(), transaction.atomic():
        world = make_world()
        fill(world)
        yield world
        transaction.set_rollback(True)


def fill(world: SimpleNamespace) -> None:
    """Every limitable field of Anna's customer and contact holds a word that stands nowhere else."""
    records, by = world.records["anna"], world.people["anna"]
    options = {name: Option.objects.create(list=name, key=f"qzf{name}", name=f"qzf{name}") for name in CHOSEN}
    records.customer = records.customer.edit(
        by=by,
        **{name: f"qzf{name}" for name in WORDS},
        **options,
        former_names=["qzfformer"],
        website="https://qzfsite.example",
        email="qzfmail@x.example",
        phone=";".join(NUMBERS[:1]),
        uscc="91330200144052222G",
        registered_capital=Decimal("918273645"),
        founded_on=datetime.date(1987, 6, 5),
    )
    records.contact = records.contact.edit(
        by=by,
        **{name: f"qzf{name}" for name in CONTACT_WORDS},
        mobile=NUMBERS[1],
        phone=NUMBERS[2],
        email="qzfmail@y.example",
        birthday=datetime.date(1983, 2, 1),
    )


LONG = ("notes", "business_scope", "site", "former", "preferences", "concerns")
TOLD_WHOLE = {f"qzf{name}" for name in (*LONG, *CHOSEN)}
"""What can be hidden but not masked: choices, days, long texts, web addresses."""


def forbidden(person: str) -> list[str]:
    """What this person may never be told."""
    if person == "blind":
        return [word for words in SECRETS.values() for word in words]
    return [word for word in SECRETS["hidden"] if word not in TOLD_WHOLE] + SECRETS["numbers"]


def ask(world: SimpleNamespace, person: str, path: str, **data: Any) -> Any:
    return Caller(world, person).call("GET", path, data)


def found(world: SimpleNamespace, person: str, q: str, catalogue: Any = CUSTOMER) -> set[int]:
    listing = Listing(catalogue, world.people[person], q=q)
    return set(listing.page(1, 50).pks) if listing.count().number else set()
