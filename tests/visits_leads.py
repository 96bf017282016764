"""How the routes of leads are called with success: a part of the table of the access matrix."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from keyuan.leads.models import Lead
from tests.make import option
from tests.visiting import DIM, Visit, binned, ids


def lead_form(world: SimpleNamespace, records: SimpleNamespace) -> dict[str, Any]:
    return {"company": "共同 新线索", "name": "王工", "source": "website", "version": records.lead.version}


def as_it_stands(**more: Any) -> Any:
    """The version of the lead as it is when the request is sent."""
    return lambda world, records: {"version": Lead.rows.get(pk=records.lead.pk).version, **more}


def invalid(world: SimpleNamespace, records: SimpleNamespace) -> None:
    Lead.rows.get(pk=records.lead.pk).disqualify(by=records.owner, reason=option("invalid_reason", "no_need"))


def valid(world: SimpleNamespace, records: SimpleNamespace) -> None:
    Lead.rows.get(pk=records.lead.pk).qualify(by=records.owner)


def given_to(world: SimpleNamespace, records: SimpleNamespace) -> dict[str, Any]:
    return {"chosen": records.lead.pk, "to": world.people["ben"].pk}


LEAD: Any = {"about": "lead"}
LEAD_VISITS = {
    "GET /leads/": Visit(data={"q": "共同", "view": "all"}),
    "GET /leads/count/": Visit(data={"exact": "1", "view": "all"}),
    "GET /leads/board/": Visit(data={"q": "共同", "view": "all"}),
    "GET /leads/board/cards/": Visit(data={"column": "new", "after": "0.0", "view": "all"}),
    "GET /leads/board/choices/": Visit(data={"field": "owner", "at": "/leads/board/?view=all"}),
    "POST /leads/bulk/": Visit(data=ids("lead", verb="delete"), to="/leads/"),
    "GET /leads/new/": Visit(),
    "POST /leads/new/": Visit(data=lead_form, to="/leads/"),
    "GET /leads/transfer/": Visit(data=lambda world, records: {"chosen": records.lead.pk}),
    "POST /leads/transfer/": Visit(data=given_to, to="/leads/"),
    "GET /leads/<int:pk>/": Visit(**LEAD),
    "GET /leads/<int:pk>/facts/": Visit(**LEAD),
    "GET /leads/<int:pk>/edit/": Visit(**LEAD),
    "POST /leads/<int:pk>/edit/": Visit(data=lead_form, to="/leads/", **LEAD),
    "GET /leads/<int:pk>/fields/<slug:name>/": Visit(path={"name": "notes"}, **LEAD),
    "POST /leads/<int:pk>/fields/<slug:name>/": Visit(
        path={"name": "notes"}, data={"notes": "新备注", "version": "1"}, to="/leads/", **LEAD
    ),
    "POST /leads/<int:pk>/show/<slug:name>/": Visit(DIM, path={"name": "mobile"}, to="/leads/", **LEAD),
    "POST /leads/<int:pk>/delete/": Visit(to="/leads/", **LEAD),
    "POST /leads/<int:pk>/restore/": Visit(before=binned("lead"), to="/leads/", **LEAD),
    "POST /leads/<int:pk>/star/": Visit(to="/leads/", **LEAD),
    "POST /leads/<int:pk>/move/": Visit(data=as_it_stands(state="working"), to="/leads/", **LEAD),
    "POST /leads/<int:pk>/start/": Visit(data=as_it_stands(), to="/leads/", **LEAD),
    "POST /leads/<int:pk>/qualify/": Visit(data=as_it_stands(), to="/leads/", **LEAD),
    "GET /leads/<int:pk>/disqualify/": Visit(**LEAD),
    "POST /leads/<int:pk>/disqualify/": Visit(data=as_it_stands(invalid_reason="no_need"), to="/leads/", **LEAD),
    "POST /leads/<int:pk>/reopen/": Visit(data=as_it_stands(), before=invalid, to="/leads/", **LEAD),
    "POST /leads/<int:pk>/undo/": Visit(before=valid, to="/leads/", **LEAD),
    "GET /api/v1/leads": Visit(data={"q": "共同"}),
    "POST /api/v1/leads": Visit(data={"company": "共同 新线索", "source": "website"}),
    "GET /api/v1/leads/fields": Visit(),
    "POST /api/v1/leads/bulk": Visit(data=ids("lead", verb="delete")),
    "GET /api/v1/leads/<int:pk>": Visit(**LEAD),
    "PATCH /api/v1/leads/<int:pk>": Visit(data={"notes": "新备注"}, **LEAD),
    "DELETE /api/v1/leads/<int:pk>": Visit(**LEAD),
    "POST /api/v1/leads/<int:pk>/restore": Visit(before=binned("lead"), **LEAD),
    "POST /api/v1/leads/<int:pk>/show": Visit(DIM, data={"field": "mobile"}, **LEAD),
    "POST /api/v1/leads/<int:pk>/qualify": Visit(data={}, **LEAD),
    "POST /api/v1/leads/<int:pk>/disqualify": Visit(data={"reason": "no_need"}, **LEAD),
    "POST /api/v1/leads/<int:pk>/reopen": Visit(data={}, before=invalid, **LEAD),
    "POST /api/v1/leads/<int:pk>/transfer": Visit(data=lambda world, _: {"to": world.people["ben"].pk}, **LEAD),
}
