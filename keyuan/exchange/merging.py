"""Rows into customers that exist: filling empty fields or replacing values, and their contacts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Container, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from keyuan.customers.fields import CONTACT, CUSTOMER
from keyuan.customers.levels import levels_for_saving
from keyuan.customers.models import Contact, Customer, CustomerTag
from keyuan.customers.models.deriving import KEYED, customer_keys
from keyuan.exchange.claiming import Claim, claim_keys, held_by, release_others
from keyuan.exchange.deciding import JOIN
from keyuan.exchange.drafts import Draft, Person
from keyuan.exchange.numbers import Numbers
from keyuan.exchange.options import Policy
from keyuan.exchange.shapes import NewContact, choose_primary, raw, tag_ids
from keyuan.exchange.writing import Writing, add_contacts
from keyuan.org.models import User
from keyuan.records.adding import change_each, copy_rows
from keyuan.records.catalogue import Catalogue
from keyuan.records.history import Operation
from keyuan.records.keys import Key, blocking_kind
from keyuan.records.names import company_key

EMPTY: tuple[Any, ...] = (None, "", [])
NEVER = {"is_primary"}
"""Who is the primary contact stays as people decided it."""


@dataclass
class Standing:
    """A customer as it stands, and what the rows change about it.

    Attributes:
        was: the values by field as history keeps them; `changes` those that become others.
        contacts: the living contacts; `changed` per contact what changes; `new` those to add.
    """

    customer: Customer
    was: dict[str, Any]
    tags: set[int]
    contacts: list[Contact] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    changes: dict[str, Any] = field(default_factory=dict)
    new_tags: set[int] = field(default_factory=set)
    changed: dict[int, dict[str, Any]] = field(default_factory=dict)
    new: list[Person] = field(default_factory=list)

    @property
    def differs(self) -> bool:
        return bool(self.changes or self.new_tags or self.changed or self.new)


def stand(pks: Collection[int], *, lock: bool) -> dict[int, Standing]:
    """Read these customers with tags and contacts; locked in the order of their ids where they will be changed."""
    rows = Customer.rows.living().filter(pk__in=list(pks)).order_by("pk")
    customers = list(rows.select_for_update(of=("self",), no_key=True) if lock else rows)
    tags: dict[int, set[int]] = defaultdict(set)
    for pk, tag in CustomerTag.objects.filter(customer__in=pks).values_list("customer_id", "tag_id"):
        tags[pk].add(tag)
    found = {one.pk: Standing(one, values_of(CUSTOMER, one), tags[one.pk]) for one in customers}
    contacts = Contact.rows.living().filter(customer__in=list(found)).order_by("pk")
    for contact in contacts.select_for_update(of=("self",), no_key=True) if lock else contacts:
        found[contact.customer_id].contacts.append(contact)
    return found


def values_of(catalogue: Catalogue, record: Any) -> dict[str, Any]:
    """The values that people fill in, as history keeps them."""
    fields = [one for one in catalogue.fields.values() if one.editable and one.name != "tags"]
    return {one.name: raw(one.read(record)) for one in fields}


def merge(draft: Draft, standing: Standing, policy: str, by: User) -> None:
    """Note what this row changes; the outcome of the row follows from it."""
    before = (dict(standing.changes), set(standing.new_tags), len(standing.new), str(standing.changed))
    standing.drafts.append(draft)
    _merge_values(draft, standing, policy, CUSTOMER.editable_fields(by))
    if policy != Policy.SKIP and "tags" in CUSTOMER.editable_fields(by):
        standing.new_tags |= set(tag_ids(tag for tag in draft.tags)) - standing.tags
    for person in draft.people:
        _merge_person(person, standing, policy, by)
    after = (dict(standing.changes), set(standing.new_tags), len(standing.new), str(standing.changed))
    draft.outcome = "unchanged" if before == after else "updated"


def _merge_values(draft: Draft, standing: Standing, policy: str, editable: Container[str]) -> None:
    was = standing.was | standing.changes
    for name, value in draft.values.items():
        new, old = raw(value), was[name]
        if name not in editable or new == old or (policy != Policy.UPDATE and old not in EMPTY):
            continue
        if name == "name" and company_key(new) == company_key(old):
            continue
        if name == "former_names":
            new = list(dict.fromkeys([*old, *new]))
        if name == "parent" and new == standing.customer.pk:
            continue
        if new != old:
            standing.changes[name] = new
    if "uscc" in editable:
        _warn_of_code(draft, was)
    _keep_old_name(standing)
    if draft.owner is not None and draft.owner.pk != standing.customer.owner_id:
        text = _("The owner stays; transfer the customer to change it")
        draft.warn("owner", text, -1, str(draft.owner))


def _warn_of_code(draft: Draft, was: dict[str, Any]) -> None:
    code = draft.values.get("uscc")
    if code and was["uscc"] and code != was["uscc"]:
        text = _("Another credit code than “%(name)s” has, these may be two companies") % {"name": was["name"]}
        draft.warn("code", text, draft.name_column, draft.name)


def _keep_old_name(standing: Standing) -> None:
    """As in `Customer.edit`: a new name keeps the old one."""
    if "name" in standing.changes:
        former = standing.changes.get("former_names", standing.was["former_names"])
        standing.changes["former_names"] = list(dict.fromkeys([*former, standing.was["name"]]))


def _merge_person(person: Person, standing: Standing, policy: str, by: User) -> None:
    held = next((one for one in standing.contacts if person.is_same(one.name, one.mobile)), None)
    if held is None:
        known = [(one.values["name"], one.values.get("mobile", "")) for one in standing.new]
        if not any(person.is_same(name, mobile) for name, mobile in known):
            standing.new.append(person)
        return
    if not by.may("contact", "edit") or policy == JOIN:
        return
    was = values_of(CONTACT, held) | standing.changed.get(held.pk, {})
    editable = CONTACT.editable_fields(by).keys() - NEVER
    for name, value in person.values.items():
        new, old = raw(value), was[name]
        if name in editable and new != old and (policy == Policy.UPDATE or old in EMPTY):
            standing.changed.setdefault(held.pk, {})[name] = new


def write_merged(standings: Sequence[Standing], to: Writing) -> int:
    """Write what was noted, rows of losers excepted; how many contacts were added."""
    differing = [one for one in standings if one.differs]
    losers = _rewrite_keys(differing)
    for one in differing:
        if one.customer.pk in losers:
            _lose(one)
    kept = [one for one in differing if one.customer.pk not in losers]
    _write_customers(kept, to)
    _write_contacts(kept, to.operation)
    count = add_contacts([contact for one in kept for contact in _new_contacts(one, to.numbers)], to)
    changed = [pk for one in kept for pk in one.changed]
    Contact.derive(changed, None)
    Customer.derive([one.customer.pk for one in kept], {"contacts"})
    return count


def _rewrite_keys(differing: Sequence[Standing]) -> set[int]:
    """Claim the keys that the new values need, and give up those they no longer need; who lost."""
    keyed = [one for one in differing if one.changes.keys() & KEYED]
    if not keyed:
        return set()
    held = held_by("customer", [one.customer.pk for one in keyed])
    wanted, levels = {}, levels_for_saving()
    for one in keyed:
        customer = one.customer
        for name in one.changes.keys() & KEYED:
            setattr(customer, name, one.changes[name])
        wanted[customer.pk] = _unshared(customer.pk, customer_keys(customer, levels), held)
    losers = claim_keys("customer", wanted, held)
    release_others("customer", {pk: keys for pk, keys in wanted.items() if pk not in losers}, held)
    return losers


def _unshared(pk: int, keys: Sequence[Key], held: Collection[Claim]) -> list[Key]:
    """Without the blocking keys of what this customer has shared with another one before."""
    mine = {(kind, key) for kind, key, holder, _blocks in held if holder == pk}
    had = {(blocking_kind("customer", kind), key) for kind, key in mine} - mine
    return [one for one in keys if (one.kind, one.key[:300]) not in had]


def _lose(standing: Standing) -> None:
    for draft in standing.drafts:
        draft.refuse("meanwhile", _("Another customer has this name or credit code"), draft.name_column, draft.name)
        draft.outcome = "refused"


def _write_customers(kept: Sequence[Standing], to: Writing) -> None:
    changes: dict[int, dict[str, Any]] = {}
    before: dict[int, dict[str, Any]] = {}
    for one in kept:
        pk = one.customer.pk
        before[pk] = one.was | {"tags": sorted(one.tags), "category_since": one.customer.category_since}
        if one.changes or one.new_tags:
            changes[pk] = dict(one.changes)
        if "category" in one.changes:
            changes[pk]["category_since"] = to.at
        if one.new_tags:
            changes[pk]["tags"] = sorted(one.tags | one.new_tags)
    copies = [(one.customer.pk, tag) for one in kept for tag in sorted(one.new_tags)]
    if copies:
        copy_rows(CustomerTag, ["customer_id", "tag_id"], copies)
    said = {one.customer.pk: {"import": to.of, "row": one.drafts[0].number} for one in kept}
    change_each(Customer, changes, before, {pk: pk for pk in changes}, operation=to.operation, details=said)


def _write_contacts(kept: Sequence[Standing], operation: Operation) -> None:
    contacts = {contact.pk: contact for one in kept for contact in one.contacts if contact.pk in one.changed}
    changes = {pk: values for one in kept for pk, values in one.changed.items()}
    before = {pk: values_of(CONTACT, contact) for pk, contact in contacts.items()}
    owners = {pk: contact.customer_id for pk, contact in contacts.items()}
    change_each(Contact, changes, before, owners, operation=operation)


def _new_contacts(standing: Standing, numbers: Numbers) -> list[NewContact]:
    made = [NewContact(person, numbers) for person in standing.new]
    choose_primary(made, has_one=any(contact.is_primary for contact in standing.contacts))
    for one in made:
        one.settle(standing.customer.pk)
    return made
