"""A mapping of columns to targets, and the raw texts that it takes out of a row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from keyuan.exchange.targets import NAME, Target

Taken = tuple[str, int]
"""A text, and the first column that it came from; -1 where all of them are blank."""


@dataclass
class Mapping:
    """Which column falls into which target.

    Attributes:
        columns: target by the place of the column; several may fall into one.
        fallback: columns that give the customer's name where those mapped to it are blank, in this order.
    """

    columns: dict[int, str] = field(default_factory=dict)
    fallback: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, kept: dict[str, Any], targets: dict[str, Target], width: int) -> Mapping:
        """From JSON; what does not exist (any more) for the person is dropped."""
        columns = {
            int(place): key
            for place, key in dict(kept.get("columns", {})).items()
            if str(place).isdecimal() and int(place) < width and key in targets
        }
        fallback = [place for place in kept.get("fallback", []) if isinstance(place, int) and 0 <= place < width]
        return cls(columns, fallback)

    def as_json(self) -> dict[str, Any]:
        return {"columns": {str(place): key for place, key in self.columns.items()}, "fallback": self.fallback}

    def by_target(self) -> dict[str, list[int]]:
        """The columns of each target, in the order of the file."""
        found: dict[str, list[int]] = {}
        for place in sorted(self.columns):
            found.setdefault(self.columns[place], []).append(place)
        if self.fallback and NAME not in found:
            found[NAME] = []
        if NAME in found:
            found[NAME] = list(dict.fromkeys([*found[NAME], *self.fallback]))
        return found

    def gives(self, key: str) -> bool:
        """Whether a column falls into this target."""
        return key in self.columns.values() or (key == NAME and bool(self.fallback))


class Takers:
    """Takes the raw text of every target out of the cells of a row."""

    def __init__(self, mapping: Mapping, targets: dict[str, Target]) -> None:
        self.plan = [(targets[key], places) for key, places in mapping.by_target().items() if key in targets]

    def take(self, cells: Sequence[str]) -> Iterator[tuple[Target, Taken]]:
        width = len(cells)
        for target, places in self.plan:
            place = places[0]
            if len(places) == 1:
                text = cells[place] if place < width else ""
                yield target, (text, place)
            else:
                yield target, _several(target, places, cells)


def _several(target: Target, places: list[int], cells: Sequence[str]) -> Taken:
    filled = [(cells[place], place) for place in places if place < len(cells) and cells[place].strip()]
    if not filled:
        return "", places[0]
    if target.glue is None or target.key == NAME:
        return filled[0]
    return target.glue.join(text.strip() for text, _place in filled), filled[0][1]
