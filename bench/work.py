"""The measured work: what is asked, by whom, and how fast it should be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from bench.client import Answer, Client
from bench.persons import Person, asked

Ask = Callable[[Client], Answer]
HTMX = {"HX-Request": "true"}


@dataclass(frozen=True)
class Work:
    """One row of the table.

    Attributes:
        median, p95: targets in milliseconds; None where there is none.
        asks: from a person to what is sent, again and again.
    """

    name: str
    median: float | None
    p95: float | None
    asks: Callable[[Person], Iterator[Ask]]


def pages(*addresses: str) -> Callable[[Person], Iterator[Ask]]:
    return lambda person: got(addresses)


def of(name: str) -> Callable[[Person], Iterator[Ask]]:
    """The addresses that a person has under this name."""
    return lambda person: got(getattr(person, name))


def got(addresses: Any, **headers: str) -> Iterator[Ask]:
    for address in cycle(addresses):
        yield lambda client, address=address: client.get(address, **headers)


def opened(person: Person) -> Iterator[Ask]:
    return got([f"/customers/{customer.pk}/" for customer in person.customers])


def histories(person: Person) -> Iterator[Ask]:
    return got([f"/activities/of/customer/{customer.pk}/" for customer in person.customers], **HTMX)


def saved(person: Person) -> Iterator[Ask]:
    """One field edited in place, another record each time."""
    for number, customer in enumerate(cycle(person.customers)):
        form = {"version": customer.version, "address": f"{customer.address[:40]} {number % 90 + 10}室"}
        customer.version += 1
        customer.refresh_from_db(fields=["version"])
        form["version"] = customer.version
        yield lambda client, pk=customer.pk, form=form: client.post(f"/customers/{pk}/fields/address/", form)


def counted(person: Person) -> Iterator[Ask]:
    addresses = ["/customers/count/", "/customers/count/?view=quiet", "/customers/count/?view=due"]
    return got(addresses, **HTMX)


def side(person: Person) -> Iterator[Ask]:
    return got(["/frame/side/?at=/customers/"], **HTMX)


def api(person: Person) -> Iterator[Ask]:
    addresses = ["/api/v1/customers", "/api/v1/customers?sort=-created_at", "/api/v1/customers?limit=50&sort=name"]
    for address in cycle(addresses):
        yield lambda client, address=address: client.get(address)


WORKS = (
    Work("bare page (signed in, no rows)", None, None, pages("/account/")),
    Work("list, first page", 25, 50, pages(asked())),
    Work("list, newest first", 25, 50, pages(asked(sort="-created_at"))),
    Work("list, by name", 25, 50, pages(asked(sort="name"), asked(sort="-name"))),
    Work("list, by last follow-up", 25, 50, pages(asked(sort="last_followed_at"), asked(sort="-last_followed_at"))),
    Work("list, page 500", None, 60, pages(asked(page=500))),
    Work("list, quiet for 30 days", None, 60, pages(asked(view="quiet"))),
    Work("search, 2 characters, 1 of 10,000 rows", None, 50, of("rare")),
    Work("search, 2 characters, 1 of 200 rows", None, 50, of("middle")),
    Work("search, 2 characters, 3-6 % of the rows", None, 150, of("common")),
    Work("search, 4 digits of a phone", None, 90, of("digits")),
    Work("search, 4 pinyin initials", None, 50, of("initials")),
    Work("filter industry + region + owner + created", None, 70, of("four_conditions")),
    Work("filter tags + contacts some", None, 70, of("related")),
    Work("open a record", None, 60, opened),
    Work("its time line (fragment)", None, 60, histories),
    Work("save a record", None, 50, saved),
    Work("total of a list (fragment)", None, 350, counted),
    Work("side menu with counts (fragment)", None, None, side),
    Work("API list, 50 rows with count", None, None, api),
)
