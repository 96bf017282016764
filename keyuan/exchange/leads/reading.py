"""Rows of a sheet of leads through the cleaners of the form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from keyuan.exchange.activities.authors import Authors
from keyuan.exchange.activities.reading import remembering
from keyuan.exchange.cleaning import BLANK_WORDS, Cleaner
from keyuan.exchange.columns import Mapping, Takers
from keyuan.exchange.drafts import Draft
from keyuan.exchange.leads.columns import targets_for
from keyuan.exchange.reading.table import Row
from keyuan.leads.fields import LEAD
from keyuan.leads.forms import BEST_SCORE
from keyuan.leads.models import Lead
from keyuan.leads.models.standing import State
from keyuan.org.models import User
from keyuan.records.cleaners import Invalid
from keyuan.records.forms import required_sentence
from keyuan.records.namebook import NameBook

FREE = ("company", "name", "requirement", "notes")
"""What may be a word that other programs write into a blank cell."""


POOL_WORDS = ("线索池", "公海", "pool", "lead pool")
NOBODY = object()
"""Stands for the owner of a row that goes into a pool."""


class Reader:
    """Cleans the rows of one import.

    Args:
        user: for whom; what they may give to whom decides what a row may name.
        leave_bad: a value of an optional field that can't be read is left out, with a warning.
    """

    def __init__(self, user: User, mapping: Mapping, *, leave_bad: bool = False) -> None:
        self.user, self.leave_bad = user, leave_bad
        self.book = NameBook(user)
        self.targets = targets_for(user)
        self.takers = Takers(mapping, self.targets)
        self.column = {target.key: places[0] for target, places in self.takers.plan if places}
        self.people = Authors()
        self.giving = user.reach("lead", "create") | user.reach("lead", "transfer") | user.reach("lead", "assign")
        self.readers = {target.key: self._reader(target) for target, _places in self.takers.plan}

    def _reader(self, target: Any) -> Callable[[str], Any]:
        if target.key == "owner":
            return remembering(self._owner)
        read = Cleaner(target, self.book).read
        return remembering(read) if target.key == "campaign" else read

    def _owner(self, text: str) -> User | object:
        if text.strip().lower() in POOL_WORDS:
            if Lead.receiver(self.user) is None:
                raise Invalid(_("No pool takes it. Name an owner."))
            return NOBODY
        person = self.people.find(text)
        if person.pk != self.user.pk and not self.giving.covers(person.pk, person.department_id):
            raise Invalid(_("You may not create records for %(name)s.") % {"name": person})
        return person

    def read(self, rows: Sequence[Row]) -> list[Draft]:
        """The rows as drafts, each with its problems."""
        return [self._draft(number, cells) for number, cells in rows]

    def _draft(self, number: int, cells: Sequence[str]) -> Draft:
        draft = Draft(number)
        for target, (text, column) in self.takers.take(cells):
            key = target.key
            if text.strip() and (key in FREE or text.strip().lower() not in BLANK_WORDS):
                self._read(draft, key, text, column)
        self._settle(draft)
        return draft

    def _read(self, draft: Draft, key: str, text: str, column: int) -> None:
        try:
            value = self.readers[key](text)
        except Invalid as refusal:
            self._refuse(draft, key, str(refusal), column, text)
            return
        if value is not None and value != "" and value != []:
            if key == "tags":
                draft.tags = list(value)
            else:
                draft.values[key] = value

    def _refuse(self, draft: Draft, key: str, sentence: str, column: int = -1, text: str = "") -> None:
        column = self.column.get(key, column)
        if self.leave_bad and key not in ("owner", "state", "invalid_reason", "company", "name"):
            draft.values.pop(key, None)
            draft.warn(key, _("%(sentence)s Left empty.") % {"sentence": sentence}, column, text)
        else:
            draft.refuse(key, sentence, column, text)

    def _settle(self, draft: Draft) -> None:
        """What must be there, and what a state asks for."""
        values, wrong = draft.values, {problem.reason for problem in draft.problems}
        if not (values.get("company") or values.get("name")) and not wrong & {"company", "name"}:
            column = self.column.get("company", self.column.get("name", -1))
            draft.refuse("required:company", _("Write down a company or a name."), column)
        score = values.get("score")
        if score is not None and (score != int(score) or not 0 <= score <= BEST_SCORE):
            sentence = _("A score is a whole number from 0 to %(most)d.") % {"most": BEST_SCORE}
            self._refuse(draft, "score", sentence, text=str(score))
        state = values.get("state", State.NEW)
        if state == State.CONVERTED:
            sentence = _("A converted lead is a customer. Import it as a customer instead.")
            draft.refuse("converted:state", sentence, self.column.get("state", -1))
        if state == State.INVALID and not values.get("invalid_reason") and "invalid_reason" not in wrong:
            sentence = required_sentence(LEAD.fields["invalid_reason"])
            draft.refuse("required:invalid_reason", sentence, self.column.get("invalid_reason", -1))
