"""The figures of an import in words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from keyuan.customers.fields import CONTACT, CUSTOMER
from keyuan.exchange.kinds import kind_of
from keyuan.exchange.models import Import, ImportRow
from keyuan.exchange.reading import column_letter
from keyuan.exchange.targets import CONTACT_PREFIX
from keyuan.records.catalogue import Catalogue
from keyuan.records.forms import required_sentence

NAMED = 20  # refused rows that a report names one by one

REASONS = {
    "two": gettext_lazy("Name and credit code belong to two customers"),
    "several": gettext_lazy("Similar to several customers"),
    "meanwhile": gettext_lazy("Saved by somebody else meanwhile"),
    "exists": gettext_lazy("The customer exists"),
    "foreign": gettext_lazy("The customer exists and is somebody else's"),
    "repeated": gettext_lazy("Same customer as an earlier row"),
    "code": gettext_lazy("Same name, another credit code"),
    "logged": gettext_lazy("The follow-up exists"),
    "again": gettext_lazy("Same as an earlier row"),
    "similar:name": gettext_lazy("Similar name"),
    "similar:phone": gettext_lazy("Same phone"),
    "similar:domain": gettext_lazy("Same domain"),
}


NAMING = ("customer", "contacts", "author")
"""Fields that name somebody: who is not found, rather than not read."""


def reason_label(reason: str, catalogue: Catalogue = CUSTOMER) -> str:
    """A reason of the counts in words: `industry` is the field's label, `required:name` the form's sentence."""
    if reason in REASONS:
        return str(REASONS[reason])
    key = reason.removeprefix("required:").removeprefix("ahead:")
    field = (CONTACT if key.startswith(CONTACT_PREFIX) else catalogue).fields.get(key.removeprefix(CONTACT_PREFIX))
    if field is None:
        return reason
    if reason.startswith("ahead:"):
        return _("%(field)s lies in the future") % {"field": field.label}
    if reason != key:
        return required_sentence(field)
    if key in NAMING:
        return _("%(field)s not found") % {"field": field.label}
    return _("%(field)s can't be read") % {"field": field.label} if key != "owner" else str(field.label)


def second(moment: datetime) -> str:
    """A moment in the organisation's zone, as people write it."""
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}"


class Report:
    """What an import did, or after a check would do."""

    def __init__(self, of: Import) -> None:
        self.of, self.counts = of, of.counts

    def number(self, name: str) -> int:
        return int(self.counts.get(name, 0))

    def reasons(self, level: str) -> list[tuple[str, int]]:
        """Reasons of one level (refused, warned, skipped) with their numbers, the most frequent first."""
        found = [
            (reason_label(name.partition(":")[2], kind_of(self.of).catalogue), number)
            for name, number in self.counts.items()
            if name.startswith(f"{level}:")
        ]
        return sorted(found, key=lambda pair: -pair[1])

    def all_reasons(self) -> list[tuple[str, int]]:
        """Reasons of all levels."""
        return [pair for level in ("refused", "warned", "skipped") for pair in self.reasons(level)]

    @property
    def left_out(self) -> int:
        """Rows that did not go in: skipped and refused ones."""
        return self.number("skipped") + self.number("refused")

    @property
    def list_url(self) -> str:
        """The address of the list that shows what came in."""
        if self.number("created") + self.number("updated") == 0 or self.of.started_at is None:
            return ""
        node = self._customers() if self.of.kind == "customers" else self._by_moment()
        query = {"view": "all", "filter": json.dumps(node, ensure_ascii=False, separators=(",", ":"))}
        return f"{reverse(kind_of(self.of).list)}?{urlencode(query)}" if node else ""

    def _customers(self) -> dict[str, Any]:
        """By the tag, else by who made them and when."""
        tag = self.of.options.get("tag")
        if tag:
            return {"field": "tags", "op": "any", "value": [tag]}
        if not self.number("created"):
            return {}
        who = {"field": "created_by", "op": "=", "value": str(self.of.by_id)}
        return {"and": [who, {"field": "created_at", "op": "between", "value": self._span()}]}

    def _by_moment(self) -> dict[str, Any]:
        """By when they came in: author and time of creation are those of the sheet."""
        return {"field": "updated_at", "op": "between", "value": self._span()}

    def _span(self) -> list[str]:
        of = self.of
        assert of.started_at is not None
        return [second(of.started_at), second((of.finished_at or timezone.now()) + timedelta(seconds=1))]

    def names_from(self) -> list[tuple[str, int]]:
        """How many names came from which column, where there are several."""
        found = {
            int(name.partition(":")[2]): number for name, number in self.counts.items() if name.startswith("name:")
        }
        return [(self.column(place), found[place]) for place in sorted(found)] if len(found) > 1 else []

    def column(self, place: int) -> str:
        """The header of a column; where it has none, its letter."""
        header = self.of.header[place] if 0 <= place < len(self.of.header) else ""
        return header or _("column %(letter)s") % {"letter": column_letter(place)}

    def lines(self) -> list[str]:
        """The report as lines of text."""
        return [*self._head(), *self._reasons(), *self._refused()]

    def _head(self) -> Iterator[str]:
        of = self.of
        words = {"file": of.file_name, "rows": f"{of.row_count:,}"}
        if of.state == Import.State.CHECKED:
            yield _("%(file)s: %(rows)s rows checked, nothing is written") % words
        else:
            yield _("%(file)s: %(rows)s rows") % words
        figures = {name: f"{self.number(name):,}" for name in ("created", "updated", "unchanged", "skipped", "refused")}
        sentence = _(
            "created %(created)s, updated %(updated)s, unchanged %(unchanged)s, "
            "skipped %(skipped)s, refused %(refused)s"
        )
        yield sentence % figures
        figures = {name: f"{self.number(name):,}" for name in ("warned", "contacts")}
        if of.kind == "customers":
            yield _("warned %(warned)s, contacts added %(contacts)s") % figures
        else:
            yield _("warned %(warned)s") % figures
        for label, number in self.names_from():
            yield _("name from “%(column)s”: %(number)s") % {"column": label, "number": f"{number:,}"}
        if of.failure:
            yield of.failure

    def _reasons(self) -> Iterator[str]:
        heads = {"refused": _("refused"), "warned": _("warned"), "skipped": _("skipped")}
        for level, head in heads.items():
            for label, number in self.reasons(level):
                yield _("%(head)s: %(reason)s, %(number)s") % {"head": head, "reason": label, "number": f"{number:,}"}

    def _refused(self) -> Iterator[str]:
        rows = ImportRow.objects.filter(of=self.of, outcome="refused").order_by("number")
        for row in rows[:NAMED]:
            for one in row.problems:
                if one["level"] == "bad":
                    yield self.sentence(row.number, one)
        more = self.number("refused") - NAMED
        if more > 0:
            yield ngettext("and %(number)d more row", "and %(number)d more rows", more) % {"number": more}

    def sentence(self, number: int, problem: dict[str, object]) -> str:
        """One problem of one row as a line: row, column, value, sentence."""
        words = {"number": number, "column": self.column(int(str(problem.get("column", -1)))), "text": problem["text"]}
        if "column" not in problem:
            return _("row %(number)d: %(text)s") % words
        return _("row %(number)d, %(column)s: %(text)s") % words
