"""Notices in the API: what one has been told, and that one has read it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router

from keyuan.notices import reading
from keyuan.notices.kinds import KINDS
from keyuan.notices.models import Notice
from keyuan.notices.showing import looked_up, plain
from keyuan.org.models import User
from keyuan.records.namebook import NameBook
from keyuan.ui.rest.access import signed_in_call
from keyuan.ui.rest.describing import operation, parameter
from keyuan.ui.rest.inputs import parameters, truth, whole_number
from keyuan.ui.rest.problems import answer
from keyuan.ui.rest.schemas import Schema, listed, nullable, ref, text

notices = Router(tags=["notices"])
LIMIT, MOST = 50, 200
BOOLEAN: Schema = {"type": "boolean"}


def _user(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]


@notices.get(
    "",
    **operation(
        "list_notices",
        "Read your notices, newest first, as far as you may see what they are about",
        result=ref("NoticeList"),
        parameters=[
            parameter("unread", BOOLEAN, "true: only those that are not read."),
            parameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": LIMIT}, "Rows of a page."),
            parameter("cursor", text(), "`next` of the page before."),
        ],
        refusals=(422,),
    ),
)
@signed_in_call
def notice_list(request: HttpRequest) -> HttpResponse:
    """A page may hold fewer notices than asked for and still name a next one."""
    given = parameters(request, ("unread", "limit", "cursor"))
    limit = whole_number("limit", given.get("limit", str(LIMIT)), 1, MOST)
    user, only = _user(request), truth("unread", given.get("unread", "false"))
    found = reading.page_of(user, unread_only=only, before=given.get("cursor", ""), size=limit)
    book = looked_up(user, found.notices)
    items = [_told(one, book) for one in found.notices]
    return answer({"items": items, "next": found.after or None, "unread": reading.unread_count(user)})


@notices.post("/read", **operation("read_notices", "Mark all your notices as read", result=ref("NoticesRead")))
@signed_in_call
def read_all(request: HttpRequest) -> HttpResponse:
    return answer({"read": reading.mark_all_read(_user(request))})


@notices.post(
    "/{int:pk}/read", **operation("read_notice", "Mark a notice as read", result=ref("Notice"), refusals=(404,))
)
@signed_in_call
def read_one(request: HttpRequest, pk: int) -> HttpResponse:
    user = _user(request)
    notice = reading.one_of(user, pk)
    if notice is None:
        raise Http404
    reading.mark_read(user, notice)
    notice.refresh_from_db()
    return answer(_told(notice, looked_up(user, [notice])))


def _told(notice: Notice, book: NameBook) -> dict[str, Any]:
    by = book.person(notice.by_id)
    return {
        "id": notice.pk,
        "kind": notice.kind,
        "record_id": notice.record_id,
        "sentence": plain(notice, book),
        "address": KINDS[notice.kind].address(notice),
        "by": {"id": notice.by_id, "name": str(by) if by else ""},
        "at": timezone.localtime(notice.at).isoformat(),
        "read_at": timezone.localtime(notice.read_at).isoformat() if notice.read_at else None,
    }


SCHEMAS: dict[str, Schema] = {
    "Notice": {
        "type": "object",
        "properties": {
            "id": {"type": "integer"},
            "kind": text(),
            "record_id": nullable({"type": "integer"}),
            "sentence": text(),
            "address": text(),
            "by": ref("Related"),
            "at": {"type": "string", "format": "date-time"},
            "read_at": nullable({"type": "string", "format": "date-time"}),
        },
    },
    "NoticeList": {
        "type": "object",
        "properties": {
            "items": listed(ref("Notice")),
            "next": nullable(text()),
            "unread": {"type": "integer", "description": "Unread notices, counted to 100."},
        },
    },
    "NoticesRead": {"type": "object", "properties": {"read": {"type": "integer"}}},
}
