"""The duplicate check (C11): the same or similar customers and leads, also those the person may not see."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from keyuan.customers.levels import OFF, SAME, Levels, levels
from keyuan.customers.models import Contact, Customer, CustomerSearch
from keyuan.org.models import User
from keyuan.org.scopes import FieldRight
from keyuan.records.cleaners import Invalid
from keyuan.records.cleaners.phone import clean_phones, display, masked
from keyuan.records.cleaners.phone import key as phone_key
from keyuan.records.cleaners.website import domain_key
from keyuan.records.grams import query_grams
from keyuan.records.keys import DuplicateKey, Key, holders_of
from keyuan.records.names import company_core, company_key, reasons, similarity
from keyuan.records.search import COMMON, holding, statistics_of
from keyuan.records.search_text import Kind

MOST_HITS = 8
MOST_NUMBERS = 5  # at once: who tries many numbers looks for something else than a duplicate
TELLING = 4
"""So many characters in the middle of a name tell that two may be one; 阿里巴巴 does, 精密 does not."""
SIMILAR = 0.65
"""Names below this likeness of their cores are not shown; 海曙精密机械 and 海曙精工机械 have 0.69."""


@dataclass(frozen=True)
class Given:
    """What somebody has typed so far."""

    name: str = ""
    phone: str = ""
    mobile: str = ""
    uscc: str = ""
    website: str = ""
    email: str = ""

    @classmethod
    def of(cls, values: Any) -> Given:
        """From a mapping of texts, blanks trimmed, at most 300 characters each."""
        return cls(**{name: str(values.get(name) or "").strip()[:300] for name in cls.__dataclass_fields__})

    def keys(self) -> list[Key]:
        keys = [Key("phone", phone_key(number)) for number in self._numbers()]
        if self.name:
            keys += [Key("name", company_key(self.name)), Key("core", company_core(self.name))]
            keys += [Key("short", company_core(self.name))]
        if self.uscc:
            keys.append(Key("uscc", self.uscc.upper()))
        domains = {domain_key(text) for text in (self.website, self.email) if text}
        return keys + [Key("domain", domain) for domain in sorted(filter(None, domains))]

    def _numbers(self) -> list[str]:
        try:
            return clean_phones(";".join(filter(None, (self.mobile, self.phone))))[:MOST_NUMBERS]
        except Invalid:
            return []


@dataclass(frozen=True)
class Source:
    """A record type that the check looks through besides customers and their contacts; rooms above declare theirs.

    Attributes:
        module: of its records and its duplicate keys, none of which blocks.
        label: what one of them is called.
        loaded: the records with these ids, living or deleted, or among these candidates, with owner and pool, in
            one query.
        company: the name of the company behind it; "" for none.
        numbers: its phones in stored form.
        visible: the ids of those that somebody sees.
        address: where its pages lie.
    """

    module: str
    label: Any
    search: Any
    loaded: Callable[[Q], Iterable[Any]]
    company: Callable[[Any], str]
    numbers: Callable[[Any], str]
    visible: Callable[[User, Collection[int]], set[int]]
    address: str


SOURCES: dict[str, Source] = {}
Place = tuple[str, int]
"""Module and id of a record."""


@dataclass
class Hit:
    """One record that may be the same.

    Attributes:
        record: a customer, or what a source brought.
        source: where it is no customer.
        level: "same" blocks, "similar" warns.
        score: likeness in per cent.
        reasons: pairs of sign (`=` or `≠`) and sentence.
        is_visible: the person may open it; else only name, owner and masked phone are told.
        sees_phone: the person sees the phones of customers in full.
        hides_phone: phones of customers are hidden from the person.
    """

    record: Any
    source: Source | None = None
    level: str = "similar"
    score: int = 0
    reasons: list[tuple[str, str]] = field(default_factory=list)
    is_visible: bool = False
    sees_phone: bool = False
    hides_phone: bool = False

    @property
    def module(self) -> str:
        return self.source.module if self.source else "customer"

    @property
    def place(self) -> Place:
        return self.module, self.record.pk

    @property
    def customer(self) -> Customer:
        """The customer that it is; only of hits without a source."""
        assert self.source is None
        found: Customer = self.record
        return found

    @property
    def name(self) -> str:
        return str(self.record)

    @property
    def label(self) -> Any:
        """What kind of record it is; "" for a customer."""
        return self.source.label if self.source else ""

    @property
    def url(self) -> str:
        """Its page, to those who may open it."""
        if not self.is_visible or self.record.deleted_at:
            return ""
        return f"{self.source.address if self.source else '/customers/'}{self.record.pk}/"

    @property
    def pool(self) -> Any:
        """The pool in which it lies; None for none."""
        return getattr(self.record, "pool", None)

    @property
    def phone_told(self) -> str:
        """The phone in full to those who may see the record and its phone, else masked; "" where it is hidden."""
        number = _first(self.source.numbers(self.record) if self.source else self.record.phone)
        if not number or self.hides_phone:
            return ""
        return display(number) if self.is_visible and self.sees_phone else masked(number)

    def add(self, sign: str, text: str, score: int, level: str = "similar") -> None:
        if (sign, text) not in self.reasons:
            self.reasons.append((sign, text))
        self.score = max(self.score, score)
        if level == "same":
            self.level = level


def find_duplicates(
    given: Given, *, by: User, exclude: Collection[Place] = (), customers_only: bool = False, of: str = "customer"
) -> list[Hit]:
    """The records that may be the same as `given`, the likeliest first, at the level that administrators chose.

    Args:
        of: the record type that is about to be saved. Its own kind alone blocks it.
        exclude: what is no duplicate of itself: customers, contacts and others.
    """
    decided = levels()
    rows = [row for row in holders_of(given.keys()) if decided.of(row.record_type, row.kind) != OFF]
    holders = [row for row in rows if (row.record_type, row.record_id) not in exclude]
    hits = _by_keys(holders, by)
    if decided["customer", "alike"] != OFF:
        _add_similar(given, hits)
    for source in () if customers_only else SOURCES.values():
        _add_others(given, source, holders, hits, alike=decided[source.module, "alike"] != OFF)
    _raise(hits, holders, decided, of)
    for place in exclude:
        hits.pop(place, None)
    for hit in hits.values():
        _add_difference(given, hit)
    order = sorted(hits.values(), key=lambda hit: (hit.level != "same", -hit.score, hit.module, hit.record.pk))
    found = order[:MOST_HITS]
    _mark_visible(found, by)
    return found


def _raise(hits: dict[Place, Hit], holders: Iterable[DuplicateKey], decided: Levels, of: str) -> None:
    """What administrators count as the same blocks where it is of the kind that is saved."""
    for row in holders:
        hit = hits.get((row.record_type, row.record_id))
        if hit is not None and row.record_type == of and row.live and decided.of(of, row.kind) == SAME:
            hit.level = "same"


def _by_keys(holders: Iterable[DuplicateKey], by: User) -> dict[Place, Hit]:
    contacts = Contact.objects.unscoped(reason="the duplicate check names owners to everybody").in_bulk(
        [row.record_id for row in holders if row.record_type == "contact"]
    )
    customers = _customers(
        [row.record_id for row in holders if row.record_type == "customer"]
        + [contact.customer_id for contact in contacts.values()]
    )
    hits: dict[Place, Hit] = {}
    for row in holders:
        contact = contacts.get(row.record_id) if row.record_type == "contact" else None
        customer = customers.get(contact.customer_id if contact else row.record_id)
        if customer is not None:
            names = contact is not None and customer.reader_for(by).may("contact", "view")
            _explain(row, contact, hits.setdefault(("customer", customer.pk), Hit(customer)), names=names)
    return hits


def _customers(pks: Iterable[int]) -> dict[int, Customer]:
    rows = Customer.objects.unscoped(reason="the duplicate check names owners to everybody")
    return rows.select_related("owner", "pool").in_bulk(list(set(pks)))


def _explain(row: DuplicateKey, contact: Contact | None, hit: Hit, *, names: bool) -> None:
    match row.kind:
        case "name" if row.blocks:
            same = "same" if row.live else "similar"
            hit.add("=", _("The name is the same"), 100, same)
        case "name":
            hit.add("=", _("The name is a former name of this customer"), 96)
        case "core":
            hit.add("=", _("The name is the same without place and suffix"), 96)
        case "short":
            hit.add("=", _("The name is its short name"), 92)
        case "uscc":
            hit.add("=", _("The unified social credit code is the same"), 100, "same" if row.live else "similar")
        case "phone" if contact is not None and not names:
            hit.add("=", _("A contact has the same number"), 90)
        case "phone" if contact is not None:
            words = {"name": contact.name, "phone": masked(_held(contact, row.key))}
            hit.add("=", _("Contact %(name)s has the same number %(phone)s") % words, 90)
        case "phone":
            hit.add("=", _("The phone is the same"), 90)
        case "domain":
            hit.add("=", _("The domain %(domain)s is the same") % {"domain": row.key}, 80)


def _held(contact: Contact, key: str) -> str:
    """The number of this contact that was asked for; the others are nobody's business."""
    numbers = [number for text in (contact.mobile, contact.phone) for number in text.split(";") if number]
    return next((number for number in numbers if phone_key(number) == key), "")


