"""What is planned next with records, for the cards of their boards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keyuan.activities.models import Plan
from keyuan.ui.boards.cards import NextSteps


def next_steps_of(column: str) -> NextSteps:
    """What tells the next steps of records that plans know as `column`."""

    def next_steps(user: Any, records: Sequence[int]) -> dict[int, str]:
        """The subject of the next open plan with each of these, as far as `user` may see it."""
        plans = Plan.objects.visible_to(user).open().filter(**{f"{column}__in": records}, starts_at__isnull=False)
        found = plans.order_by(column, "starts_at", "pk").distinct(column)
        return dict(found.values_list(column, "subject"))

    return next_steps
