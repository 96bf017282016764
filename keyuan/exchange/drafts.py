"""A row of the file on its way to a customer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from keyuan.exchange.problems import BAD, WARN, Problem
from keyuan.org.models import User
from keyuan.records.cleaners.phone import clean_phones
from keyuan.records.cleaners.phone import key as phone_key
from keyuan.records.keys import Key
from keyuan.records.options import Tag
from keyuan.records.text import normalise


def numbers(stored: str) -> list[str]:
    """The numbers of a cleaned field."""
    return clean_phones(stored) if ";" in stored else [stored] if stored else []


@dataclass(slots=True)
class Person:
    """The contact in a row: cleaned values that are filled, tags, and the keys of its numbers."""

    values: dict[str, Any]
    tags: list[Tag] = field(default_factory=list)
    keys: list[Key] = field(init=False)

    def __post_init__(self) -> None:
        values = self.values
        stored = [*numbers(values.get("mobile", "")), *numbers(values.get("phone", ""))]
        self.keys = list(dict.fromkeys(Key("phone", phone_key(number)) for number in stored))

    @property
    def sign(self) -> tuple[str, str]:
        return normalise(self.values["name"]), self.values.get("mobile", "")

    def is_same(self, name: str, mobile: str) -> bool:
        """Whether a contact of this name and number is the same person; two numbers are two persons."""
        mine, number = self.sign
        return mine == normalise(name) and (not number or not mobile or number == mobile)


@dataclass(slots=True)
class Draft:
    """One row, cleaned.

    Attributes:
        values: what is filled in, by field; blanks are left out.
        people: the contact of the row, and those of later rows of the same customer.
        keys: the duplicate keys, the blocking ones first; `similar` those that only warn.
        record_id: the customer that it was written to, or that it is a duplicate of.
        name_column: the column that the name came from.
        shape: the customer that it would become, where that was worked out ahead.
    """

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    tags: list[Tag] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    owner: User | None = None
    problems: list[Problem] = field(default_factory=list)
    keys: list[Key] = field(default_factory=list)
    similar: list[Key] = field(default_factory=list)
    outcome: str = ""
    record_id: int | None = None
    name_column: int = -1
    shape: Any = None

    @property
    def is_refused(self) -> bool:
        return any(problem.level == BAD for problem in self.problems)

    @property
    def is_flagged(self) -> bool:
        """Whether somebody should look at it: what is bad, and what warns."""
        return any(problem.level in (BAD, WARN) for problem in self.problems)

    @property
    def name(self) -> str:
        return self.values.get("name", "")

    def refuse(self, reason: str, text: str, column: int = -1, value: str = "") -> None:
        self.problems.append(Problem(BAD, reason, text, column, value))

    def warn(self, reason: str, text: str, column: int = -1, value: str = "", record_id: int | None = None) -> None:
        self.problems.append(Problem(WARN, reason, text, column, value, record_id))
