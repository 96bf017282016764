"""What follows from customers and contacts: completeness, sort key, search text, duplicate keys.

Everything here can be written again at any time from the rows alone; none of it is history.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connection
from django.db.models import QuerySet

from keyuan.customers.levels import Levels, levels_for_saving
from keyuan.records.cleaners.phone import clean_phones, key
from keyuan.records.cleaners.website import domain_key
from keyuan.records.history import Event
from keyuan.records.keys import Key, write_keys
from keyuan.records.names import company_core, company_key, short_name_key
from keyuan.records.reference import regions
from keyuan.records.search_text import Kind, write_search_text
from keyuan.records.text import digits, lines, pinyin_forms, sort_name

if TYPE_CHECKING:
    from keyuan.customers.models.contact import Contact
    from keyuan.customers.models.customer import Customer

COUNTED = (
    "name", "short_name", "industry", "size", "source", "phone", "email", "website", "region", "address", "level",
    "uscc", "legal_representative", "registered_capital", "founded_on", "company_type", "registration_status",
    "registered_address",
)  # fmt: skip
"""The fields that completeness counts, all with the same weight; a contact counts as one more."""

KEYED = {"name", "short_name", "former_names", "phone", "uscc", "website", "email"}
CHUNK = 2000


def model(name: str) -> Any:
    return apps.get_model("keyuan", name)


def completeness(customer: Customer, has_contact: bool) -> int:
    """Filled fields of all counted ones, in whole per cent."""
    filled = sum([bool(getattr(customer, column)) for column in _COLUMNS]) + has_contact
    return filled * 100 // (len(COUNTED) + 1)


def missing(customer: Customer) -> list[str]:
    """The counted fields that are still empty."""
    return [name for name in COUNTED if not getattr(customer, _column(name))]


def _column(name: str) -> str:
    return f"{name}_id" if name in {"size", "source", "level", "company_type", "registration_status"} else name


_COLUMNS = tuple(map(_column, COUNTED))


def sounds(*names: str) -> list[str]:
    """The pinyin of names, whole and without place and suffix."""
    return [form for name in names if name for text in (name, company_core(name)) for form in pinyin_forms(text)]


def customer_text(customer: Customer, contacts: Iterable[Contact], tags: Iterable[str]) -> str:
    """The open text by which a customer is found."""
    return lines(*(text for _name, text in customer_parts(customer, contacts, tags)))


def customer_parts(customer: Customer, contacts: Iterable[Contact], tags: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The open texts of a customer, each with the field that it tells; `contacts` are the names of people there."""
    names = {"name": (customer.name,), "short_name": (customer.short_name,), "former_names": customer.former_names}
    for field, texts in names.items():
        yield from ((field, text) for text in texts)
        if field == "short_name" and customer.short_name:
            yield field, short_name_key(customer.short_name)
    for field, texts in names.items():
        yield from ((field, form) for form in sounds(*texts))
    yield "website", customer.website.split("://")[-1].rstrip("/")
    yield from (("region", text) for text in (regions.path(customer.region) if customer.region else ()))
    yield "uscc", customer.uscc
    yield from (("tags", tag) for tag in tags)
    people = [contact.name for contact in contacts]
    yield from (("contacts", name) for name in people)
    yield from (("contacts", form) for name in people for form in pinyin_forms(name))
    yield "notes", customer.notes


def phone_text(*numbers: str) -> str:
    return lines(*(digits(part) for number in numbers if number for part in number.split(";")))


def customer_keys(customer: Customer, levels: Levels) -> list[Key]:
    """The duplicate keys of a customer: the same name or credit code blocks, and what `levels` say; the rest warns."""
    keys = [Key("name", company_key(customer.name), blocks=True), Key("core", company_core(customer.name))]
    keys += [Key("name", company_key(name)) for name in customer.former_names]
    if customer.short_name:
        keys.append(Key("short", short_name_key(customer.short_name)))
    if customer.uscc:
        keys.append(Key("uscc", customer.uscc, blocks=True))
    keys += [Key("phone", key(number)) for number in clean_phones(customer.phone)]
    for address in (customer.website, customer.email):
        if address and (domain := domain_key(address)):
            keys.append(Key("domain", domain))
    keys = [key for key in dict.fromkeys(keys) if key.key]
    return [*keys, *levels.raised("customer", keys)]


def contact_keys(contact: Contact) -> list[Key]:
    """The duplicate keys of a contact: its numbers warn."""
    numbers = [*clean_phones(contact.mobile), *clean_phones(contact.phone)]
    return [Key("phone", found) for found in dict.fromkeys(map(key, numbers))]


