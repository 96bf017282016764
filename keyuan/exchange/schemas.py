"""What imports and exports look like in the API."""

from __future__ import annotations

from keyuan.exchange.kinds import KINDS
from keyuan.exchange.models import Export, Import
from keyuan.exchange.options import FOR_SAME, FOR_SIMILAR
from keyuan.ui.rest.schemas import Schema, listed, nullable, ref, text

MAPPING: Schema = {
    "type": "object",
    "properties": {
        "columns": {
            "type": "object",
            "description": "Target by the place of the column, from 0: name, phone, …, contact.name, contact.mobile, … "
            "of customers; customer, at, content, kind, contacts, author, … of follow-ups",
            "additionalProperties": text(),
        },
        "fallback": {
            **listed({"type": "integer"}),
            "description": "Columns that give the name where the mapped one is blank.",
        },
    },
    "required": ["columns"],
    "additionalProperties": False,
}
OPTIONS: Schema = {
    "type": "object",
    "properties": {
        "same": {"enum": [str(one) for one in FOR_SAME]},
        "similar": {"enum": [str(one) for one in FOR_SIMILAR]},
        "leave_bad": {"type": "boolean"},
        "tag": text(longest=40),
    },
    "additionalProperties": False,
}
_TIMES: Schema = {name: nullable(text("date-time")) for name in ("created_at", "started_at", "finished_at")}
_IMPORT: Schema = {
    "id": {"type": "integer"},
    "kind": {"enum": list(KINDS)},
    "file_name": text(),
    "state": {"enum": [str(one) for one in Import.State.values]},
    "rows": {"type": "integer"},
    "done": {"type": "integer"},
    "percent": {"type": "integer"},
    "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
    "failure": text(),
    "header": listed(text()),
    "mapping": MAPPING,
    "options": OPTIONS,
    **_TIMES,
}
_ROW: Schema = {
    "number": {"type": "integer"},
    "cells": listed(text()),
    "outcome": text(),
    "problems": listed({"type": "object"}),
}
_EXPORT: Schema = {
    "id": {"type": "integer"},
    "module": text(),
    "format": text(),
    "state": {"enum": [str(one) for one in Export.State.values]},
    "rows": {"type": "integer"},
    "failure": text(),
    "file": nullable(text()),
    "created_at": _TIMES["created_at"],
    "finished_at": _TIMES["finished_at"],
    "expires_at": nullable(text("date-time")),
}
SCHEMAS: dict[str, Schema] = {
    "Import": {"type": "object", "properties": _IMPORT},
    "ImportList": {"type": "object", "properties": {"items": listed(ref("Import"))}},
    "ImportRowList": {
        "type": "object",
        "properties": {"items": listed({"type": "object", "properties": _ROW}), "next": nullable(text())},
    },
    "Export": {"type": "object", "properties": _EXPORT},
    "ExportList": {"type": "object", "properties": {"items": listed(ref("Export"))}},
}
