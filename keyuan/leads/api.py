"""Leads in the API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import HttpRequest, HttpResponse

from keyuan.customers.bulk import delete_all, tag_all
from keyuan.customers.pool_api import (
    assign_record,
    claim_record,
    described_assign,
    described_claim,
    described_release,
    pool_json,
    release_record,
)
from keyuan.customers.transfer_api import described, transfer_record
from keyuan.leads.fields import LEAD
from keyuan.leads.forms import LeadForm
from keyuan.leads.lists import BECAME, load_leads
from keyuan.org.models import User
from keyuan.records.cleaners import Invalid
from keyuan.records.errors import NotReady
from keyuan.records.forms import RecordForm, required_sentence
from keyuan.records.namebook import NameBook
from keyuan.records.options import Option
from keyuan.ui.rest.access import may_call
from keyuan.ui.rest.describing import operation
from keyuan.ui.rest.inputs import body, expect, fits, wrong_type
from keyuan.ui.rest.problems import Problem, refused
from keyuan.ui.rest.records import RecordApi
from keyuan.ui.rest.replays import repeatable
from keyuan.ui.rest.schemas import Schema, nullable, ref, schemas_of, text
from keyuan.ui.rest.showing import Shape

SHAPE = Shape(
    LEAD,
    load_leads,
    related=tuple(name for _model, name in BECAME),
    extras={
        "pool": pool_json,
        "version": lambda row: row.version,
        "custom": lambda row: row.custom,
    },
    hidden=frozenset({"comes_soon", "came"}),
)


class LeadApi(RecordApi):
    """What differs: a lead that has neither company nor name is told so at the field."""

    @contextmanager
    def explaining(self, request: HttpRequest, form: RecordForm | None = None) -> Iterator[None]:
        try:
            with super().explaining(request, form):
                yield
        except NotReady as refusal:
            raise Problem(422, str(refusal), {name: [str(refusal)] for name in refusal.fields}) from refusal


LEADS = LeadApi("leads", LeadForm, SHAPE, tag_all, delete_all)
leads = LEADS.router()


def _reason(given: Any, by: User) -> Option:
    """The reason that a body names, by key, label or object.

    Raises:
        Problem: 422 where there is none, or it is not in the list.
    """
    field, book = LEAD.fields["invalid_reason"], NameBook(by)
    if not fits(field, given, book):
        raise refused({"reason": [wrong_type("reason")]})
    try:
        found = field.kind.parse(str(field.kind.from_json(given) or ""), book)
    except Invalid as refusal:
        raise refused({"reason": [str(refusal)]}) from refusal
    if found is None:
        raise refused({"reason": [required_sentence(field)]})
    return found


def _described(name: str, summary: str, members: dict[str, Schema] | None = None) -> dict[str, Any]:
    schema: Schema = {
        "type": "object",
        "properties": members or {},
        "required": list(members or {}),
        "additionalProperties": False,
    }
    return operation(name, summary, result=ref("Lead"), body=schema, post=True, refusals=(404, 409, 422))


def _step(request: HttpRequest, pk: int, verb: str, **values: Any) -> HttpResponse:
    record = LEADS.find(request, pk)
    with LEADS.explaining(request):
        getattr(record, verb)(by=request.user, **values)
    return LEADS.answer(request, LEADS.find(request, pk))


@leads.post("/{int:pk}/qualify", **_described("qualify_lead", "Mark a lead as valid"))
@repeatable()
@may_call("lead", "edit")
def qualify(request: HttpRequest, pk: int) -> HttpResponse:
    expect(body(request) if request.body else {})
    return _step(request, pk, "qualify")


@leads.post(
    "/{int:pk}/disqualify",
    **_described(
        "disqualify_lead", "Mark a lead as invalid", {"reason": {"anyOf": [text(), {"type": "object"}, ref("Choice")]}}
    ),
)
@repeatable()
@may_call("lead", "edit")
def disqualify(request: HttpRequest, pk: int) -> HttpResponse:
    given = expect(body(request), reason=(str, dict, type(None)))
    LEADS.find(request, pk)
    return _step(request, pk, "disqualify", reason=_reason(given.get("reason"), request.user))  # type: ignore[arg-type]


@leads.post("/{int:pk}/reopen", **_described("reopen_lead", "Work on an invalid lead again"))
@repeatable()
@may_call("lead", "edit")
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    expect(body(request) if request.body else {})
    return _step(request, pk, "reopen")


@leads.post("/{int:pk}/transfer", **described("transfer_lead", "Lead"))
@repeatable()
@may_call("lead", "transfer")
def transfer_lead(request: HttpRequest, pk: int) -> HttpResponse:
    return transfer_record(request, LEADS, pk)


@leads.post("/{int:pk}/claim", **described_claim("claim_lead", "Lead"))
@repeatable()
@may_call("lead", "claim")
def claim_lead(request: HttpRequest, pk: int) -> HttpResponse:
    return claim_record(request, LEADS, pk)


@leads.post("/{int:pk}/assign", **described_assign("assign_lead", "Lead"))
@repeatable()
@may_call("lead", "assign")
def assign_lead(request: HttpRequest, pk: int) -> HttpResponse:
    return assign_record(request, LEADS, pk)


@leads.post("/{int:pk}/release", **described_release("release_lead", "Lead"))
@repeatable()
@may_call("lead", "release")
def release_lead(request: HttpRequest, pk: int) -> HttpResponse:
    return release_record(request, LEADS, pk)


SCHEMAS: dict[str, Schema] = schemas_of("Lead", SHAPE)
SCHEMAS["Lead"]["properties"]["score"] = nullable({"type": "integer", "minimum": 0, "title": "Score"})
