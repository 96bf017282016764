"""What may lead somebody to customers and contacts who does not see all their fields."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import chain
from typing import Any

from keyuan.customers.models import Contact, Customer, CustomerTag
from keyuan.customers.models.deriving import (
    contact_parts,
    contact_text,
    customer_parts,
    customer_text,
    lines,
    phone_text,
)
from keyuan.org.models import User
from keyuan.org.scopes import FieldRight
from keyuan.records.cleaners import Invalid
from keyuan.records.cleaners.phone import clean_phones, key
from keyuan.records.keys import Key, holders_of
from keyuan.records.search_limits import ALL_KINDS, SearchLimits
from keyuan.records.search_text import Kind
from keyuan.records.text import pinyin_forms

CUSTOMER_WORDS = ("short_name", "former_names", "website", "region", "uscc", "tags", "notes")
CONTACT_WORDS = ("title", "wechat", "preferences", "concerns", "notes")
NUMBERS = {"customer": ("phone",), "contact": ("mobile", "phone")}


class Sight:
    """Which fields of customers and contacts one person sees in full."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.contacts = user.may("contact", "view")

    def sees(self, module: str, *names: str) -> bool:
        return self.user.rights.sees(module, *names)

    def may_match(self, module: str, name: str) -> bool:
        """Whether a whole value of this field may lead to its record."""
        is_there = self.contacts or module == "customer"
        return is_there and self.user.rights.limits(module).get(name) != FieldRight.HIDDEN

    def limits(
        self, numbers: bool, mail: bool, words: bool, hidden: Any, texts: Any, whole: Any
    ) -> SearchLimits | None:
        """What may lead this person to a record, of which they see all numbers, mail or open text, or not."""
        if numbers and mail and words:
            return None
        kinds = ALL_KINDS - (set() if numbers else {Kind.PHONE.value}) - (set() if mail else {Kind.EMAIL.value})
        return SearchLimits(
            kinds,
            hides_words=not words,
            hidden=partial(hidden, sight=self),
            texts=partial(texts, sight=self, kinds=kinds),
            whole=partial(whole, sight=self),
        )


def customer_limits(user: User) -> SearchLimits | None:
    """What may lead `user` to a customer; None where everything may."""
    return user.rights.keep("customer search", lambda: _customer_limits(user))


def _customer_limits(user: User) -> SearchLimits | None:
    sight = Sight(user)
    numbers = sight.contacts and sight.sees("customer", "phone") and sight.sees("contact", "mobile", "phone")
    mail = sight.contacts and sight.sees("customer", "email") and sight.sees("contact", "email")
    words = sight.contacts and sight.sees("customer", *CUSTOMER_WORDS)
    return sight.limits(numbers, mail, words, _hidden_of_customers, _customer_texts, _customers_with)


def contact_limits(user: User) -> SearchLimits | None:
    """What may lead `user` to a contact; None where everything may."""
    return user.rights.keep("contact search", lambda: _contact_limits(user))


def _contact_limits(user: User) -> SearchLimits | None:
    sight = Sight(user)
    numbers, mail = sight.sees("contact", "mobile", "phone"), sight.sees("contact", "email")
    words = sight.sees("contact", *CONTACT_WORDS) and sight.sees("customer", "short_name")
    return sight.limits(numbers, mail, words, _hidden_of_contacts, _contact_texts, _contacts_with)


# The words that may not lead to a record: those of fields that are hidden or masked


def _hidden_of_customers(ids: Sequence[int], sight: Sight) -> dict[int, str]:
    names = [name for name in CUSTOMER_WORDS if not sight.sees("customer", name)]
    if not names and sight.contacts:
        return {}
    rows = Customer.objects.unscoped(reason="a search finds before rights, which its list applies").filter(pk__in=ids)
    people = {} if sight.contacts else _people(ids)
    tags = _shared_tags(ids) if "tags" in names else {}
    columns = [name for name in names if name != "tags"]
    found = {}
    for pk, *values in rows.values_list("pk", *columns):
        blank = Customer(**dict(zip(columns, values, strict=True)))
        found[pk] = customer_text(blank, people.get(pk, []), tags.get(pk, []))
    return found


