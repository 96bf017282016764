"""How the routes that plan with many records are called with success: a part of the table of the access matrix."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tests.visiting import PLANNED, Visit


def chosen(world: SimpleNamespace, records: SimpleNamespace) -> dict[str, Any]:
    return {"module": "customer", "chosen": records.customer.pk}


def common(world: SimpleNamespace, records: SimpleNamespace) -> dict[str, Any]:
    return chosen(world, records) | {"subject": "春节问候", "kind": "phone", "starts_at": PLANNED}


PLANNING_VISITS = {
    "GET /activities/plans/each/": Visit(data=chosen),
    "POST /activities/plans/each/": Visit(data=common, to="/customers/"),
    "POST /activities/plans/each/<int:pk>/undo/": Visit(about="planning", to="/activities/plans/"),
}
