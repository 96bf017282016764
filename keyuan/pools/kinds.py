"""Which record types can lie in a pool, and where in their tables stands what the clock asks. Declared at start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from keyuan.records.catalogue import Catalogue


@dataclass(frozen=True)
class PoolKind:
    """One record type.

    Attributes:
        model: a `Pooled` record; its module is the kind of its pools.
        catalogue: of its fields.
        events: by event of the rules, an SQL expression about the row `t`: the moment it happened last, or NULL.
        exempt: by exemption, an SQL condition about the row `t`.
        uncounted: by name, the condition of rows that the limit of holding does not count.
        choices: fields by whose entries waits may differ, with their columns.
        settled: the condition of rows that need nobody any more, and that nobody therefore holds.
        named_by: columns of which the name of a record is made.
        ending: further SQL conditions under which a row has no clock, such as a lead that is converted.
    """

    model: Any
    catalogue: Catalogue
    events: Mapping[str, str]
    exempt: Mapping[str, str] = field(default_factory=lambda: {"locked": "t.is_locked"})
    uncounted: Mapping[str, Q] = field(default_factory=lambda: {"locked": Q(is_locked=True)})
    choices: Mapping[str, str] = field(default_factory=dict)
    settled: Q = field(default_factory=lambda: Q(pk=None))
    ending: tuple[str, ...] = ()
    named_by: tuple[str, ...] = ("name",)


KINDS: dict[str, PoolKind] = {}


def declare(kind: PoolKind) -> None:
    """Let records of this type lie in pools."""
    KINDS[kind.model.module] = kind