def derive_customers(pks: Sequence[int], fields: set[str] | None) -> None:
    """Write again what follows from these customers; `fields` are those that changed, None for all."""
    for start in range(0, len(pks), CHUNK):
        _derive_customers(pks[start : start + CHUNK], fields)


def _derive_customers(pks: Sequence[int], fields: set[str] | None) -> None:
    customers = list(model("Customer").rows.filter(pk__in=pks).order_by("pk"))
    contacts = _by_customer(model("Contact").rows.living().filter(customer__in=pks).order_by("pk"))
    tags = _tag_names(pks)
    former = _former_phones("customer", pks)
    rows, keyed = [], fields is None or bool(fields & KEYED)
    levels = levels_for_saving() if keyed else Levels()
    for customer in customers:
        people = contacts[customer.pk]
        numbers = [customer.phone, *former[customer.pk], *(n for c in people for n in (c.mobile, c.phone))]
        rows.append((customer.pk, Kind.TEXT.value, customer_text(customer, people, tags[customer.pk])))
        rows.append((customer.pk, Kind.PHONE.value, phone_text(*numbers)))
        rows.append((customer.pk, Kind.EMAIL.value, lines(customer.email, *(c.email for c in people))))
        if keyed:
            write_keys("customer", customer.pk, customer_keys(customer, levels))
    write_search_text(model("CustomerSearch"), rows)
    _write_measures([(c.pk, sort_name(c.name), completeness(c, bool(contacts[c.pk]))) for c in customers])


def _write_measures(rows: list[tuple[int, str, int]]) -> None:
    statement = """
        UPDATE customer SET sort_name = given.sort_name, completeness = given.completeness
        FROM unnest(%s::bigint[], %s::text[], %s::int[]) AS given(id, sort_name, completeness)
        WHERE customer.id = given.id
        AND (customer.sort_name, customer.completeness) IS DISTINCT FROM (given.sort_name, given.completeness)
    """
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(statement, [list(column) for column in zip(*rows, strict=True)])


def _by_customer(contacts: QuerySet[Any]) -> dict[int, list[Contact]]:
    grouped: dict[int, list[Contact]] = defaultdict(list)
    for contact in contacts:
        grouped[contact.customer_id].append(contact)
    return grouped


def _tag_names(pks: Sequence[int]) -> dict[int, list[str]]:
    grouped: dict[int, list[str]] = defaultdict(list)
    for pk, name in (
        model("CustomerTag").objects.filter(customer__in=pks, tag__owner=None).values_list("customer_id", "tag__name")
    ):
        grouped[pk].append(name)
    return grouped


def _former_phones(record_type: str, pks: Sequence[int]) -> dict[int, list[str]]:
    grouped: dict[int, list[str]] = defaultdict(list)
    events = Event.objects.filter(
        record_type=record_type, record_id__in=pks, name="edited", change__before__has_key="phone"
    )
    for pk, phone in events.values_list("record_id", "change__before__phone"):
        grouped[pk].append(phone or "")
    return grouped


def _write_sort_names(rows: list[tuple[int, str]]) -> None:
    statement = """
        UPDATE contact SET sort_name = given.sort_name FROM unnest(%s::bigint[], %s::text[]) AS given(id, sort_name)
        WHERE contact.id = given.id AND contact.sort_name <> given.sort_name
    """
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(statement, [list(column) for column in zip(*rows, strict=True)])


def contact_text(contact: Contact) -> str:
    """The open text by which a contact is found."""
    return lines(*(text for _name, text in contact_parts(contact)))


def contact_parts(contact: Contact) -> Iterator[tuple[str, str]]:
    """The open texts of a contact, each with the field that it tells."""
    yield "name", contact.name
    yield from (("name", form) for form in pinyin_forms(contact.name))
    for field in ("title", "wechat", "preferences", "concerns", "notes"):
        yield field, getattr(contact, field)


def derive_contacts(pks: Sequence[int], fields: set[str] | None) -> None:
    """Write again what follows from these contacts, and from the customers they belong to."""
    contacts = list(model("Contact").rows.filter(pk__in=pks).order_by("pk"))
    rows = []
    for contact in contacts:
        rows.append((contact.pk, Kind.TEXT.value, contact_text(contact)))
        rows.append((contact.pk, Kind.PHONE.value, phone_text(contact.mobile, contact.phone)))
        rows.append((contact.pk, Kind.EMAIL.value, lines(contact.email)))
        write_keys("contact", contact.pk, contact_keys(contact))
    write_search_text(model("ContactSearch"), rows)
    names = [(contact.pk, sort_name(contact.name)) for contact in contacts]
    _write_sort_names(names)
    derive_customers(sorted({contact.customer_id for contact in contacts}), {"contacts"})
