"""Files of records in the API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router

from keyuan.org.http import Request
from keyuan.records.attachments.attaching import attach, upload
from keyuan.records.attachments.holders import HOLDERS
from keyuan.records.attachments.looking import files_of
from keyuan.records.attachments.models import Attachment
from keyuan.records.models import Record
from keyuan.records.namebook import NameBook
from keyuan.ui.attachments.finding import file_of, record_of
from keyuan.ui.attachments.views import fetch
from keyuan.ui.rest.access import signed_in_call
from keyuan.ui.rest.describing import operation, parameter
from keyuan.ui.rest.inputs import parameters, whole_number
from keyuan.ui.rest.problems import Problem, answer, refused
from keyuan.ui.rest.replays import repeatable
from keyuan.ui.rest.schemas import Schema, listed, nullable, ref, text

router = Router(tags=["attachments"])
LARGEST_ID = 999_999_999


def told(file: Attachment, book: NameBook) -> dict[str, Any]:
    """One file as the API tells it; `record` is null while it waits for one."""
    return {
        "id": str(file.pk),
        "name": file.name,
        "size": file.size,
        "media_type": file.media_type,
        "sha256": file.digest,
        "is_picture": file.is_picture,
        "width": file.width,
        "height": file.height,
        "record": {"kind": file.record_type, "id": file.record_id} if file.record_type else None,
        "created_at": timezone.localtime(file.created_at).isoformat(),
        "created_by": {"id": file.created_by_id, "name": str(book.person(file.created_by_id) or "")},
        "content": f"/api/v1/attachments/{file.pk}/content",
    }


def _book(request: HttpRequest, *files: Attachment) -> NameBook:
    book = NameBook(request.user)  # type: ignore[arg-type]
    book.meet(one.created_by_id for one in files)
    return book


def _record(request: HttpRequest, given: dict[str, str]) -> Record:
    """The record that parameters or parts of a form name. Raises Problem 422, Http404."""
    kind = given.get("record_type", "")
    if kind not in HOLDERS:
        raise refused({"record_type": [_("Say one of: %(kinds)s.") % {"kinds": ", ".join(sorted(HOLDERS))}]})
    pk = whole_number("record_id", given.get("record_id", ""), 1, LARGEST_ID)
    return record_of(request, kind, pk)  # type: ignore[arg-type]


_KIND: Schema = {"type": "string", "description": "customer, contact"}


@router.get(
    "",
    **operation(
        "list_attachments",
        "List the files of a record, the latest first",
        result=ref("AttachmentList"),
        parameters=[
            parameter("record_type", _KIND, "The kind of the record.", required=True),
            parameter("record_id", {"type": "integer"}, "Its id.", required=True),
        ],
        refusals=(404, 422),
        description="On a customer also the files of what hangs on it.",
    ),
)
@signed_in_call
def attachment_list(request: Request) -> HttpResponse:
    record = _record(request, parameters(request, ("record_type", "record_id")))
    files = files_of(record, request.user)
    book = _book(request, *files)
    return answer({"items": [told(one, book) for one in files]})


_UPLOAD = operation(
    "attach_file",
    "Attach a file to a record",
    status=201,
    result=ref("Attachment"),
    post=True,
    refusals=(400, 404, 413, 415),
    description="Without a record the file waits for a day, and is attached by naming its id when a record is saved.",
)
_PARTS: Schema = {
    "type": "object",
    "properties": {
        "file": {"type": "string", "format": "binary"},
        "record_type": _KIND,
        "record_id": {"type": "integer"},
    },
    "required": ["file"],
}
_UPLOAD["openapi_extra"]["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": _PARTS}}}


@router.post("", **_UPLOAD)
@repeatable()
@signed_in_call
def attachment_new(request: Request) -> HttpResponse:
    if request.content_type != "multipart/form-data":
        raise Problem(415, _("Send the file as multipart/form-data, in the part “file”."))
    file = request.FILES.get("file")
    if file is None:
        raise refused({"file": [_("Choose a file.")]})
    given = {name: str(value) for name, value in request.POST.items()}
    named = "record_type" in given or "record_id" in given
    made = attach(_record(request, given), file, request.user) if named else upload(file, request.user)
    return answer(told(made, _book(request, made)), 201, {"Location": f"/api/v1/attachments/{made.pk}"})


@router.get("/{uuidstr:pk}", **operation("get_attachment", "What a file is", result=ref("Attachment"), refusals=(404,)))
@signed_in_call
def attachment_get(request: Request, pk: str) -> HttpResponse:
    parameters(request, ())
    found = file_of(request, UUID(pk))
    return answer(told(found, _book(request, found)))


@router.delete(
    "/{uuidstr:pk}",
    **operation(
        "delete_attachment",
        "Take a file off its record",
        status=204,
        refusals=(404, 409),
        description="Its author may, and whoever may delete the record, as long as the record can be corrected. "
        "Files have no version: If-Match is not needed.",
    ),
)
@signed_in_call
def attachment_delete(request: Request, pk: str) -> HttpResponse:
    file_of(request, UUID(pk)).delete_by(request.user)
    return HttpResponse(status=204)


_CONTENT = operation("get_attachment_content", "The file itself", refusals=(404,))
_CONTENT["openapi_extra"]["responses"][200] = {
    "description": "The content, to be saved",
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}


@router.get("/{uuidstr:pk}/content", **_CONTENT)
@signed_in_call
def attachment_content(request: Request, pk: str) -> HttpResponseBase:
    return fetch(request, UUID(pk))


SCHEMAS: dict[str, Schema] = {
    "Attachment": {
        "type": "object",
        "properties": {
            "id": text("uuid"),
            "name": text(),
            "size": {"type": "integer", "description": "bytes"},
            "media_type": {"type": "string", "description": "by its content, not by what its sender said"},
            "sha256": text(),
            "is_picture": {"type": "boolean"},
            "width": nullable({"type": "integer"}),
            "height": nullable({"type": "integer"}),
            "record": nullable({"type": "object", "properties": {"kind": text(), "id": {"type": "integer"}}}),
            "created_at": text("date-time"),
            "created_by": ref("Related"),
            "content": {"type": "string", "description": "the address of the file itself"},
        },
    },
    "AttachmentList": {"type": "object", "properties": {"items": listed(ref("Attachment"))}},
}
