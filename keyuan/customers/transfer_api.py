"""Records change hands in the API: one record with what goes along."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from keyuan.customers.transferring import HANGINGS, transfer
from keyuan.org.models import User
from keyuan.records.kinds.links import find_person
from keyuan.ui.rest.describing import operation
from keyuan.ui.rest.inputs import body, expect
from keyuan.ui.rest.problems import refused
from keyuan.ui.rest.records import RecordApi
from keyuan.ui.rest.schemas import listed, ref, text

FOLLOWS_ANYWAY = "contacts"
"""May be named, and needs no naming: contacts stay with their customer."""


def described(name: str, result: str) -> dict[str, Any]:
    """How the call stands in the description of the API."""
    schema = {
        "type": "object",
        "properties": {
            "to": {"description": 'the new owner: id, user name, or {"id"}'},
            "keep_as_collaborator": {"type": "boolean"},
            "with": listed(text()),
        },
        "required": ["to"],
        "additionalProperties": False,
    }
    summary = "Give to somebody else, with what belongs to the former owner or without"
    return operation(name, summary, result=ref(result), body=schema, post=True, refusals=(403, 404, 409, 422))


def transfer_record(request: HttpRequest, api: RecordApi, pk: int) -> HttpResponse:
    """The record after it has changed hands.

    Raises:
        Problem: 422 for an unknown person or name in `with`; 403 and 409 as the verb refuses.
    """
    by: User = request.user  # type: ignore[assignment]
    types: dict[str, Any] = {"to": (int, str, dict), "keep_as_collaborator": bool, "with": list}
    given = expect(body(request), **types)
    record = api.find(request, pk)
    with api.explaining(request):
        transfer(type(record).rows.filter(pk=pk), person(given.get("to")), by=by, along=_along(record.module, given))
    return api.answer(request, type(record).rows.get(pk=pk))


def person(given: Any) -> User:
    """Whom a body names as `to`. Raises Problem: 422 where there is nobody of that name."""
    found = find_person(str(given.get("id", "") if isinstance(given, dict) else given or ""))
    if found is None:
        raise refused({"to": [_("Choose the new owner.")]})
    return found


def _along(module: str, given: dict[str, Any]) -> list[str]:
    names = [str(one) for one in given.get("with", []) if one != FOLLOWS_ANYWAY]
    known = HANGINGS[module]
    if unknown := [one for one in names if one not in known]:
        raise refused(
            {
                "with": [
                    _("“%(name)s” is unknown. Known are: %(known)s.") % {"name": unknown[0], "known": ", ".join(known)}
                ]
            }
        )
    if given.get("keep_as_collaborator"):
        raise refused({"keep_as_collaborator": [_("Records have no collaborators yet.")]})
    return names
