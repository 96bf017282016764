"""Rows of a sheet of follow-ups through the cleaners of the form; what names somebody is looked up for many at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from keyuan.activities.fields import FOLLOW_UP
from keyuan.activities.models.follow_up import AHEAD, check
from keyuan.exchange.activities.authors import Authors
from keyuan.exchange.activities.columns import NEEDED, targets_for
from keyuan.exchange.activities.companies import Companies, contacts_of, named_in
from keyuan.exchange.activities.related import Leads, deal_in, deals_of, why_not_about
from keyuan.exchange.cleaning import BLANK_WORDS, MOST_REMEMBERED, Cleaner
from keyuan.exchange.columns import Mapping, Takers
from keyuan.exchange.drafts import Draft
from keyuan.exchange.reading.table import Row
from keyuan.org.models import User
from keyuan.records.cleaners import Invalid, half_width
from keyuan.records.cleaners.lines import clean_line
from keyuan.records.errors import RuleBroken
from keyuan.records.forms import required_sentence
from keyuan.records.kinds import Choice
from keyuan.records.namebook import NameBook
from keyuan.records.options import Option

MOST_MINUTES = 24 * 60
OTHER = "other"
"""The kind of follow-ups whose sheet says nothing about it."""

_MINUTES = re.compile(r"(\d{1,5})\s*(分钟|分|min|mins|minutes?|m)?", re.IGNORECASE)


class Reader:
    """Cleans the rows of one import.

    Args:
        user: for whom; what they may see decides which customers and contacts there are.
        leave_bad: a value of an optional field that can't be read is left out, with a warning.
    """

    def __init__(self, user: User, mapping: Mapping, *, leave_bad: bool = False) -> None:
        self.user, self.leave_bad = user, leave_bad
        self.book = NameBook(user)
        self.targets = targets_for(user)
        self.takers = Takers(mapping, self.targets)
        self.column = {target.key: places[0] for target, places in self.takers.plan if places}
        self.companies, self.leads, self.authors = Companies(user), Leads(user), Authors()
        self.readers = {target.key: self._reader(target) for target, _places in self.takers.plan}
        kinds: Any = FOLLOW_UP.fields["kind"].kind
        self.kind: Option | None = kinds.find(OTHER, self.book) or next(iter(kinds.offered(self.book)), None)

    def _reader(self, target: Any) -> Callable[[str], Any]:
        kind = target.field.kind
        if isinstance(kind, Choice):
            return remembering(partial(_listed, kind, self.book))
        special: dict[str, Callable[[str], Any]] = {
            "customer": clean_line,
            "lead": clean_line,
            "opportunity": clean_line,
            "contacts": str.strip,
            "author": remembering(self.authors.find),
            "minutes": _minutes,
        }
        return special.get(target.key) or Cleaner(target, self.book).read

    def read(self, rows: Sequence[Row]) -> list[Draft]:
        """The rows as drafts, each with its problems."""
        now = timezone.now()
        drafts = [self._draft(number, cells, now) for number, cells in rows]
        self._find("customer", self.companies, drafts)
        self._find("lead", self.leads, drafts)
        self._find_contacts(drafts)
        self._find_deals(drafts)
        return drafts

    def _draft(self, number: int, cells: Sequence[str], now: datetime) -> Draft:
        draft = Draft(number)
        for target, (text, column) in self.takers.take(cells):
            if text and not text.isspace():
                self._read(draft, target.key, text, column)
        self._settle(draft, now)
        return draft

    def _read(self, draft: Draft, key: str, text: str, column: int) -> None:
        if key not in ("content", "contacts") and text.strip().lower() in BLANK_WORDS:
            return
        try:
            value = self.readers[key](text)
        except Invalid as refusal:
            self._refuse(draft, key, str(refusal), text)
        else:
            if value is not None and value != "":
                draft.values[key] = value

    def _refuse(self, draft: Draft, key: str, sentence: str, text: str = "") -> None:
        column = self.column.get(key, -1)
        if self.leave_bad and not self.targets[key].field.required and key != "author":
            draft.values.pop(key, None)
            draft.warn(key, _("%(sentence)s Left empty.") % {"sentence": sentence}, column, text)
        else:
            draft.refuse(key, sentence, column, text)

    def _settle(self, draft: Draft, now: datetime) -> None:
        """What is required is asked for; nothing has happened, or was written down, that lies ahead."""
        values, wrong = draft.values, {problem.reason for problem in draft.problems}
        if "kind" not in self.column and self.kind is not None:
            values["kind"] = self.kind
        about_lead = "lead" in values or "lead" in wrong
        for key in (*NEEDED, "kind"):
            if key not in values and key not in wrong and not (key == "customer" and about_lead):
                draft.refuse(f"required:{key}", required_sentence(FOLLOW_UP.fields[key]), self.column.get(key, -1))
        if "author" not in wrong:
            values.setdefault("author", self.user)
        if "at" in values:
            try:
                check(0, {"at": values["at"]})
            except RuleBroken as refusal:
                draft.refuse("ahead:at", str(refusal), self.column.get("at", -1))
        if "created_at" in values and values["created_at"] > now + AHEAD:
            sentence = _("It can't have been written down in the future.")
            draft.refuse("ahead:created_at", sentence, self.column["created_at"])

    def _find(self, key: str, known: Companies | Leads, drafts: Sequence[Draft]) -> None:
        """Whom the cells mean: the customer, or the lead."""
        named = [draft for draft in drafts if key in draft.values]
        known.meet(draft.values[key] for draft in named)
        for draft in named:
            text = draft.values.pop(key)
            try:
                draft.values[key] = known.find(text)
            except Invalid as refusal:
                draft.refuse(key, str(refusal), self.column.get(key, -1), text)
            else:
                if key == "lead" and (sentence := why_not_about(draft)):
                    draft.refuse(key, sentence, self.column["lead"], text)

    def _find_deals(self, drafts: Sequence[Draft]) -> None:
        """The opportunity is one of the customer; who names none names one that nobody knows."""
        named = [draft for draft in drafts if "opportunity" in draft.values]
        asked = [(one.values["customer"], one.values["opportunity"]) for one in named if "customer" in one.values]
        found = deals_of(self.user, asked)
        for draft in named:
            text, customer = draft.values.pop("opportunity"), draft.values.get("customer")
            try:
                if customer is None:
                    raise Invalid(_("An opportunity belongs to a customer. Name the customer, too."))
                draft.values["opportunity"] = deal_in(text, customer, found)
            except Invalid as refusal:
                self._refuse(draft, "opportunity", str(refusal), text)

    def _find_contacts(self, drafts: Sequence[Draft]) -> None:
        named = [draft for draft in drafts if "contacts" in draft.values and "customer" in draft.values]
        found = contacts_of(self.user, [(one.values["customer"], one.values["contacts"]) for one in named])
        for draft in named:
            text = draft.values.pop("contacts")
            pks, refused = named_in(text, draft.values["customer"], found)
            for sentence in refused:
                self._refuse(draft, "contacts", sentence, text)
            draft.values["contacts"] = pks


def remembering(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """The same reader for texts that repeat; refusals repeat as well."""
    known: dict[str, Any] = {}

    def look(text: str) -> Any:
        if text not in known:
            if len(known) > MOST_REMEMBERED:
                known.clear()
            try:
                known[text] = read(text)
            except Invalid as refusal:
                known[text] = refusal
        if isinstance(known[text], Invalid):
            raise known[text]
        return known[text]

    return look


def _listed(kind: Choice, book: NameBook, text: str) -> Option | None:
    """An entry of a list, also one that is not offered any more: it was when this happened."""
    return kind.find(text.strip(), book) or kind.parse(text, book)


def _minutes(text: str) -> int:
    found = _MINUTES.fullmatch(half_width(text).strip())
    if found is None or int(found[1]) > MOST_MINUTES:
        raise Invalid(_("Write the minutes as a number from 0 to 1440."))
    return int(found[1])
