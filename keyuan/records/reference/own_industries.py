"""The industries as one organisation has them: the standard with its own names, without what it hides, with its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from keyuan.records.reference import industries
from keyuan.records.reference.industries import Industry, bare
from keyuan.records.reference.nearest import nearest
from keyuan.records.text import normalise

PICKED = 2
"""Pickers offer the standard down to its divisions; deeper only what the organisation has added."""


class Difference(Protocol):
    """One difference from the standard: an option of the list `industry`, its key a code."""

    key: str
    name: str
    is_retired: bool
    extra: dict[str, Any]


class Industries:
    """GB/T 4754 and what differs from it here. Offers what the module `industries` offers.

    Args:
        differences: a name for a code of the standard renames it, one for another code adds it; retired ones are
            hidden with all below them from pickers and refused for new values, while old records keep theirs; those
            that have `moved_to` were deleted and are only known to history.
    """

    def __init__(self, differences: Iterable[Difference]) -> None:
        self._named: dict[str, str] = {}
        self._hidden: set[str] = set()
        self._below: dict[str, list[Industry]] = {}
        self._deleted: dict[str, str] = {}
        for one in differences:
            if one.extra.get("moved_to"):
                self._deleted[one.key] = one.name
                continue
            if one.name:
                self._named[one.key] = one.name
            if one.is_retired:
                self._hidden.add(one.key)
            if one.name and not industries.exists(one.key):
                added = Industry(one.key, one.name)
                self._below.setdefault(added.parent, []).append(added)
        self._codes = {bare(name): code for code, name in sorted(self._named.items(), reverse=True)}
        self._own_codes = {code.lower(): code for code in self._named if not industries.exists(code)}

    def get(self, code: str) -> Industry | None:
        name = self._named.get(code)
        return Industry(code, name) if name else industries.get(code)

    def exists(self, code: str) -> bool:
        return code in self._named or industries.exists(code)

    def is_renamed(self, code: str) -> bool:
        return code in self._named and industries.exists(code)

    def is_hidden(self, code: str) -> bool:
        """Whether this very industry is hidden."""
        return code in self._hidden

    def is_offered(self, code: str) -> bool:
        """Whether a record may newly get this industry: neither it nor one above it is hidden."""
        return not self._hidden or not any(one.code in self._hidden for one in self.line(code))

    def roots(self) -> list[Industry]:
        """The sections that are offered."""
        return [one for one in self.children("") if one.code not in self._hidden]

    def children(self, code: str) -> list[Industry]:
        """The industries directly below one, the hidden ones too, own ones last."""
        standard = [self.get(one.code) or one for one in industries.children(code)]
        return [*standard, *self._below.get(code, ())]

    def picked(self, code: str) -> list[Industry]:
        """What a picker shows below one industry; sections for ""."""
        offered = [one for one in self.children(code) if one.code not in self._hidden]
        return [one for one in offered if one.is_own or one.level <= PICKED]

    def outline(self) -> list[tuple[str, str, int]]:
        """All that pickers show as one list: code, label and how deep it stands."""
        return list(self._outlined("", 0))

    def _outlined(self, code: str, depth: int) -> Iterator[tuple[str, str, int]]:
        for one in self.picked(code):
            yield one.code, self.label(one.code), depth
            yield from self._outlined(one.code, depth + 1)

    def line(self, code: str) -> list[Industry]:
        """The industry and those above it, the section first; empty for an unknown code."""
        found: list[Industry] = []
        industry = self.get(code)
        while industry:
            found.insert(0, industry)
            industry = self.get(industry.parent)
        return found

    def path(self, code: str) -> list[str]:
        return [industry.name for industry in self.line(code)]

    def label(self, code: str) -> str:
        """The name of an industry; a section that nobody renamed in the language of the page."""
        return self._named.get(code) or self._deleted.get(code) or industries.label(code)

    def under_prefix(self, code: str) -> str:
        return code

    def find(self, text: str) -> str | None:
        """The industry that a text names: by the organisation's own codes and names, else as the standard does."""
        plain = normalise(text)
        own = self._own_codes.get(plain) or self._codes.get(bare(plain)) or self._by_code_and_name(plain)
        return own or industries.find(text)

    def _by_code_and_name(self, plain: str) -> str | None:
        """An own code, or that of a renamed industry, with its name behind it, as exports write it."""
        code, _blank, name = plain.partition(" ")
        found = self._own_codes.get(code) or code.upper()
        return found if name and found in self._named and bare(self._named[found]) == bare(name) else None

    def suggest(self, text: str) -> str | None:
        """The label of the industry that an unknown text probably means, among those that are offered."""
        usual = self.find(text) or industries.USUAL.get(bare(text))
        if usual and self.is_offered(usual):
            return self.label(usual)
        codes = {self.label(code): code for code in [*industries.all_under(""), *self._own_codes.values()]}
        names = [name for name, code in codes.items() if _level(code) <= 3 and self.is_offered(code)]
        return nearest(text, names)


def _level(code: str) -> int:
    return Industry(code, "").level
