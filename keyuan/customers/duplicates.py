"""The duplicate check (C11): the same or similar customers, also those the person may not see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

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
            return clean_phones(self.phone)[:MOST_NUMBERS] if self.phone else []
        except Invalid:
            return []


@dataclass
class Hit:
    """One customer that may be the same.

    Attributes:
        level: "same" blocks, "similar" warns.
        score: likeness in per cent.
        reasons: pairs of sign (`=` or `≠`) and sentence.
        is_visible: the person may open it; else only name, owner and masked phone are told.
        sees_phone: the person sees the phones of customers in full.
        hides_phone: phones of customers are hidden from the person.
    """

    customer: Customer
    level: str = "similar"
    score: int = 0
    reasons: list[tuple[str, str]] = field(default_factory=list)
    is_visible: bool = False
    sees_phone: bool = False
    hides_phone: bool = False

    @property
    def phone_told(self) -> str:
        """The phone in full to those who may see the customer and its phone, else masked; "" where it is hidden."""
        number = _first(self.customer.phone)
        if not number or self.hides_phone:
            return ""
        return display(number) if self.is_visible and self.sees_phone else masked(number)

    def add(self, sign: str, text: str, score: int, level: str = "similar") -> None:
        self.reasons.append((sign, text))
        self.score = max(self.score, score)
        if level == "same":
            self.level = level


def find_duplicates(given: Given, *, by: User, exclude: int | None = None) -> list[Hit]:
    """The customers that may be the same as `given`, the likeliest first.

    Args:
        exclude: a customer that is no duplicate of itself.
    """
    hits = _by_keys(given, by)
    _add_similar(given, hits)
    hits.pop(exclude or 0, None)
    for hit in hits.values():
        _add_difference(given, hit)
    found = sorted(hits.values(), key=lambda hit: (hit.level != "same", -hit.score, hit.customer.pk))[:MOST_HITS]
    _mark_visible(found, by)
    return found


def _by_keys(given: Given, by: User) -> dict[int, Hit]:
    holders = holders_of(given.keys())
    contacts = Contact.objects.unscoped(reason="the duplicate check names owners to everybody").in_bulk(
        [row.record_id for row in holders if row.record_type == "contact"]
    )
    customers = _customers(
        [row.record_id for row in holders if row.record_type == "customer"]
        + [contact.customer_id for contact in contacts.values()]
    )
    hits: dict[int, Hit] = {}
    names = by.may("contact", "view")
    for row in holders:
        contact = contacts.get(row.record_id) if row.record_type == "contact" else None
        customer = customers.get(contact.customer_id if contact else row.record_id)
        if customer is not None:
            _explain(row, contact, hits.setdefault(customer.pk, Hit(customer)), names=names)
    return hits


def _customers(pks: Iterable[int]) -> dict[int, Customer]:
    rows = Customer.objects.unscoped(reason="the duplicate check names owners to everybody")
    return rows.select_related("owner").in_bulk(list(set(pks)))


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


def _add_similar(given: Given, hits: dict[int, Hit]) -> None:
    core = company_core(given.name)
    if len(core) < 2:
        return
    rows = Customer.objects.unscoped(reason="the duplicate check names owners to everybody").living()
    candidates = rows.filter(pk__in=_candidates(core)).exclude(pk__in=hits).select_related("owner")
    for customer in candidates:
        score = max(similarity(given.name, name) for name in (customer.name, customer.short_name) if name)
        part = shared_part(core, company_core(customer.name))
        if score >= SIMILAR or part:
            hit = hits[customer.pk] = Hit(customer)
            told = [reason.text for reason in reasons(given.name, customer.name)]
            for text in told or [_("The names share “%(part)s”") % {"part": part}]:
                hit.add("=", text, 0)
            hit.score = max(round(score * 100), _share(part, core, customer.name))


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
    if given.uscc and hit.customer.uscc and given.uscc.upper() != hit.customer.uscc:
        hit.reasons.append(("≠", _("The unified social credit code differs, these may be two companies")))
    if hit.customer.deleted_at:
        hit.reasons.append(("=", _("It lies in the recycle bin")))


def _mark_visible(hits: list[Hit], by: User) -> None:
    seen = set(
        Customer.objects.visible_to(by).filter(pk__in=[hit.customer.pk for hit in hits]).values_list("pk", flat=True)
    )
    right = by.rights.limits("customer").get("phone")
    for hit in hits:
        hit.is_visible, hit.hides_phone = hit.customer.pk in seen, right == FieldRight.HIDDEN
        hit.sees_phone = right not in (FieldRight.HIDDEN, FieldRight.MASKED)
