"""Rows of a sheet of opportunities through the cleaners of the form; what they name is looked up for many at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from keyuan.exchange.activities.authors import Authors
from keyuan.exchange.activities.companies import Companies, contacts_of, named_in, split
from keyuan.exchange.activities.reading import remembering
from keyuan.exchange.cleaning import BLANK_WORDS, Cleaner
from keyuan.exchange.columns import Mapping, Takers
from keyuan.exchange.drafts import Draft
from keyuan.exchange.opportunities.columns import REQUIRED, targets_for
from keyuan.exchange.reading.table import Row
from keyuan.opportunities.fields import OPPORTUNITY
from keyuan.opportunities.models import Product
from keyuan.opportunities.models.beginning import CLOSING
from keyuan.opportunities.stages import offered_pipelines, stages_of
from keyuan.org.models import User
from keyuan.records.cleaners import Invalid
from keyuan.records.cleaners.lines import clean_line
from keyuan.records.forms import required_sentence
from keyuan.records.namebook import NameBook


class Reader:
    """Cleans the rows of one import.

    Args:
        user: for whom; what they may see and give to whom decides what a row may name.
        leave_bad: a value of an optional field that can't be read is left out, with a warning.
    """

    def __init__(self, user: User, mapping: Mapping, *, leave_bad: bool = False) -> None:
        self.user, self.leave_bad = user, leave_bad
        self.book = NameBook(user)
        self.targets = targets_for(user)
        self.takers = Takers(mapping, self.targets)
        self.column = {target.key: places[0] for target, places in self.takers.plan if places}
        self.companies, self.people = Companies(user), Authors()
        self.giving = user.reach("opportunity", "create") | user.reach("opportunity", "transfer")
        self.readers = {target.key: self._reader(target) for target, _places in self.takers.plan}
        pipelines = offered_pipelines(self.book)
        opened = stages_of(self.book).open_of(pipelines[0].pk) if pipelines else []
        self.first = opened[0] if opened else None

    def _reader(self, target: Any) -> Callable[[str], Any]:
        special: dict[str, Callable[[str], Any]] = {
            "customer": clean_line,
            "contacts": str.strip,
            "products": str.strip,
            "owner": remembering(self._owner),
            "stage": remembering(Cleaner(target, self.book).read),
            "campaign": remembering(Cleaner(target, self.book).read),
        }
        return special.get(target.key) or Cleaner(target, self.book).read

    def _owner(self, text: str) -> User:
        person = self.people.find(text)
        if person.pk != self.user.pk and not self.giving.covers(person.pk, person.department_id):
            raise Invalid(_("You may not create records for %(name)s.") % {"name": person})
        return person

    def read(self, rows: Sequence[Row]) -> list[Draft]:
        """The rows as drafts, each with its problems."""
        drafts = [self._draft(number, cells) for number, cells in rows]
        self._find_customers(drafts)
        self._find_contacts(drafts)
        self._find_products(drafts)
        for draft in drafts:
            self._settle(draft)
        return drafts

    def _draft(self, number: int, cells: Sequence[str]) -> Draft:
        draft = Draft(number)
        for target, (text, column) in self.takers.take(cells):
            key = target.key
            blank = not text.strip() or (key not in ("notes", "name") and text.strip().lower() in BLANK_WORDS)
            if not blank:
                self._read(draft, key, text, column)
        return draft

    def _read(self, draft: Draft, key: str, text: str, column: int) -> None:
        try:
            value = self.readers[key](text)
        except Invalid as refusal:
            self._refuse(draft, key, str(refusal), text)
            return
        if value is not None and value != "" and value != []:
            if key == "tags":
                draft.tags = list(value)
            else:
                draft.values[key] = value

    def _refuse(self, draft: Draft, key: str, sentence: str, text: str = "") -> None:
        column = self.column.get(key, -1)
        if self.leave_bad and not self.targets[key].field.required and key not in ("owner", *CLOSING):
            draft.values.pop(key, None)
            draft.warn(key, _("%(sentence)s Left empty.") % {"sentence": sentence}, column, text)
        else:
            draft.refuse(key, sentence, column, text)

    def _find_customers(self, drafts: Sequence[Draft]) -> None:
        self.companies.meet(draft.values["customer"] for draft in drafts if "customer" in draft.values)
        for draft in drafts:
            if text := draft.values.pop("customer", ""):
                try:
                    draft.values["customer"] = self.companies.find(text)
                except Invalid as refusal:
                    draft.refuse("customer", str(refusal), self.column.get("customer", -1), text)

    def _find_contacts(self, drafts: Sequence[Draft]) -> None:
        named = [draft for draft in drafts if "contacts" in draft.values and "customer" in draft.values]
        found = contacts_of(self.user, [(one.values["customer"], one.values["contacts"]) for one in named])
        for draft in named:
            text = draft.values.pop("contacts")
            pks, refused = named_in(text, draft.values["customer"], found)
            for sentence in refused:
                self._refuse(draft, "contacts", sentence, text)
            draft.values["contacts"] = pks

    def _find_products(self, drafts: Sequence[Draft]) -> None:
        """By name or code, of one query for all rows."""
        named = [draft for draft in drafts if "products" in draft.values]
        words = {word for one in named for word in (one.values["products"], *split(one.values["products"]))}
        known: dict[str, set[int]] = defaultdict(set)
        rows = Product.objects.visible_to(self.user)
        for column in ("name", "code") if words else ():
            for pk, word in rows.filter(**{f"{column}__in": words}).values_list("pk", column):
                known[word].add(pk)
        for draft in named:
            text = draft.values.pop("products")
            parts = [text] if len(known.get(text, ())) == 1 else split(text)
            unknown = [part for part in parts if len(known.get(part, ())) != 1]
            if unknown:
                sentence = _("There is no product “%(name)s” in the catalogue.") % {"name": unknown[0][:60]}
                self._refuse(draft, "products", sentence, text)
            else:
                draft.values["products"] = [min(known[part]) for part in dict.fromkeys(parts)]

    # What must be there, and what follows

    def _settle(self, draft: Draft) -> None:
        values, wrong = draft.values, {problem.reason for problem in draft.problems}
        stage = self._stage(draft, wrong)
        if stage is not None and not stage.is_open and "closed_on" not in wrong:
            self._close(draft, stage, wrong)
        for key in ("customer", *REQUIRED):
            if key not in values and key not in wrong and not self._follows(draft, key):
                draft.refuse(f"required:{key}", required_sentence(OPPORTUNITY.fields[key]), self.column.get(key, -1))
        odds = values.get("probability")
        if odds is not None and (odds != int(odds) or not 0 <= odds <= 100):
            sentence = _("A probability is a whole number from 0 to 100.")
            draft.refuse("probability", sentence, self.column.get("probability", -1), str(odds))
        if values.get("amount", Decimal(0)) < 0:
            draft.refuse("amount", _("An amount is not negative."), self.column.get("amount", -1))

    def _stage(self, draft: Draft, wrong: set[str]) -> Any:
        if "stage" not in self.column and self.first is not None:
            draft.values["stage"] = self.first
        return draft.values.get("stage") if "stage" not in wrong else None

    def _follows(self, draft: Draft, key: str) -> bool:
        """Whether a field that no column gives has a value of its own: that of the stage, or of the products."""
        if key == "probability":
            stage = draft.values.get("stage")
            return "probability" not in self.column or (stage is not None and not stage.is_open)
        return key == "amount" and "amount" not in self.column and bool(draft.values.get("products"))

    def _close(self, draft: Draft, stage: Any, wrong: set[str]) -> None:
        """A closed deal has a day, a lost one a reason; the day that was expected stands for a missing one."""
        values, today = draft.values, timezone.localdate()
        values.pop("probability", None)
        day = values.get("closed_on") or values.get("expected_on")
        if day is not None:
            values["closed_on"] = day
            values.setdefault("expected_on", day)
            if day > today:
                column = self.column.get("closed_on", self.column.get("expected_on", -1))
                draft.refuse("ahead:closed_on", _("The day of closing can't lie ahead."), column)
        if stage.kind == "lost" and not values.get("reason") and "reason" not in wrong:
            sentence = required_sentence(OPPORTUNITY.fields["reason"])
            draft.refuse("required:reason", sentence, self.column.get("reason", -1))
