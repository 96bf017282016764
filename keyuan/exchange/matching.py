"""Duplicates for many rows at once: against what is there, and within the file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from keyuan.customers.duplicates import SIMILAR
from keyuan.customers.levels import OFF, Levels
from keyuan.customers.models import Contact, Customer
from keyuan.exchange.drafts import Draft, numbers
from keyuan.leads.models import Lead
from keyuan.records.adding import as_json
from keyuan.records.cleaners.phone import key as phone_key
from keyuan.records.cleaners.website import domain_key
from keyuan.records.keys import Key
from keyuan.records.names import company_core, company_key, short_name_key, similarity

BLOCKING = ("name", "uscc")
NAMED_AT_ONCE = 3
"""Of the rows or customers that are similar to one, so many are looked at."""

_LIKE = """
    SELECT d.kind, d.key, d.record_type, d.record_id
    FROM jsonb_each(%s::jsonb) AS wanted(kind, keys)
    CROSS JOIN jsonb_array_elements_text(wanted.keys) AS given(key)
    CROSS JOIN LATERAL (
        SELECT * FROM duplicate_key k
        WHERE k.kind = wanted.kind AND k.key = given.key AND k.live AND (k.record_type = 'lead') = %s
        LIMIT %s
    ) d
"""
_HELD = """
    SELECT k.kind, k.key, k.record_id
    FROM jsonb_each(%s::jsonb) AS wanted(kind, keys)
    CROSS JOIN jsonb_array_elements_text(wanted.keys) AS given(key)
    JOIN duplicate_key k ON k.kind = wanted.kind AND k.key = given.key
    WHERE k.live AND k.blocks AND k.record_type = 'customer'