def _first(numbers: str) -> str:
    return numbers.split(";")[0]


def _add_similar(given: Given, hits: dict[Place, Hit]) -> None:
    core = company_core(given.name)
    if len(core) < 2:
        return
    rows = Customer.objects.unscoped(reason="the duplicate check names owners to everybody").living()
    had = {pk for module, pk in hits if module == "customer"}
    candidates = rows.filter(pk__in=_candidates(core)).exclude(pk__in=had).select_related("owner", "pool")
    for customer in candidates:
        _liken(given, Hit(customer), (customer.name, customer.short_name), hits)


def _liken(given: Given, hit: Hit, names: tuple[str, ...], hits: dict[Place, Hit]) -> None:
    """Take the hit in where one of its names is like the one given."""
    core, name = company_core(given.name), names[0]
    score = max(similarity(given.name, one) for one in names if one)
    part = shared_part(core, company_core(name))
    if score >= SIMILAR or part:
        hits[hit.place] = hit
        told = [reason.text for reason in reasons(given.name, name)]
        for text in told or [_("The names share “%(part)s”") % {"part": part}]:
            hit.add("=", text, 0)
        hit.score = max(round(score * 100), _share(part, core, name))


def _add_others(
    given: Given, source: Source, holders: Iterable[DuplicateKey], hits: dict[Place, Hit], *, alike: bool
) -> None:
    """What another record type has: by the same keys and by names that are alike, read with one query."""
    rows = [row for row in holders if row.record_type == source.module]
    parts = _like(source.search, company_core(given.name)) if alike else []
    if rows:  # as a part of the same subquery: an OR beside it would read the whole table
        parts.append(DuplicateKey.objects.filter(pk__in=[row.pk for row in rows]).values("record_id"))
    if not parts:
        return
    wanted = parts[0].union(*parts[1:]) if len(parts) > 1 else parts[0]
    records = {record.pk: record for record in source.loaded(Q(pk__in=wanted))}
    for row in rows:
        if row.record_id in records:
            hit = hits.setdefault((source.module, row.record_id), Hit(records[row.record_id], source))
            _explain(row, None, hit, names=True)
    for record in records.values():
        is_new = (source.module, record.pk) not in hits and record.deleted_at is None
        if is_new and alike and source.company(record) and given.name:
            _liken(given, Hit(record, source), (source.company(record),), hits)


