"""The log in the API: the filters of the page, one page after the other."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from ninja import Router

from keyuan.org.models import User
from keyuan.people import audit_words, auditing
from keyuan.people.auditing import FILTERS, Asked
from keyuan.ui.rest.access import may_call
from keyuan.ui.rest.describing import operation, parameter
from keyuan.ui.rest.inputs import parameters, whole_number
from keyuan.ui.rest.problems import answer
from keyuan.ui.rest.schemas import Schema, listed, nullable, ref, text

audit = Router(tags=["audit"])
LIMIT, MOST = 50, 200
DESCRIBED = {
    "since": "First day, such as 2026-03-01; without it the 30 days before `until`.",
    "until": "Last day; without it today.",
    "person": "Id of the person who did it.",
    "kind": "Type of record, such as `customer`, `user` or `role`; `sign-in` for the log of sign-ins.",
    "verb": "What happened, such as `edited`.",
    "source": "web, api, import, job or command.",
    "address": "Address of the machine.",
    "q": "A value before or after that you may see.",
}


@audit.get(
    "",
    **operation(
        "list_audit",
        "Read what happened, newest first, within your field rights",
        result=ref("AuditList"),
        parameters=[
            *(parameter(name, text(), words) for name, words in DESCRIBED.items()),
            parameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": LIMIT}, "Rows of a page."),
            parameter("cursor", text(), "`next` of the page before."),
        ],
        refusals=(422,),
    ),
)
@may_call("audit", "view")
def audit_list(request: HttpRequest) -> HttpResponse:
    """A page may hold fewer entries than asked for, or none, and still name a next one: searching goes on there."""
    given = parameters(request, (*FILTERS, "limit", "cursor"))
    limit = whole_number("limit", given.pop("limit", str(LIMIT)), 1, MOST)
    query = QueryDict(mutable=True)
    query.update(given | {"before": given.get("cursor", "")})
    reader: User = request.user  # type: ignore[assignment]
    asked = Asked.of(query, sign_ins=given.get("kind") == auditing.SIGN_IN)
    found = auditing.page_of(asked, limit, reader=reader)
    told = _told(asked, found.events, reader)
    return answer({"items": told, "next": found.after or None})


def _told(asked: Asked, events: list[Any], reader: User) -> list[dict[str, Any]]:
    words = audit_words.sign_ins(events, reader) if asked.sign_ins else audit_words.entries(events, reader, asked.q)
    return [_entry(one, asked.sign_ins) for one in words]


def _entry(one: audit_words.Entry, is_sign_in: bool) -> dict[str, Any]:
    event = one.event
    return {
        "id": event.pk,
        "at": timezone.localtime(event.at).isoformat(),
        "by": {"id": event.by_id, "name": one.who},
        "verb": event.name,
        "record": {"kind": event.record_type, "id": event.record_id, "name": one.record if one.url else None},
        "operation": event.operation_id,
        "source": event.source,
        "address": one.address,
        "device": one.device,
        "reason": one.record if is_sign_in else "",
        "changes": [{"field": label, "before": before, "after": after} for label, before, after in one.lines],
    }


SCHEMAS: dict[str, Schema] = {
    "AuditEntry": {
        "type": "object",
        "properties": {
            "id": {"type": "integer"},
            "at": {"type": "string", "format": "date-time"},
            "by": ref("Related"),
            "verb": text(),
            "record": {
                "type": "object",
                "properties": {"kind": text(), "id": {"type": "integer"}, "name": nullable(text())},
            },
            "operation": {"type": "integer"},
            "source": text(),
            "address": text(),
            "device": text(),
            "reason": text(),
            "changes": listed(
                {
                    "type": "object",
                    "properties": {"field": text(), "before": nullable(text()), "after": text()},
                }
            ),
        },
    },
    "AuditList": {
        "type": "object",
        "properties": {"items": listed(ref("AuditEntry")), "next": nullable(text())},
    },
}
