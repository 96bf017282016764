"""Rows through the cleaners of the form: the same kinds, the same sentences, but no form object per row."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from django.utils.translation import gettext as _

from keyuan.customers.fields import CONTACT, CUSTOMER
from keyuan.customers.models import Customer
from keyuan.exchange.columns import Mapping, Takers
from keyuan.exchange.drafts import Draft, Person
from keyuan.exchange.reading.table import Row
from keyuan.exchange.targets import NAME, Target, targets_for
from keyuan.org.models import User
from keyuan.records.catalogue import Field
from keyuan.records.cleaners import Invalid
from keyuan.records.forms import required_sentence
from keyuan.records.kinds import Choice, Choices, Coded, Date, Email, Fixed, Link, Money, Phone, Tags, Uscc, Website
from keyuan.records.kinds import Person as PersonKind
from keyuan.records.namebook import NameBook

BLANK_WORDS = {
    "select",
    "-select-",
    "please select",
    "请选择",
    "n/a",
    "#n/a",
    "null",
    "none",
    "nan",
    "-",
    "--",
    "—",
    "/",
}
"""What other programs write into a cell that nobody filled in."""

MOST_REMEMBERED = 5000
FORMAL = (Choice, Coded, Date, Email, Fixed, Money, PersonKind, Phone, Uscc, Website)
REPEATING = (Choice, Coded, Fixed, PersonKind, Tags)


def longest(target: Target) -> int:
    """How many characters the column holds; 0 where it is not one of text."""
    return getattr(target.catalogue.model._meta.get_field(target.field.column), "max_length", None) or 0


class Cleaner:
    """Reads texts of one target, remembering what repeats.

    Args:
        target: where the texts go.
        book: names that the person may use.
    """

    def __init__(self, target: Target, book: NameBook) -> None:
        kind = target.field.kind
        self.target, self.kind, self.book = target, kind, book
        self.reason = target.key
        self.is_formal = isinstance(kind, FORMAL)
        self.is_many = isinstance(kind, (Choices, Tags))
        self.remembers = isinstance(kind, REPEATING)
        self.remembered: dict[str, Any] = {}
        self.longest = longest(target)

    def read(self, text: str) -> Any:
        """The stored value; None for a blank.

        Raises:
            Invalid: as the form refuses it.
        """
        if self.is_formal and text.strip().lower() in BLANK_WORDS:
            return None
        if not self.remembers:
            return self._parse(text)
        if text not in self.remembered:
            if len(self.remembered) > MOST_REMEMBERED:
                self.remembered.clear()
            try:
                self.remembered[text] = self._parse(text)
            except Invalid as refusal:
                self.remembered[text] = refusal
        found = self.remembered[text]
        if isinstance(found, Invalid):
            raise found
        return found

    def _parse(self, text: str) -> Any:
        many = self.is_many
        value = self.kind.parse_many([text], self.book) if many else self.kind.parse(text, self.book)  # type: ignore[attr-defined]
        if self.longest and isinstance(value, str) and len(value) > self.longest:
            words = {"longest": self.longest, "length": len(value)}
            raise Invalid(_("Use at most %(longest)d characters; there are %(length)d.") % words)
        return None if value == "" or value == [] else value


class RowReader:
    """Cleans the rows of one import.

    Args:
        user: for whom; their rights say which targets and owners there are.
        leave_bad: a value of an optional field that can't be read is left out, with a warning.
        tag: a tag that every customer gets.
    """

    def __init__(self, user: User, mapping: Mapping, *, leave_bad: bool = False, tag: str = "") -> None:
        self.user, self.leave_bad = user, leave_bad
        self.book = NameBook(user)
        self.targets = targets_for(user)
        self.takers = Takers(mapping, self.targets)
        self.cleaners = {target.key: Cleaner(target, self.book) for target, _places in self.takers.plan}
        self.mapped = set(self.cleaners)
        self.category = next(
            (one for one in CUSTOMER.fields["category"].kind.offered(self.book)),  # type: ignore[attr-defined]
            None,
        )
        self.tags = CUSTOMER.fields["tags"].kind.parse_many([tag], self.book) if tag else []  # type: ignore[attr-defined]
        self.reach = user.reach("customer", "create")

    def read(self, rows: Sequence[Row]) -> list[Draft]:
        """The rows as drafts, each with its problems."""
        drafts = self.clean(rows)
        self.find_parents(drafts)
        return drafts

    def clean(self, rows: Sequence[Row]) -> list[Draft]:
        """The rows as drafts whose parent companies are still names. After `meet` it asks the database nothing."""
        return [self._draft(number, cells) for number, cells in rows]

    def meet(self, rows: Sequence[Row]) -> None:
        """Look up now the people and lists that the cleaning of these rows will ask for."""
        self.book.options("category"), self.book.tags
        owner = self.cleaners.get("owner")
        for target, places in self.takers.plan:
            if target.key == "owner" and owner is not None:
                for text in {cells[places[0]] for _number, cells in rows if places[0] < len(cells)}:
                    with suppress(Invalid):
                        owner.read(text)

    def _draft(self, number: int, cells: Sequence[str]) -> Draft:
        draft = Draft(number)
        person: dict[str, Any] = {}
        begun = False
        for target, (text, column) in self.takers.take(cells):
            if not text or text.isspace():
                continue
            begun = begun or target.is_contact
            self._read(draft, target, text, column, person if target.is_contact else draft.values)
            if target.key == NAME:
                draft.name_column = column
        self._settle(draft)
        if begun:
            self._add_person(draft, person)
        return draft

    def _read(self, draft: Draft, target: Target, text: str, column: int, values: dict[str, Any]) -> None:
        field = target.field
        if isinstance(field.kind, Link):
            values[field.name] = (text.strip(), column)  # looked up for many rows at once
            return
        try:
            value = self.cleaners[target.key].read(text)
        except Invalid as refusal:
            self._refuse(draft, target, str(refusal), column, text)
            return
        if value is not None:
            values[field.name] = value

    def _refuse(self, draft: Draft, target: Target, sentence: str, column: int, text: str) -> None:
        if self.leave_bad and not target.field.required:
            draft.warn(target.key, _("%(sentence)s Left empty.") % {"sentence": sentence}, column, text)
        else:
            draft.refuse(target.key, sentence, column, text)

    def _settle(self, draft: Draft) -> None:
        """Tags and owner out of the values; what is required is asked for."""
        values = draft.values
        draft.tags = [*values.pop("tags", ()), *self.tags]
        if "owner" in values:
            self._set_owner(draft, values.pop("owner"))
        if "category" not in self.mapped and self.category is not None:
            values["category"] = self.category
        for name in ("name", "category"):
            if name not in values and not any(problem.reason == name for problem in draft.problems):
                self._require(draft, CUSTOMER.fields[name], name)

    def _require(self, draft: Draft, field: Field, key: str) -> None:
        column = next((places[0] for target, places in self.takers.plan if target.key == key and places), -1)
        draft.refuse(f"required:{key}", required_sentence(field), column)

    def _set_owner(self, draft: Draft, owner: User) -> None:
        if self.reach.covers(owner.pk, owner.department_id):
            draft.owner = owner
        else:
            column = next(places[0] for target, places in self.takers.plan if target.key == "owner")
            draft.refuse("owner", _("You may not create customers for %(name)s.") % {"name": owner}, column, str(owner))

    def _add_person(self, draft: Draft, values: dict[str, Any]) -> None:
        tags = values.pop("tags", [])
        if "name" in values:
            draft.people.append(Person(values, tags))
        elif not any(problem.reason == "contact.name" for problem in draft.problems):
            self._require(draft, CONTACT.fields["name"], "contact.name")

    def find_parents(self, drafts: Sequence[Draft]) -> None:
        """Parent companies by name, of those the person may see, in one query."""
        wanted = {draft.values["parent"][0] for draft in drafts if "parent" in draft.values}
        if not wanted:
            return
        found: dict[str, list[Customer]] = {}
        for customer in Customer.objects.visible_to(self.user).filter(name__in=wanted):
            found.setdefault(customer.name, []).append(customer)
        for draft in drafts:
            if "parent" in draft.values:
                self._set_parent(draft, found)

    def _set_parent(self, draft: Draft, found: dict[str, list[Customer]]) -> None:
        text, column = draft.values.pop("parent")
        named = found.get(text, [])
        if len(named) == 1:
            draft.values["parent"] = named[0]
        else:
            sentence = _("There is no such record, or you may not see it.")
            self._refuse(draft, self.targets["parent"], sentence, column, text)
