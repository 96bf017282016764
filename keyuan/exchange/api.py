"""Imports and exports in the API: a file comes in, is checked and confirmed; a list goes out as a file."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router

from keyuan.exchange import exporting, importing
from keyuan.exchange.columns import Mapping
from keyuan.exchange.kinds import ALSO, KINDS, targets_of
from keyuan.exchange.making import LISTS
from keyuan.exchange.models import Export, Import, ImportRow
from keyuan.exchange.options import FOR_SAME, FOR_SIMILAR, Options
from keyuan.exchange.schemas import MAPPING, OPTIONS
from keyuan.exchange.views.exports import TYPES
from keyuan.org.models import User
from keyuan.ui.downloads import attachment
from keyuan.ui.rest.access import may_call, signed_in_call
from keyuan.ui.rest.describing import operation, parameter
from keyuan.ui.rest.inputs import body, expect, parameters, unknown, whole_number, wrong_type
from keyuan.ui.rest.lists import storable
from keyuan.ui.rest.problems import Problem, answer, refused
from keyuan.ui.rest.replays import repeatable
from keyuan.ui.rest.schemas import Schema, listed, ref, text
from keyuan.ui.stepup import confirmed_call

imports, exports = Router(tags=["imports"]), Router(tags=["exports"])
LISTED, ROWS, LONGEST_QUERY = 100, 200, 8000


def _user(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]


def _at(moment: Any) -> str | None:
    return timezone.localtime(moment).isoformat() if moment else None


# Imports


def _import(request: HttpRequest, pk: int) -> Import:
    return get_object_or_404(Import.objects.visible_to(_user(request)), pk=pk)


def _told(of: Import, user: User) -> dict[str, Any]:
    status = importing.status(of)
    mapping = Mapping.of(of.mapping, targets_of(of, user), len(of.header))
    return {
        "id": of.pk,
        "kind": of.kind,
        "file_name": of.file_name,
        "state": of.state,
        "rows": of.row_count,
        "done": of.progress,
        "percent": of.percent,
        "counts": status.counts,
        "failure": of.failure,
        "header": of.header,
        "mapping": mapping.as_json(),
        "options": Options.of(of.options).as_json(),
        "created_at": _at(of.created_at),
        "started_at": _at(of.started_at),
        "finished_at": _at(of.finished_at),
    }


def _answer(request: HttpRequest, pk: int, status: int = 200) -> HttpResponse:
    of = _import(request, pk)
    headers = {"Location": f"/api/v1/imports/{pk}"} if status == 201 else {}
    return answer(_told(of, _user(request)), status, headers)


@imports.get("", **operation("list_imports", "List your last imports", result=ref("ImportList")))
@may_call("customer", "import", ALSO)
def import_list(request: HttpRequest) -> HttpResponse:
    parameters(request, ())
    found = Import.objects.visible_to(_user(request)).order_by("-created_at", "-pk")[:LISTED]
    return answer({"items": [_told(one, _user(request)) for one in found]})


_UPLOAD = operation(
    "upload_import",
    "Send a sheet of customers, leads, opportunities or follow-ups: xlsx, xls or csv",
    status=201,
    result=ref("Import"),
    post=True,
    refusals=(400, 413, 415),
    description="Columns are guessed. Read the mapping, correct it, wait for the check, confirm.",
)
_FILE: Schema = {
    "type": "object",
    "properties": {
        "file": {"type": "string", "format": "binary"},
        "kind": {"enum": list(KINDS), "description": "What the sheet holds; customers where it is missing."},
    },
    "required": ["file"],
}
_UPLOAD["openapi_extra"]["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": _FILE}}}


@imports.post("", **_UPLOAD)
@repeatable()
@may_call("customer", "import", ALSO)
def import_upload(request: HttpRequest) -> HttpResponse:
    if request.content_type != "multipart/form-data":
        raise Problem(415, _("Send the file as multipart/form-data, in the part “file”."))
    file = request.FILES.get("file")
    if file is None:
        raise refused({"file": [_("Choose a file.")]})
    kind = request.POST.get("kind", "customers")
    if kind not in KINDS:
        raise refused({"kind": [_("Use one of: %(words)s.") % {"words": ", ".join(KINDS)}]})
    return _answer(request, importing.start_import(_user(request), file, kind).pk, 201)


@imports.get("/{int:pk}", **operation("get_import", "How far an import is", result=ref("Import"), refusals=(404,)))
@may_call("customer", "import", ALSO)
def import_get(request: HttpRequest, pk: int) -> HttpResponse:
    parameters(request, ())
    return _answer(request, pk)


@imports.post(
    "/{int:pk}/mapping",
    **operation(
        "map_import",
        "Say which column means what; the check begins",
        result=ref("Import"),
        body=MAPPING,
        post=True,
        refusals=(404,),
    ),
)
@repeatable()
@may_call("customer", "import", ALSO)
def import_mapping(request: HttpRequest, pk: int) -> HttpResponse:
    of, user = _import(request, pk), _user(request)
    mapping = _mapping(body(request), of, user)
    with transaction.atomic():
        importing.map_columns(of, mapping, by=user)
        importing.dry_run(of, by=user)
    return _answer(request, pk)


def _mapping(given: dict[str, Any], of: Import, user: User) -> Mapping:
    expect(given, columns=dict, fallback=list)
    targets, width = targets_of(of, user), len(of.header)
    columns, fallback = given.get("columns", {}), given.get("fallback", [])
    for place, key in columns.items():
        if not (place.isascii() and place.isdecimal() and len(place) < 6 and int(place) < width):
            raise refused({"columns": [_("There is no column “%(place)s”.") % {"place": place[:20]}]})
        if not isinstance(key, str) or key not in targets:
            raise refused({"columns": [unknown(str(key))]})
    if not all(type(place) is int and 0 <= place < width for place in fallback):
        raise refused({"fallback": [wrong_type("fallback")]})
    return Mapping({int(place): key for place, key in columns.items()}, fallback)


@imports.post(
    "/{int:pk}/check",
    **operation(
        "check_import",
        "Check every row with these options; nothing is imported",
        result=ref("Import"),
        body=OPTIONS,
        post=True,
        refusals=(404,),
    ),
)
@repeatable()
@may_call("customer", "import", ALSO)
def import_check(request: HttpRequest, pk: int) -> HttpResponse:
    of, user = _import(request, pk), _user(request)
    given = expect(body(request), same=str, similar=str, leave_bad=bool, tag=str)
    for name, offered in (("same", FOR_SAME), ("similar", FOR_SIMILAR)):
        if name in given and given[name] not in list(map(str, offered)):
            raise refused({name: [_("Use one of: %(words)s.") % {"words": ", ".join(map(str, offered))}]})
    with transaction.atomic():
        importing.choose(of, Options.of(of.options | given), by=user)
        importing.dry_run(of, by=user)
    return _answer(request, pk)


@imports.post(
    "/{int:pk}/confirm",
    **operation("confirm_import", "Import what was checked", result=ref("Import"), post=True, refusals=(404,)),
)
@repeatable()
@may_call("customer", "import", ALSO)
def import_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    importing.confirm(_import(request, pk), by=_user(request))
    return _answer(request, pk)


@imports.get(
    "/{int:pk}/rows",
    **operation(
        "list_import_rows",
        "The rows that need a look, with what is wrong",
        result=ref("ImportRowList"),
        parameters=[
            parameter("cursor", text(), "`next` of the page before."),
            parameter("all", {"enum": ["0", "1"]}, "1: every row, not only those with problems."),
        ],
        refusals=(404, 422),
    ),
)
@may_call("customer", "import", ALSO)
def import_rows(request: HttpRequest, pk: int) -> HttpResponse:
    given = parameters(request, ("cursor", "all"))
    after = whole_number("cursor", given.get("cursor") or "0", 0, 10**9 - 1)
    rows = ImportRow.objects.filter(of=_import(request, pk), number__gt=after).order_by("number")
    found = list((rows if given.get("all") == "1" else rows.filter(is_flagged=True))[: ROWS + 1])
    items = [
        {"number": row.number, "cells": row.cells, "outcome": row.outcome, "problems": row.problems}
        for row in found[:ROWS]
    ]
    return answer({"items": items, "next": str(found[ROWS - 1].number) if len(found) > ROWS else None})


# Exports


def _export(export: Export) -> dict[str, Any]:
    is_ready = export.state == Export.State.DONE and not export.is_expired
    return {
        "id": export.pk,
        "module": export.module,
        "format": export.format,
        "state": export.state,
        "rows": export.row_count,
        "failure": export.failure,
        "file": f"/api/v1/exports/{export.pk}/file" if is_ready else None,
        "created_at": _at(export.created_at),
        "finished_at": _at(export.finished_at),
        "expires_at": _at(export.expires_at),
    }


@exports.get("", **operation("list_exports", "List your last exports", result=ref("ExportList")))
@signed_in_call
def export_list(request: HttpRequest) -> HttpResponse:
    parameters(request, ())
    found = Export.objects.visible_to(_user(request)).order_by("-created_at", "-pk")[:LISTED]
    return answer({"items": [_export(one) for one in found]})


_WANTED: Schema = {
    "type": "object",
    "properties": {
        "module": {"enum": list(LISTS)},
        "q": text(longest=100),
        "filter": ref("Filter"),
        "sort": text(),
        "ids": listed({"type": "integer"}),
        "format": {"enum": ["xlsx", "csv"]},
        "all_fields": {"type": "boolean"},
        "reason": text(longest=300),
    },
    "required": ["module"],
    "additionalProperties": False,
}


@exports.post(
    "",
    **operation(
        "start_export",
        "Ask for a list as a file, which is made in the background",
        status=201,
        result=ref("Export"),
        body=_WANTED,
        post=True,
    ),
)
@repeatable()
@signed_in_call
@confirmed_call
def export_start(request: HttpRequest) -> HttpResponse:
    types = {"module": str, "q": str, "filter": dict, "sort": str, "ids": list, "format": str}
    given = expect(body(request), **types, all_fields=bool, reason=str)
    ids = given.get("ids")
    if ids is not None and not all(type(pk) is int and 0 < pk < 2**63 for pk in ids):
        raise refused({"ids": [wrong_type("ids")]})
    query = {name: given[name] for name in ("q", "sort") if given.get(name)}
    if given.get("filter"):
        query["filter"] = json.dumps(storable(given["filter"]), ensure_ascii=False)
    asked = urlencode(query)
    if len(asked) > LONGEST_QUERY:
        raise refused({"filter": [_("The filter is too long.")]})
    with transaction.atomic():
        export = exporting.start_export(
            _user(request),
            given.get("module", ""),
            query=asked,
            ids=ids,
            format=given.get("format", Export.Format.XLSX.value),
            is_complete=given.get("all_fields", False),
            reason=given.get("reason", ""),
        )
    return answer(_export(export), 201, {"Location": f"/api/v1/exports/{export.pk}"})


@exports.get("/{int:pk}", **operation("get_export", "How far an export is", result=ref("Export"), refusals=(404,)))
@signed_in_call
def export_get(request: HttpRequest, pk: int) -> HttpResponse:
    parameters(request, ())
    return answer(_export(get_object_or_404(Export.objects.visible_to(_user(request)), pk=pk)))


_GET_FILE = operation("fetch_export", "The file itself; the right is checked again", refusals=(404, 409))
_GET_FILE["openapi_extra"]["responses"][200]["content"] = {
    "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
}


@exports.get("/{int:pk}/file", **_GET_FILE)
@signed_in_call
@confirmed_call
def export_file(request: HttpRequest, pk: int) -> FileResponse:
    export = get_object_or_404(Export.objects.visible_to(_user(request)), pk=pk)
    path = exporting.fetch(export, _user(request))
    return attachment(path.open("rb"), export.file_name, TYPES[export.format])
