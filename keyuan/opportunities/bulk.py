"""Many opportunities at once: each row goes through the one verb, and those that refuse are named."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from keyuan.customers.models import Customer
from keyuan.opportunities.models import Opportunity, Stage
from keyuan.org.models import User
from keyuan.records.errors import RuleBroken
from keyuan.records.history import Operation

CHUNK, NAMED = 200, 3


@dataclass
class Moved:
    """What came of it.

    Attributes:
        number: how many stand in the stage now that did not before.
        refused: name and reason of each that stayed where it was.
    """

    number: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        """The first refusals in words; nothing where all have moved."""
        if not self.refused:
            return ""
        told = [_("“%(name)s”: %(reason)s") % {"name": name, "reason": why} for name, why in self.refused[:NAMED]]
        more = len(self.refused) - NAMED
        last = [_("and %(n)d more") % {"n": more}] if more > 0 else []
        return " ".join([_("%(n)d stayed where they were.") % {"n": len(self.refused)}, *told, *last])


def move_all(rows: Any, stage: Stage, *, by: User, **values: Any) -> Moved:
    """Bring all `rows` into `stage`, in chunks that commit.

    Args:
        values: what the stage asks for, for all of them: `reason` and `competitor` of a lost one, `closed_on`.
    """
    moved = Moved()
    pks = list(rows.exclude(stage=stage).order_by("pk").values_list("pk", flat=True))
    operation = Operation.begin("opportunity.moved", by=by) if pks else None
    for start in range(0, len(pks), CHUNK):
        with transaction.atomic():
            chunk = rows.model.objects.visible_to(by).filter(pk__in=pks[start : start + CHUNK]).order_by("pk")
            found = list(chunk.select_related("customer", "pipeline"))
            Customer.hold({one.customer_id for one in found})
            for one in found:
                _move(one, stage, by, operation, values, moved)
    return moved


def _move(
    one: Opportunity, stage: Stage, by: User, operation: Operation | None, values: dict[str, Any], moved: Moved
) -> None:
    try:
        with transaction.atomic():
            one.move(stage, by=by, operation=operation, **values)
    except (RuleBroken, PermissionDenied) as refusal:
        moved.refused.append((one.name, str(refusal)))
    else:
        moved.number += 1


def offer_all(rows: Any, *, is_on_sale: bool, by: User) -> int:
    """Let these products be on sale, or not, as one operation; how many changed. Their tags follow."""
    rows.model.require_field(by, "is_on_sale")
    operation = Operation.begin("product.edited", by=by)
    number = 0
    pks = list(rows.exclude(is_on_sale=is_on_sale).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(pks), CHUNK):
        chunk = rows.model.objects.allowed(by, "edit").filter(pk__in=pks[start : start + CHUNK])
        number += len(chunk.change(by=by, operation=operation, is_on_sale=is_on_sale))
    return number
