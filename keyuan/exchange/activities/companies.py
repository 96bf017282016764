"""Customers and contacts by the words of a sheet, of those whom the importer may see; asked for by set."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from keyuan.customers.duplicates import SIMILAR, Given, find_duplicates
from keyuan.customers.models import Contact, Customer
from keyuan.org.models import User
from keyuan.org.scopes import FieldRight
from keyuan.records.cleaners import Invalid
from keyuan.records.keys import DuplicateKey
from keyuan.records.names import company_key, similarity

BETWEEN = re.compile(r"[、;；,，/\n]+")
MOST_REMEMBERED, MOST_SUGGESTED = 20_000, 100
"""Looking for what was meant costs milliseconds: it is done for so many unknown names of a sheet."""

Found = Customer | Invalid


class Companies:
    """Remembers what each name means.

    Args:
        user: only what this person may see is found, or suggested.
    """

    def __init__(self, user: User) -> None:
        self.user = user
        hidden = (FieldRight.HIDDEN, FieldRight.MASKED)
        self.knows_former = user.rights.limits("customer").get("former_names") not in hidden
        self.known: dict[str, Found] = {}
        self.suggested = 0

    def meet(self, texts: Iterable[str]) -> None:
        """Look up these names, numbers among them, in a fixed number of queries."""
        if len(self.known) > MOST_REMEMBERED:
            self.known.clear()
        wanted = set(texts) - self.known.keys()
        if not wanted:
            return
        now, former = self._holders({company_key(text)[:300] for text in wanted})
        numbers = {int(text) for text in wanted if text.isascii() and text.isdecimal() and len(text) < 18}
        pks = numbers.union(*now.values(), *former.values())
        rows = Customer.objects.visible_to(self.user).filter(pk__in=pks)
        seen = rows.only("pk", "name", "owner", "department").in_bulk() if pks else {}
        for text in wanted:
            key = company_key(text)[:300]
            self.known[text] = self._meant(text, [seen[pk] for pk in now[key] if pk in seen], former[key], seen)

    def find(self, text: str) -> Customer:
        """The customer whom this name or number means; it has been met.

        Raises:
            Invalid: none, or several; with the nearest name.
        """
        found = self.known[text]
        if isinstance(found, Invalid):
            raise found
        return found

    def _holders(self, keys: set[str]) -> tuple[dict[str, set[int]], dict[str, set[int]]]:
        """Ids by name as it is now, and as it was."""
        now: dict[str, set[int]] = defaultdict(set)
        former: dict[str, set[int]] = defaultdict(set)
        rows = DuplicateKey.objects.filter(kind="name", record_type="customer", live=True, key__in=keys - {""})
        for key, pk, blocks in rows.values_list("key", "record_id", "blocks"):
            if blocks or self.knows_former:
                (now if blocks else former)[key].add(pk)
        return now, former

    def _meant(self, text: str, named: Sequence[Customer], former: set[int], seen: dict[int, Customer]) -> Found:
        named = named or [seen[pk] for pk in former if pk in seen]
        if len(named) > 1:
            sentence = _("“%(name)s” was the name of %(n)d customers. Write the present name, or the number.")
            return Invalid(sentence % {"n": len(named), "name": text[:60]})
        if named:
            return named[0]
        number = seen.get(int(text)) if text.isascii() and text.isdecimal() and len(text) < 18 else None
        return number or self._unknown(text)

    def _unknown(self, text: str) -> Invalid:
        near = ""
        if self.suggested < MOST_SUGGESTED:
            self.suggested += 1
            near = self._nearest(text)
        if not near:
            return Invalid(_("There is no customer “%(name)s”, or you may not see it.") % {"name": text[:60]})
        words = {"name": text[:60], "near": near}
        return Invalid(_("There is no customer “%(name)s”, or you may not see it. Did you mean “%(near)s”?") % words)

    def _nearest(self, text: str) -> str:
        """The name that is most like it; hits by anything but the name say nothing here."""
        hits = find_duplicates(Given(name=text), by=self.user, customers_only=True)
        names = [hit.customer.name for hit in hits if hit.is_visible]
        scored = [(similarity(text, name), name) for name in names]
        return max((pair for pair in scored if pair[0] >= SIMILAR), default=(0.0, ""))[1]


def contacts_of(user: User, asked: Sequence[tuple[Customer, str]]) -> dict[tuple[int, str], list[int]]:
    """Ids of the contacts of these customers by customer and name, in one query.

    Args:
        asked: customers with the cell that names their contacts.
    """
    names = {name for _customer, text in asked for name in (text.strip(), *split(text))}
    found: dict[tuple[int, str], list[int]] = defaultdict(list)
    if names:
        rows: Any = Contact.objects.visible_to(user).filter(customer__in={customer.pk for customer, _text in asked})
        for customer, name, pk in rows.filter(name__in=names).order_by("pk").values_list("customer", "name", "pk"):
            found[customer, name].append(pk)
    return found


def split(text: str) -> list[str]:
    """The names in a cell."""
    return [name for part in BETWEEN.split(text) if (name := part.strip())]


def named_in(text: str, customer: Customer, found: dict[tuple[int, str], list[int]]) -> tuple[list[int], list[str]]:
    """Ids of the contacts that a cell names, and a sentence for each name that means nobody, or several.

    The whole cell may be one name, such as “Smith, John”.
    """
    if len(found.get((customer.pk, text.strip()), ())) == 1:
        return list(found[customer.pk, text.strip()]), []
    pks: list[int] = []
    refused = []
    for name in split(text):
        people = found.get((customer.pk, name), [])
        if len(people) == 1:
            pks += people
        else:
            refused.append(_not_one(name, customer, len(people)))
    return list(dict.fromkeys(pks)), refused


def _not_one(name: str, customer: Customer, number: int) -> str:
    words = {"customer": customer.name, "name": name[:60], "n": number}
    if number:
        return _("“%(customer)s” has %(n)d contacts called “%(name)s”.") % words
    return _("“%(customer)s” has no contact called “%(name)s”.") % words
