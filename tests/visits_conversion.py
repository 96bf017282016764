"""How the routes of conversions are called with success: a part of the table of the access matrix."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from keyuan.customers.models import Customer
from keyuan.leads.models import Lead
from tests.visiting import Visit


def converted(world: SimpleNamespace, records: SimpleNamespace) -> Any:
    return Lead.rows.get(pk=records.lead.pk).convert(by=records.owner)


def converted_and_lost(world: SimpleNamespace, records: SimpleNamespace) -> None:
    converted(world, records).customer.delete_by(records.owner)


def as_new(world: SimpleNamespace, records: SimpleNamespace) -> dict[str, Any]:
    named = {"new_customer-name": "另一家全新的公司", "new_customer-category": "potential"}
    seen = ",".join(map(str, Customer.rows.values_list("pk", flat=True)))
    version = Lead.rows.get(pk=records.lead.pk).version
    return {"into": "new", "contact": "none", "version": version, "seen": seen, **named}


TYPED = {"company": "共同公司", "mobile": "13900000000"}
LEAD: Any = {"about": "lead"}
CONVERSION_VISITS = {
    "POST /leads/duplicates/": Visit(data=TYPED, tells_names=True),
    "POST /contacts/duplicates/": Visit(data=TYPED, tells_names=True),
    "GET /leads/<int:pk>/convert/": Visit(tells_names=True, **LEAD),
    "POST /leads/<int:pk>/convert/": Visit(data=as_new, to="/customers/", **LEAD),
    "GET /leads/<int:pk>/convert/contacts/": Visit(data={"into": "new"}, **LEAD),
    "POST /leads/<int:pk>/convert/undo/": Visit(before=converted, to="/leads/", **LEAD),
    "POST /leads/<int:pk>/revive/": Visit(before=converted_and_lost, to="/leads/", **LEAD),
    "POST /api/v1/leads/<int:pk>/convert": Visit(data={"customer": None, "contact": True, "opportunity": True}, **LEAD),
    "POST /api/v1/leads/<int:pk>/revive": Visit(data={}, before=converted_and_lost, **LEAD),
}