def _hidden_of_contacts(ids: Sequence[int], sight: Sight) -> dict[int, str]:
    names = [name for name in CONTACT_WORDS if not sight.sees("contact", name)]
    company = [] if sight.sees("customer", "short_name") else ["customer__short_name"]
    if not names and not company:
        return {}
    rows = Contact.objects.unscoped(reason="a search finds before rights, which its list applies").filter(pk__in=ids)
    found = {}
    for pk, *values in rows.values_list("pk", *names, *company):
        own = contact_text(Contact(**dict(zip(names, values, strict=False))))
        short = values[-1] if company else ""
        found[pk] = lines(own, short, *pinyin_forms(short))
    return found


# The words that may


def _customer_texts(ids: Sequence[int], sight: Sight, kinds: frozenset[str]) -> dict[int, str]:
    customers = Customer.objects.unscoped(reason="a search finds before rights, which its list applies").filter(
        pk__in=ids
    )
    people = _people(ids) if sight.contacts else defaultdict(list)
    tags = _shared_tags(ids)
    return {one.pk: _customer_text(one, people[one.pk], tags[one.pk], sight, kinds) for one in customers}


def _customer_text(customer: Customer, people: list[Contact], tags: list[str], sight: Sight, kinds: Any) -> str:
    texts = [text for name, text in customer_parts(customer, people, tags) if sight.sees("customer", name)]
    if Kind.PHONE.value in kinds:
        texts.append(phone_text(customer.phone, *(n for one in people for n in (one.mobile, one.phone))))
    if Kind.EMAIL.value in kinds:
        texts += [customer.email, *(one.email for one in people)]
    return lines(*chain.from_iterable(text.split("\n") for text in texts))


def _people(ids: Sequence[int]) -> dict[int, list[Contact]]:
    found: dict[int, list[Contact]] = defaultdict(list)
    rows = Contact.objects.unscoped(reason="a search finds before rights, which its list applies").living()
    for contact in rows.filter(customer__in=ids):
        found[contact.customer_id].append(contact)
    return found


def _shared_tags(ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = CustomerTag.objects.filter(customer__in=ids, tag__owner=None)
    for pk, name in rows.values_list("customer_id", "tag__name"):
        found[pk].append(name)
    return found


def _contact_texts(ids: Sequence[int], sight: Sight, kinds: frozenset[str]) -> dict[int, str]:
    rows = (
        Contact.objects.unscoped(reason="a search finds before rights, which its list applies")
        .filter(pk__in=ids)
        .select_related("customer")
    )
    return {one.pk: _contact_text(one, sight, kinds) for one in rows}


def _contact_text(contact: Contact, sight: Sight, kinds: frozenset[str]) -> str:
    texts = [text for name, text in contact_parts(contact) if sight.sees("contact", name)]
    companies = [contact.customer.name]
    if sight.sees("customer", "short_name"):
        companies.append(contact.customer.short_name)
    texts += [*companies, *(form for name in companies for form in pinyin_forms(name))]
    if Kind.PHONE.value in kinds:
        texts.append(phone_text(contact.mobile, contact.phone))
    if Kind.EMAIL.value in kinds:
        texts.append(contact.email)
    return lines(*chain.from_iterable(text.split("\n") for text in texts))


# Whole numbers


def _customers_with(word: str, sight: Sight) -> set[int]:
    keys = keys_of(word)
    found = _holders(keys, "customer") if sight.may_match("customer", "phone") else set()
    contacts = (
        Contact.objects.unscoped(reason="a search finds before rights, which its list applies")
        .living()
        .filter(pk__in=_holders(keys, "contact"))
    )
    return found | {one.customer_id for one in contacts if _is_matched(one, keys, sight)}


def _contacts_with(word: str, sight: Sight) -> set[int]:
    keys = keys_of(word)
    contacts = (
        Contact.objects.unscoped(reason="a search finds before rights, which its list applies")
        .living()
        .filter(pk__in=_holders(keys, "contact"))
    )
    return {one.pk for one in contacts if _is_matched(one, keys, sight)}


def keys_of(word: str) -> set[str]:
    """What the number that was typed is compared by; nothing for what is no number."""
    if not word.isdecimal():
        return set()
    try:
        return {key(number) for number in clean_phones(word)}
    except Invalid:
        return set()


def _holders(keys: Iterable[str], record_type: str) -> set[int]:
    held = holders_of([Key("phone", one) for one in keys])
    return {row.record_id for row in held if row.record_type == record_type}


def _is_matched(contact: Contact, keys: set[str], sight: Sight) -> bool:
    told = [getattr(contact, name) for name in NUMBERS["contact"] if sight.may_match("contact", name)]
    return any(key(number) in keys for numbers in told for number in numbers.split(";") if number)
