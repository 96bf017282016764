"""What moves along with a lead that is converted, and back: rooms above declare it once, when the process starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from keyuan.customers.models import Customer
    from keyuan.leads.models import Lead
    from keyuan.records.history import Operation


class Move(Protocol):
    def __call__(self, lead: Lead, customer: Customer, operation: Operation) -> None: ...


@dataclass(frozen=True)
class Along:
    """What hangs on leads.

    Attributes:
        go: hangs it on the customer that the lead became.
        back: hangs what came from the lead on it again, also where the customer lies in the recycle bin.
    """

    go: Move
    back: Move


ALONG: list[Along] = []


def moves_along(one: Along) -> None:
    """Let this move along with every lead."""
    if one not in ALONG:
        ALONG.append(one)