def _like(search: Any, core: str) -> list[Any]:
    """The ids of records that share one of the rarest grams of the core, a query for each gram."""
    common = statistics_of(search).frequencies
    grams = sorted(set(query_grams(core)), key=lambda gram: common.get(gram, 0)) if len(core) > 1 else []
    rare = [gram for gram in grams[:4] if common.get(gram, 0) < COMMON]
    return [holding(search, gram.lstrip("^"), [Kind.TEXT]).values("record_id")[:300] for gram in rare]


def shared_part(one: str, other: str) -> str:
    """The shorter of two cores, where the longer one begins with it, or holds it and it is long enough to tell."""
    short, long = sorted((one, other), key=len)
    within = len(short) >= TELLING and short in long
    return short if len(short) > 1 and (long.startswith(short) or within) else ""


def _share(part: str, core: str, name: str) -> int:
    """How alike a name is that somebody has begun to type, in per cent."""
    return round(60 + 35 * len(part) / max(len(core), len(company_core(name)))) if part else 0


def _candidates(core: str) -> set[int]:
    """Customers that share one of the rarest grams of the core."""
    common = statistics_of(CustomerSearch).frequencies
    grams = sorted(set(query_grams(core)), key=lambda gram: common.get(gram, 0))
    found: set[int] = set()
    for gram in grams[:4]:
        if common.get(gram, 0) < COMMON:
            found.update(
                holding(CustomerSearch, gram.lstrip("^"), [Kind.TEXT]).values_list("record_id", flat=True)[:300]
            )
    return found


def _add_difference(given: Given, hit: Hit) -> None:
    uscc = getattr(hit.record, "uscc", "")
    if given.uscc and uscc and given.uscc.upper() != uscc:
        hit.reasons.append(("≠", _("The unified social credit code differs, these may be two companies")))
    if hit.record.deleted_at:
        hit.reasons.append(("=", _("It lies in the recycle bin")))


def _mark_visible(hits: list[Hit], by: User) -> None:
    for module in sorted({hit.module for hit in hits}):
        mine = [hit for hit in hits if hit.module == module]
        seen = _seen(mine, by)
        name = "mobile" if mine[0].source else "phone"
        for hit in mine:
            right = hit.record.reader_for(by).rights.limits(module).get(name)
            hit.is_visible, hit.hides_phone = hit.record.pk in seen, right == FieldRight.HIDDEN
            hit.sees_phone = right not in (FieldRight.HIDDEN, FieldRight.MASKED)


def _seen(hits: list[Hit], by: User) -> set[int]:
    pks = [hit.record.pk for hit in hits]
    if hits[0].source is not None:
        return hits[0].source.visible(by, pks)
    return set(Customer.objects.visible_to(by).filter(pk__in=pks).values_list("pk", flat=True))
