"""What goes where when a lead is converted, as the dialog shows it."""

from __future__ import annotations

from typing import Any

from keyuan.customers.fields import CONTACT, CUSTOMER
from keyuan.leads.conversion.mapping import EMPTY, ways_to
from keyuan.leads.fields import LEAD
from keyuan.leads.models import Lead
from keyuan.opportunities.fields import OPPORTUNITY
from keyuan.records.namebook import NameBook

TARGETS = {"customer": CUSTOMER, "contact": CONTACT, "opportunity": OPPORTUNITY}


def rows_of(lead: Lead, book: NameBook) -> list[dict[str, Any]]:
    """Each field of the lead that carries something and that the reader sees, and the fields that get it."""
    visible = LEAD.visible_fields(book.user)
    rows: dict[str, dict[str, Any]] = {}
    for target, catalogue in TARGETS.items():
        for way in ways_to(target):
            if way.source not in visible or way.field not in catalogue.fields or _stands_back(lead, way):
                continue
            field = visible[way.source]
            value = field.read(lead)
            if value in EMPTY:
                continue
            row = rows.setdefault(way.source, {"label": field.label, "value": field.kind.plain(value, book), "to": []})
            row["to"].append(f"{catalogue.label} · {catalogue.fields[way.field].label}")
    return list(rows.values())


def _stands_back(lead: Lead, way: Any) -> bool:
    """The person gives the customer its name only where there is no company."""
    return way.source == "name" and way.target == "customer" and bool(lead.company)
