"""Claiming, assigning and giving back in the API, for every record type that can lie in a pool."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from keyuan.customers.transfer_api import person
from keyuan.org.models import User
from keyuan.pools.claiming import assign, claim, release
from keyuan.pools.models import Pool
from keyuan.records.kinds import Choice
from keyuan.records.namebook import NameBook
from keyuan.ui.rest.describing import operation
from keyuan.ui.rest.inputs import body, expect
from keyuan.ui.rest.problems import refused
from keyuan.ui.rest.records import RecordApi
from keyuan.ui.rest.schemas import ref, text

REASON = Choice("release_reason")
REFUSALS = (403, 404, 409, 422)


def described_claim(name: str, result: str) -> dict[str, Any]:
    return operation(name, "Take out of its pool", result=ref(result), post=True, refusals=REFUSALS)


def described_assign(name: str, result: str) -> dict[str, Any]:
    schema = {
        "type": "object",
        "properties": {"to": {"description": 'the new owner: id, user name, or {"id"}'}},
        "required": ["to"],
        "additionalProperties": False,
    }
    summary = "Give what lies in a pool to somebody"
    return operation(name, summary, result=ref(result), body=schema, post=True, refusals=REFUSALS)


def described_release(name: str, result: str) -> dict[str, Any]:
    schema = {
        "type": "object",
        "properties": {"reason": text(), "pool": {"type": "integer"}},
        "required": ["reason"],
        "additionalProperties": False,
    }
    summary = "Give back into a pool, without naming one into that of its owner"
    return operation(name, summary, result=ref(result), body=schema, post=True, refusals=REFUSALS)


def claim_record(request: HttpRequest, api: RecordApi, pk: int) -> HttpResponse:
    """The record after it was claimed. Raises Problem: 403 and 409 as the verb refuses."""
    record = api.find(request, pk)
    with api.explaining(request):
        claim(record, by=_by(request))
    return api.answer(request, type(record).rows.get(pk=pk))


def assign_record(request: HttpRequest, api: RecordApi, pk: int) -> HttpResponse:
    """The record after somebody has got it. Raises Problem: 422 for an unknown person; 403 and 409."""
    given = expect(body(request), to=(int, str, dict))
    record = api.find(request, pk)
    with api.explaining(request):
        assign(record, person(given.get("to")), by=_by(request))
    return api.answer(request, type(record).rows.get(pk=pk))


def release_record(request: HttpRequest, api: RecordApi, pk: int) -> HttpResponse:
    """The record after it was given back. Raises Problem: 422 for an unknown reason or pool; 403 and 409."""
    given = expect(body(request), reason=(str, int), pool=int)
    record, by = api.find(request, pk), _by(request)
    reason = REASON.parse(str(given.get("reason", "")), NameBook(by))
    with api.explaining(request):
        release(record, by=by, reason=reason, pool=_pool(given.get("pool"), record.module))
    return api.answer(request, type(record).rows.get(pk=pk))


def pool_json(row: Any) -> dict[str, Any] | None:
    """The pool in which a record lies; `load_pools` has read its name."""
    return {"id": row.pool_id, "name": row.pool_name} if getattr(row, "pool_name", "") else None


def _pool(pk: int | None, kind: str) -> Pool | None:
    if pk is None:
        return None
    found = Pool.objects.filter(pk=pk, kind=kind, is_active=True).first()
    if found is None:
        raise refused({"pool": [_("There is no such pool.")]})
    return found


def _by(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]
