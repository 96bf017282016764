"""How the routes of conversions are called with success: a part of the table of the access matrix."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from keyuan.leads.models import Lead
from tests.visiting import Visit


def converted(world: SimpleNamespace, records: SimpleNamespace) -> Any:
    return Lead.rows.get(pk=records.lead.pk).convert(by=records.owner)


def converted_and_lost(world: SimpleNamespace, records: SimpleNamespace) -> None:
    converted(world, records).customer.delete_by(records.owner)


LEAD: Any = {"about": "lead"}
CONVERSION_VISITS = {
    "POST /leads/<int:pk>/convert/undo/": Visit(before=converted, to="/leads/", **LEAD),
    "POST /leads/<int:pk>/revive/": Visit(before=converted_and_lost, to="/leads/", **LEAD),
    "POST /api/v1/leads/<int:pk>/convert": Visit(data={"customer": None, "contact": True, "opportunity": True}, **LEAD),
    "POST /api/v1/leads/<int:pk>/revive": Visit(data={}, before=converted_and_lost, **LEAD),
}
