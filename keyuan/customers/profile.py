"""The profile of the customers a person sees (C15): how they spread over classes, industries, regions and the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F
from django.db.models.functions import Left
from django.utils.translation import gettext as _

from keyuan.customers.fields import CUSTOMER
from keyuan.org.models import User
from keyuan.records.listing import Listing
from keyuan.records.namebook import NameBook
from keyuan.records.query import Node
from keyuan.records.reference import regions

CHOICES = ("category", "level", "size", "source")
NAMES = ("category", "industry", "region", "size", "level", "source", "relationship")


@dataclass(frozen=True)
class Slice:
    """One part of a distribution, with the filter that lists exactly its customers."""

    label: str
    number: int
    node: Node
    is_blank: bool = False


@dataclass(frozen=True)
class Distribution:
    """How the customers spread over one field; the slices add up to `total`."""

    name: str
    label: Any
    slices: list[Slice]
    total: int


def profile(user: User, book: NameBook, node: Node | None = None, by_division: bool = False) -> list[Distribution]:
    """The distributions of the customers that `user` may see; blanks are a slice of their own.

    Args:
        by_division: industries by their divisions, the second level, instead of their sections.
    """
    rows = Listing(CUSTOMER, user, node=node, book=book).rows.order_by()
    seen = CUSTOMER.visible_fields(user)
    return [distribution(name, rows, book, by_division) for name in NAMES if name in seen]


def distribution(name: str, rows: Any, book: NameBook, by_division: bool = False) -> Distribution:
    """Count `rows` by one field: industries by section or division, regions by province."""
    counted = rows.annotate(slice=_key(name, by_division)).values_list("slice").annotate(Count("pk"))
    slices = [_slice(name, value, number, book, by_division) for value, number in counted]
    slices.sort(key=lambda one: (one.is_blank, -one.number))
    return Distribution(name, CUSTOMER.fields[name].label, slices, sum(one.number for one in slices))


def _key(name: str, by_division: bool) -> Any:
    if name == "industry":
        return Left("industry", 3 if by_division else 1)
    if name == "region":
        return Left("region", 2)
    return F(f"{name}_id" if name in CHOICES else name)


def _slice(name: str, value: Any, number: int, book: NameBook, by_division: bool) -> Slice:
    if value in (None, ""):
        return Slice(_("Not filled in"), number, {"field": name, "op": "empty"}, is_blank=True)
    if name == "industry":
        section_only = by_division and len(value) == 1
        op = "=" if section_only else "under"
        return Slice(CUSTOMER.fields[name].kind.plain(value, book), number, {"field": name, "op": op, "value": value})
    if name == "region":
        code = f"{value}0000"
        return Slice(regions.label(code), number, {"field": name, "op": "under", "value": code})
    if name in CHOICES:
        option = book.option(value)
        return Slice(str(option), number, {"field": name, "op": "=", "value": getattr(option, "key", "")})
    return Slice(CUSTOMER.fields[name].kind.plain(value, book), number, {"field": name, "op": "=", "value": value})
