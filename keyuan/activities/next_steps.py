"""What is planned next with opportunities, for the cards of their boards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keyuan.activities.models import Plan


def next_steps(user: Any, opportunities: Sequence[int]) -> dict[int, str]:
    """The subject of the next open plan with each of these, as far as `user` may see it."""
    plans = Plan.objects.visible_to(user).open().filter(opportunity__in=opportunities, starts_at__isnull=False)
    found = plans.order_by("opportunity", "starts_at", "pk").distinct("opportunity")
    return dict(found.values_list("opportunity", "subject"))
