"""What goes where when a lead is converted: one table, shown in the dialog and in docs/conversion.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps

EMPTY: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True)
class Way:
    """One field of a lead and the field that gets its value.

    Attributes:
        target: the module of the record that gets it.
        lonely: only where no contact comes of the lead.
    """

    source: str
    target: str
    field: str
    lonely: bool = False


WAYS = (
    Way("company", "customer", "name"),
    Way("name", "customer", "name"),
    Way("industry", "customer", "industry"),
    Way("region", "customer", "region"),
    Way("address", "customer", "address"),
    Way("phone", "customer", "phone"),
    Way("mobile", "customer", "phone", lonely=True),
    Way("email", "customer", "email"),
    Way("source", "customer", "source"),
    Way("campaign", "customer", "campaign"),
    Way("notes", "customer", "notes"),
    Way("tags", "customer", "tags"),
    Way("name", "contact", "name"),
    Way("title", "contact", "title"),
    Way("mobile", "contact", "mobile"),
    Way("phone", "contact", "phone"),
    Way("email", "contact", "email"),
    Way("wechat", "contact", "wechat"),
    Way("requirement", "contact", "concerns"),
    Way("source", "opportunity", "source"),
    Way("campaign", "opportunity", "campaign"),
    Way("requirement", "opportunity", "notes"),
)
"""Of several ways to one field the first that carries something counts. What already stands there stays."""
MODELS = {"customer": "Customer", "contact": "Contact", "opportunity": "Opportunity"}
ELSEWHERE = {"tags"}
"""Tags are joined with those that are there."""


def ways_to(target: str, *, with_contact: bool = True) -> Iterator[Way]:
    """The ways to one type of record, of the fields that both have."""
    ours, theirs = fields_of("Lead"), fields_of(MODELS[target])
    for way in WAYS:
        known = way.source in ours and way.field in theirs
        if way.target == target and known and not (way.lonely and with_contact):
            yield way


def fields_of(model: str) -> set[str]:
    return {one.name for one in apps.get_model("keyuan", model)._meta.get_fields()}


def values_for(target: str, lead: Any, *, with_contact: bool = True) -> dict[str, Any]:
    """What a new record of this type begins with, by field."""
    values: dict[str, Any] = {}
    for way in ways_to(target, with_contact=with_contact):
        value = getattr(lead, way.source) if way.field not in ELSEWHERE else None
        if value not in EMPTY:
            values.setdefault(way.field, value)
    if lead.custom and target == "customer":
        values["custom"] = dict(lead.custom)
    return values


def blanks_of(record: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """What of these values a record that exists has no value for yet; own fields by the same name and kind."""
    blanks = {name: value for name, value in values.items() if getattr(record, name) in EMPTY and name != "custom"}
    more = {name: value for name, value in values.get("custom", {}).items() if _takes(record.custom.get(name), value)}
    return blanks | ({"custom": record.custom | more} if more else {})


def _takes(held: Any, value: Any) -> bool:
    """Whether a field that holds `held` gets `value`: it is empty, and never held another kind of value."""
    return held in EMPTY and value not in EMPTY and (held is None or type(held) is type(value))
