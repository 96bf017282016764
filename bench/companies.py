"""Invented companies and their contacts, each with what follows from it by the product's own functions.

Nobody can be reached by what stands here: mobile numbers begin with 154, which is not given out, local numbers with
a 0, which none does, and mail goes to `.example`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache, lru_cache
from random import Random
from types import SimpleNamespace
from typing import Any

from stdnum.cn import uscc

from bench.people import World, person_name
from bench.words import CORES, MIDDLE, NOTES, RARE, ROADS, SUFFIXES, TITLES, TRADES
from keyuan.customers.models import Contact, Customer, deriving
from keyuan.exchange.shapes import blank_row
from keyuan.records.cleaners.area_codes import EIGHT
from keyuan.records.reference import industries, regions
from keyuan.records.search_text import Kind
from keyuan.records.text import pinyin_forms

YEARS = 3
CONTACTS = (1, 2, 3, 4, 5, 3, 2, 4, 3, 3)
"""How many contacts ten customers in a row have."""

_BEFORE = tuple(sum(CONTACTS[:place]) for place in range(len(CONTACTS)))
_AREAS = sorted(EIGHT)
_CATEGORY_SHARES, _LEVEL_SHARES = (55, 25, 14, 6), (10, 30, 60)

# The names of people come again and again.
deriving.pinyin_forms = lru_cache(100_000)(pinyin_forms)


@cache
def cities() -> tuple[list[Any], list[float]]:
    """Cities and provinces without cities, with how often each occurs: a few often, most now and then."""
    found = [city for root in regions.roots()[:31] for city in (regions.children(root.code) or ())]
    Random(3).shuffle(found)
    return found, [1 / (place + 8) for place in range(len(found))]


@cache
def branches() -> tuple[list[str], list[float]]:
    """Industries of the second to the fourth level, with how often each occurs."""
    found = [child.code for root in industries.roots() for child in industries.children(root.code)]
    deeper = [child.code for code in found for child in industries.children(code)]
    weights = [(6 if code.startswith("C") else 2) / (place % 17 + 1) for place, code in enumerate([*found, *deeper])]
    return [*found, *deeper], weights


@cache
def _cores() -> tuple[list[str], list[float]]:
    words = [*RARE, *MIDDLE, *CORES]
    shares = [1 / (place + 40) for place in range(len(CORES))]
    rest = 100 - 0.01 * len(RARE) - 0.5 * len(MIDDLE)
    scale = rest / sum(shares)
    return words, [*[0.01] * len(RARE), *[0.5] * len(MIDDLE), *(share * scale for share in shares)]


def company_names(count: int, seed: int) -> Iterator[tuple[str, str, str]]:
    """So many different names: (name, short name, code of the city)."""
    rng, seen = Random(seed), set()
    while len(seen) < count:
        name, short, code = _company(rng)
        if name not in seen:
            seen.add(name)
            yield name, short, code


def _company(rng: Random) -> tuple[str, str, str]:
    city = _draw(rng, *cities())
    core = _draw(rng, *_cores())
    if rng.random() < 0.6:
        core += rng.choice(CORES) if rng.random() < 0.5 else rng.choice(CORES)[0]
    trade, suffix = _draw(rng, *_pairs(0)), _draw(rng, *_pairs(1))
    place = city.name if rng.random() < 0.5 else city.short_name
    return f"{place}{core}{trade}{suffix}", core + trade[:2] if rng.random() < 0.5 else core, city.code


@cache
def _pairs(which: int) -> tuple[list[str], list[float]]:
    table = (TRADES, SUFFIXES)[which]
    return list(table), list(table.values())


@cache
def _running(weights: tuple[float, ...]) -> list[float]:
    total, sums = 0.0, []
    for weight in weights:
        total += weight
        sums.append(total)
    return sums


def _draw(rng: Random, values: list[Any], weights: list[float]) -> Any:
    return rng.choices(values, cum_weights=_sums(id(weights), weights))[0]


_SUMS: dict[int, list[float]] = {}


def _sums(key: int, weights: list[float]) -> list[float]:
    if key not in _SUMS:
        _SUMS[key] = _running(tuple(weights))
    return _SUMS[key]


def contact_offset(number: int) -> int:
    """How many contacts all customers before this one (from 0) have."""
    return sum(CONTACTS) * (number // len(CONTACTS)) + _BEFORE[number % len(CONTACTS)]


class Maker:
    """Makes the rows of customers by their number.

    Args:
        size: how many customers there are; the first ones are the oldest.
    """

    def __init__(self, world: World, size: int, now: datetime, seed: int) -> None:
        self.world, self.size, self.now, self.rng = world, size, now, Random(seed)
        self.districts = {city.code: regions.children(city.code) for city in cities()[0]}

    def customer(self, number: int, name: str, short: str, city: str) -> dict[str, Any]:
        """The row of one customer."""
        rng, world = self.rng, self.world
        created = self.now - timedelta(days=365 * YEARS) * (1 - number / self.size) - timedelta(minutes=rng.random())
        owner, department = _draw(rng, world.owners, world.shares)
        below = self.districts[city]
        region = rng.choice(below).code if below and rng.random() < 0.8 else city
        domain = f"{(deriving.pinyin_forms(short) or ['', 'kx'])[1][:8]}{number % 5000}.example"
        return blank_row(Customer) | {
            "id": number + 1,
            "name": name,
            "short_name": short if rng.random() < 0.7 else "",
            "category_id": rng.choices(world.options["category"], _CATEGORY_SHARES)[0],
            "level_id": self.maybe(0.8, lambda: rng.choices(world.options["level"], _LEVEL_SHARES)[0]),
            "size_id": self.maybe(0.6, lambda: rng.choice(world.options["size"])),
            "source_id": self.maybe(0.8, lambda: rng.choice(world.options["source"])),
            "industry": _draw(rng, *branches()) if rng.random() < 0.9 else "",
            "region": region if rng.random() < 0.95 else "",
            "phone": self.landline() if rng.random() < 0.6 else "",
            "email": f"info@{domain}" if rng.random() < 0.3 else "",
            "website": f"https://www.{domain}" if rng.random() < 0.4 else "",
            "address": f"{rng.choice(ROADS)}{rng.randint(1, 999)}号" if rng.random() < 0.6 else "",
            "notes": rng.choice(NOTES) if rng.random() < 0.1 else "",
            "uscc": self.code(number, region) if rng.random() < 0.3 else "",
            "legal_representative": person_name(rng) if rng.random() < 0.25 else "",
            "registered_capital": self.maybe(0.25, lambda: rng.choice((50, 100, 500, 1000, 5000)) * 10_000),
            "parent_id": rng.randint(1, number) if number and rng.random() < 0.02 else None,
            "owner_id": owner,
            "department_id": department,
            **self.moments(created, owner),
        }

    def moments(self, created: datetime, owner: int) -> dict[str, Any]:
        rng, until_now = self.rng, self.now - created
        updated = created + until_now * rng.betavariate(2, 1) if rng.random() < 0.6 else created
        followed = created + until_now * rng.betavariate(3, 1) if rng.random() < 0.7 else None
        planned = self.now + timedelta(days=rng.uniform(-10, 60)) if rng.random() < 0.4 else None
        return {
            "created_at": created, "updated_at": updated, "category_since": created, "last_followed_at": followed,
            "next_contact_at": planned, "created_by_id": owner, "updated_by_id": owner,
        }  # fmt: skip

    def maybe(self, chance: float, value: Any) -> Any:
        return value() if self.rng.random() < chance else None

    def landline(self) -> str:
        return f"{self.rng.choice(_AREAS)}-0{self.rng.randrange(10**7):07}"

    def mobile(self) -> str:
        return f"154{self.rng.randrange(10**8):08}"

    @staticmethod
    def code(number: int, region: str) -> str:
        bare = f"91{region}M{number:08}"
        return bare + uscc.calc_check_digit(bare)

    def contacts(self, number: int, customer: dict[str, Any]) -> list[dict[str, Any]]:
        """The rows of its contacts; the first is the primary one."""
        first = contact_offset(number)
        return [self.contact(first + place, place, customer) for place in range(CONTACTS[number % len(CONTACTS)])]

    def contact(self, number: int, place: int, customer: dict[str, Any]) -> dict[str, Any]:
        rng, name = self.rng, person_name(self.rng)
        handle = (deriving.pinyin_forms(name) or ["kx"])[0]
        row = blank_row(Contact) | {
            "id": number + 1,
            "customer_id": customer["id"],
            "person": f"{rng.getrandbits(128):032x}",
            "name": name,
            "title": rng.choice(TITLES) if rng.random() < 0.8 else "",
            "roles": [rng.choice(self.world.options["contact_role"])] if rng.random() < 0.4 else [],
            "mobile": self.mobile() if rng.random() < 0.85 else "",
            "phone": self.landline() if rng.random() < 0.15 else "",
            "email": f"{handle}{number % 1000}@mail.example" if rng.random() < 0.4 else "",
            "wechat": f"{handle}_{number % 10_000}" if rng.random() < 0.2 else "",
            "is_primary": place == 0,
            "has_left": place > 0 and rng.random() < 0.05,
            "sort_name": deriving.sort_name(name),
        }
        return row | {key: customer[key] for key in ("created_at", "updated_at", "created_by_id", "updated_by_id")}

    def tags(self) -> list[tuple[int, str]]:
        return [(pk, name) for pk, name, share in self.world.tags if self.rng.random() * 100 < share]


def customer_search(row: Any, people: list[Any], tags: list[str]) -> list[tuple[int, str, str]]:
    numbers = [row.phone, *(number for one in people for number in (one.mobile, one.phone))]
    return _filled(
        (row.id, Kind.TEXT.value, deriving.customer_text(row, people, tags)),
        (row.id, Kind.PHONE.value, deriving.phone_text(*numbers)),
        (row.id, Kind.EMAIL.value, deriving.lines(row.email, *(one.email for one in people))),
    )


def contact_search(row: Any) -> list[tuple[int, str, str]]:
    return _filled(
        (row.id, Kind.TEXT.value, deriving.contact_text(row)),
        (row.id, Kind.PHONE.value, deriving.phone_text(row.mobile, row.phone)),
        (row.id, Kind.EMAIL.value, deriving.lines(row.email)),
    )


def _filled(*rows: tuple[int, str, str]) -> list[tuple[int, str, str]]:
    return [row for row in rows if row[2]]


def like(row: dict[str, Any]) -> Any:
    """The row as the product's functions read a record."""
    return SimpleNamespace(**row)
