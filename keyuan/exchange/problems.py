"""What is wrong with a row, or worth a look, in the sentences of the form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

BAD, WARN, INFO = "bad", "warn", "info"


@dataclass(slots=True)
class Problem:
    """One sentence about one cell.

    Attributes:
        level: bad (the row is refused), warn (somebody should look), info (why it is skipped).
        reason: what it is counted under, such as `industry`, `required:name`, `exists`.
        column: the place of the column; -1 where it is about the row.
        record_id: the customer that it speaks of.
    """

    level: str
    reason: str
    text: str
    column: int = -1
    value: str = ""
    record_id: int | None = None

    def as_json(self) -> dict[str, Any]:
        found: dict[str, Any] = {"level": self.level, "reason": self.reason, "text": self.text}
        if self.column >= 0:
            found |= {"column": self.column, "value": self.value[:200]}
        if self.record_id:
            found["record_id"] = self.record_id
        return found
