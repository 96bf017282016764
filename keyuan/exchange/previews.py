"""The rows of a checked import as the page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from keyuan.exchange.columns import Mapping, Takers
from keyuan.exchange.kinds import kind_of
from keyuan.exchange.models import Import, ImportRow
from keyuan.exchange.targets import CONTACT_PREFIX, Target
from keyuan.org.models import User
from keyuan.records.kinds import LongText

MOST_COLUMNS, PAGE = 6, 50
SHOWS = ("flagged", "ready", "all")


@dataclass(frozen=True)
class Cell:
    """One cell: its text, and how the problem in it is marked."""

    label: str
    text: str
    level: str
    is_code: bool
    is_long: bool = False


@dataclass(frozen=True)
class PreviewRow:
    number: int
    name: str
    cells: list[Cell]
    problems: list[dict[str, Any]]
    outcome: str

    @property
    def marked(self) -> list[Cell]:
        """What a phone shows of the row."""
        return [cell for cell in self.cells if cell.level]


class Preview:
    """One page of the rows of an import.

    Args:
        show: flagged (refused, or worth a look), ready (will be imported) or all.
    """

    def __init__(self, of: Import, user: User, show: str, page: int) -> None:
        self.of, self.page = of, max(1, page)
        self.show = show if show in SHOWS else "flagged"
        kind = kind_of(of)
        self.targets = kind.targets(user)
        self.names = kind.shown[0]
        self.mapping = Mapping.of(of.mapping, self.targets, len(of.header))
        mapped = self.mapping.by_target()
        self.shown = [self.targets[key] for key in kind.shown if key in mapped][:MOST_COLUMNS]
        self.takers = Takers(self.mapping, self.targets)

    def _rows(self) -> QuerySet[ImportRow]:
        rows = ImportRow.objects.filter(of=self.of).order_by("number")
        if self.show == "flagged":
            return rows.filter(is_flagged=True)
        return rows.filter(outcome__in=("created", "updated", "unchanged")) if self.show == "ready" else rows

    def rows(self) -> list[PreviewRow]:
        start = (self.page - 1) * PAGE
        found = list(self._rows()[start : start + PAGE + 1])
        self.has_next = len(found) > PAGE
        return [self._row(row) for row in found[:PAGE]]

    def _row(self, row: ImportRow) -> PreviewRow:
        texts = {target.key: text for target, (text, _place) in self.takers.take(row.cells)}
        levels = {self._key(one): one["level"] for one in row.problems if one["level"] != "info"}
        cells = [self._cell(target, texts.get(target.key, ""), levels) for target in self.shown]
        return PreviewRow(row.number, texts.get(self.names, "").strip(), cells, row.problems, row.outcome)

    def _key(self, problem: dict[str, Any]) -> str:
        """The field that a problem is about."""
        reason = str(problem["reason"]).removeprefix("required:").removeprefix("ahead:")
        return reason if reason in self.targets else self.names

    def _cell(self, target: Target, text: str, levels: dict[str, str]) -> Cell:
        return Cell(head(target), text.strip(), levels.get(target.key, ""), target.key == "uscc", is_long(target))

    def counts(self) -> dict[str, int]:
        """How many rows each tab has."""
        counts = self.of.counts
        ready = sum(counts.get(name, 0) for name in ("created", "updated", "unchanged"))
        return {"flagged": counts.get("refused", 0) + counts.get("warned", 0), "ready": ready, "all": self.of.row_count}


def head(target: Target) -> str:
    """The word above a column: the name of the contact is simply the contact."""
    return _("Contact") if target.key == "contact.name" else str(target.field.label)


def is_long(target: Target) -> bool:
    """Whether its texts may be long, so that the column shares what room there is."""
    return isinstance(target.field.kind, LongText)


def heads(preview: Preview) -> list[tuple[str, bool, bool]]:
    """Label, whether it is required, and whether its texts may be long, of the columns shown."""
    return [
        (head(one), one.field.required and not one.key.startswith(CONTACT_PREFIX), is_long(one))
        for one in preview.shown
    ]
