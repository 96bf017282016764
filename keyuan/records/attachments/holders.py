"""Which record types hold files. The rooms above declare them once, when the process starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyuan.records.models import Record


@dataclass(frozen=True)
class Holder:
    """One record type whose records hold files.

    Attributes:
        model: whose `objects.visible_to(user)` says who sees the files.
        address: where its pages lie; a module that is switched off takes its files along.
        operation: what one must be allowed to do with the record to attach a file.
    """

    model: type[Record]
    address: str
    operation: str = "edit"


HOLDERS: dict[str, Holder] = {}


def declare(*holders: Holder) -> None:
    """Let the records of these types hold files."""
    HOLDERS.update({one.model.module: one for one in holders})


def find_holding(record_type: str | None, record_id: int | None) -> Record | None:
    """The record as it stands, whoever asks; None where there is none, or its type holds no files."""
    holder = HOLDERS.get(record_type or "")
    return holder.model.rows.filter(pk=record_id).first() if holder else None