"""

Place = tuple[str, str]
"""Kind and key."""


def keys_of(draft: Draft, levels: Levels) -> list[Key]:
    """The duplicate keys that the customer of this row would have, as `customer_keys` makes them."""
    values = draft.values
    keys = [Key("name", company_key(draft.name), blocks=True)]
    if "uscc" in values:
        keys.append(Key("uscc", values["uscc"], blocks=True))
    keys.append(Key("core", company_core(draft.name)))
    keys += [Key("name", company_key(name)) for name in values.get("former_names", ())]
    if "short_name" in values:
        keys.append(Key("short", short_name_key(values["short_name"])))
    keys += [Key("phone", phone_key(number)) for number in numbers(values.get("phone", ""))]
    for name in ("website", "email"):
        if name in values and (domain := domain_key(values[name])):
            keys.append(Key("domain", domain))
    keys = [key for key in dict.fromkeys(keys) if key.key]
    return [*keys, *levels.raised("customer", keys)]


@dataclass
class Known:
    """What the database has for the keys of a chunk of rows.

    Attributes:
        same: the living customers that hold a blocking key.
        similar: customers by any key, those of contacts included.
        customers: all of them by id, with their owners.
        leads: leads by any key; a row is never joined with one.
        names: what these leads are called, by id.
    """

    same: dict[Place, set[int]] = field(default_factory=lambda: defaultdict(set))
    similar: dict[Place, set[int]] = field(default_factory=lambda: defaultdict(set))
    customers: dict[int, Customer] = field(default_factory=dict)
    leads: dict[Place, set[int]] = field(default_factory=lambda: defaultdict(set))
    names: dict[int, str] = field(default_factory=dict)


def places(drafts: Iterable[Draft]) -> tuple[set[Place], set[Place]]:
    """The keys of rows: those that block, and those that only warn."""
    same: set[Place] = set()
    similar: set[Place] = set()
    for draft in drafts:
        same.update([(kind, key[:300]) for kind, key, blocks in draft.keys if blocks])
        similar.update([(kind, key) for kind, key, _blocks in draft.similar])
    return same, similar


def look_up(same: set[Place], similar: set[Place]) -> Known:
    """Read, in a fixed number of queries, what these keys meet."""
    known = Known()
    _read(known, same, similar)
    return known


def look_again(known: Known, same: set[Place], similar: set[Place]) -> None:
    """Read once more what these keys meet, because they have been written since."""
    for found, asked in ((known.same, same), (known.similar, similar), (known.leads, similar)):
        for place in asked:
            found.pop(place, None)
    _read(known, same, similar)


def _read(known: Known, same: set[Place], similar: set[Place]) -> None:
    for kind, key, record_id in _ask(_HELD, same):
        known.same[kind, key].add(record_id)
    _look_for_similar(similar, known)
    pks = {pk for found in (known.same, known.similar) for held in found.values() for pk in held}
    pks -= known.customers.keys()
    if pks:
        rows = Customer.objects.unscoped(reason="the duplicate check names owners to everybody").living()
        known.customers |= rows.select_related("owner").in_bulk(list(pks))


def _ask(statement: str, wanted: set[Place], *more: Any) -> list[tuple[Any, ...]]:
    if not wanted:
        return []
    keys: dict[str, list[str]] = defaultdict(list)
    for kind, key in wanted:
        keys[kind].append(key)
    with connection.cursor() as cursor:
        cursor.execute(statement, [as_json(keys), *more])
        return cursor.fetchall()


def _look_for_similar(asked: set[Place], known: Known) -> None:
    holders = _ask(_LIKE, asked, False, NAMED_AT_ONCE)
    contacts = [pk for _kind, _key, record_type, pk in holders if record_type == "contact"]
    rows = Contact.objects.unscoped(reason="the duplicate check names owners to everybody")
    owners = dict(rows.filter(pk__in=contacts).values_list("pk", "customer_id")) if contacts else {}
    _meet_leads(asked, known)
    for kind, key, record_type, pk in holders:
        customer = owners.get(pk) if record_type == "contact" else pk
        if customer:
            known.similar[kind, key].add(customer)


def _meet_leads(asked: set[Place], known: Known) -> None:
    for kind, key, _module, pk in _ask(_LIKE, asked, True, NAMED_AT_ONCE):
        known.leads[kind, key].add(pk)
    new = {pk for held in known.leads.values() for pk in held} - known.names.keys()
    if new:
        rows = Lead.objects.unscoped(reason="the duplicate check names owners to everybody").living()
        known.names |= {lead.pk: lead.heading for lead in rows.filter(pk__in=new)}


def similar_keys(draft: Draft, levels: Levels) -> list[Key]:
    """The keys that only warn: name without place and suffix, short and former names, phones, domain, unless they
    are switched off for customers."""
    found = [key for key in draft.keys if not key.blocks]
    for person in draft.people:
        found += person.keys
    core = next((key.key for key in draft.keys if key.kind == "core"), "")
    if core:
        found += [Key("short", core), Key("name", core)]
    if draft.name:
        found.append(Key("name", company_key(draft.name)))
    told = [key for key in found if levels.of("customer", key.kind) != OFF]
    return list(dict.fromkeys(key if len(key.key) <= 300 else Key(key.kind, key.key[:300]) for key in told))


@dataclass(slots=True)
class Earlier:
    """A row of the file that came before, as far as later rows need it."""

    number: int
    name: str
    filled: set[str]
    people: list[tuple[str, str]]
    draft: Draft | None = None


class Seen:
    """The rows of the file that became customers, by their keys."""

    def __init__(self) -> None:
        self.same: dict[Place, Earlier] = {}
        self.similar: dict[Place, Earlier] = {}

    def first(self, draft: Draft) -> Earlier | None:
        """The earlier row with the same name or credit code."""
        return next(
            (self.same[key.kind, key.key] for key in draft.keys if key.blocks and (key.kind, key.key) in self.same),
            None,
        )

    def add(self, draft: Draft, *, keep: bool) -> Earlier:
        """Remember a row; `keep` where later rows will be joined to its draft itself."""
        people = [(person.values["name"], person.values.get("mobile", "")) for person in draft.people]
        earlier = Earlier(draft.number, draft.name, set(draft.values), people, draft if keep else None)
        for key in draft.keys:
            if key.blocks:
                self.same[key.kind, key.key] = earlier
            else:
                self.similar.setdefault((key.kind, key.key), earlier)
        for person in draft.people:
            for key in person.keys:
                self.similar.setdefault((key.kind, key.key), earlier)
        return earlier


def warn_of_similar(draft: Draft, known: Known, seen: Seen) -> set[int]:
    """Say what this row is similar to, in the database and in the file; the ids of those customers."""
    met: set[int] = set()
    for key in draft.similar:
        for pk in sorted(known.similar.get((key.kind, key.key), ())):
            if pk not in met and pk in known.customers and _warn(draft, key, known.customers[pk].name, pk, 0):
                met.add(pk)
    _warn_of_leads(draft, known)
    rows: set[int] = set()
    for key in draft.similar:
        earlier = seen.similar.get((key.kind, key.key))
        if earlier and earlier.number not in rows and _warn(draft, key, earlier.name, None, earlier.number):
            rows.add(earlier.number)
    return met


def _warn_of_leads(draft: Draft, known: Known) -> None:
    met: set[int] = set()
    for key in draft.similar:
        for pk in sorted(known.leads.get((key.kind, key.key), ())):
            if pk not in met and pk in known.names:
                name = _("the lead %(name)s") % {"name": known.names[pk]}
                if key.kind in ("phone", "domain") or similarity(draft.name, known.names[pk]) >= SIMILAR:
                    _warn(draft, key, name, None, 0)
                    met.add(pk)


def _warn(draft: Draft, key: Key, name: str, pk: int | None, number: int) -> bool:
    """Say it; False for names that are alike, but of companies in two different places."""
    if key.kind == "phone":
        reason, text = "similar:phone", _("Same phone as “%(name)s”") % {"name": name}
    elif key.kind == "domain":
        reason, text = "similar:domain", _("Same domain as “%(name)s”") % {"name": name}
    else:
        likeness = similarity(draft.name, name)
        if likeness < SIMILAR and key.kind == "core":
            return False
        words = {"name": name, "percent": round(likeness * 100)}
        reason, text = "similar:name", _("%(percent)d%% similar to “%(name)s”") % words
    if number:
        text = _("%(text)s in row %(number)d") % {"text": text, "number": number}
    draft.warn(reason, text, draft.name_column, draft.name, pk)
    return True


def same_customers(draft: Draft, known: Known) -> list[int]:
    """The living customers with the same name or credit code."""
    found: Iterable[int] = [
        pk for key in draft.keys if key.blocks for pk in sorted(known.same.get((key.kind, key.key[:300]), ()))
    ]
    return list(dict.fromkeys(found))
