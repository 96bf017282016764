"""What a record came from: rooms above tell it on the page of the record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyuan.org.models import User
    from keyuan.records.models import Record


@dataclass(frozen=True)
class Origin:
    """One thing that a record came from.

    Attributes:
        label: how it came to be.
        name: what it came from; "" where the reader may not see it.
        url: its page; "" where there is none for the reader.
    """

    label: str
    name: str = ""
    url: str = ""


ORIGINS: list[Callable[[Record, User], list[Origin]]] = []
"""Declared at start."""


def origins_of(record: Record, user: User) -> list[Origin]:
    """Everything that this record came from, as far as `user` may know it."""
    return [one for tell in ORIGINS for one in tell(record, user)]
