"""What the person chose for an import: what happens to duplicates and to cells that can't be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

LONGEST_TAG = 40


class Policy(models.TextChoices):
    """What happens to a row whose customer exists."""

    UPDATE_EMPTY = "update_empty", _("Fill empty fields")
    SKIP = "skip", _("Skip")
    UPDATE = "update", _("Update")
    CREATE = "create", _("Create anyway")


EXPLAINED = {
    Policy.UPDATE_EMPTY: _("Only adds what the customer does not have yet"),
    Policy.SKIP: _("Keeps the customer as it is, the row is not imported"),
    Policy.UPDATE: _("Replaces values by those of the file, noted in the history"),
    Policy.CREATE: _("The row becomes a customer of its own, marked as similar"),
}
FOR_SAME = (Policy.UPDATE_EMPTY, Policy.SKIP, Policy.UPDATE)
FOR_SIMILAR = (Policy.CREATE, Policy.SKIP, Policy.UPDATE_EMPTY, Policy.UPDATE)


@dataclass(frozen=True)
class Options:
    """The choices of one import.

    Attributes:
        same: for the same name or credit code, which can exist only once.
        similar: for a similar name, the same phone or domain.
        leave_bad: cells of optional fields that can't be read are left empty instead of refusing the row.
        tag: a tag for all customers of the file.
    """

    same: str = Policy.UPDATE_EMPTY.value
    similar: str = Policy.CREATE.value
    leave_bad: bool = False
    tag: str = ""

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Options:
        """From JSON or a form; what is unknown becomes the default."""
        same, similar = given.get("same"), given.get("similar")
        return cls(
            same=str(same) if same in FOR_SAME else cls.same,
            similar=str(similar) if similar in FOR_SIMILAR else cls.similar,
            leave_bad=given.get("leave_bad") in (True, "1", "on", "true"),
            tag=" ".join(str(given.get("tag") or "").split())[:LONGEST_TAG],
        )

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
