"""JSON Schema of records and of their fields, made from the catalogue: what comes out and what may go in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from keyuan.records.catalogue import Catalogue, Field
from keyuan.records.kinds import Choice, Choices, Fixed
from keyuan.records.kinds.kind import Kind
from keyuan.records.options import SEEDS
from keyuan.ui.rest.showing import Shape

Schema = dict[str, Any]


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def listed(inner: Schema) -> Schema:
    return {"type": "array", "items": inner}


def nullable(inner: Schema) -> Schema:
    return {"anyOf": [inner, {"type": "null"}]}


def text(format_: str = "", longest: int = 0) -> Schema:
    schema: Schema = {"type": "string"}
    if format_:
        schema["format"] = format_
    if longest:
        schema["maxLength"] = longest
    return schema


CHOICE = {
    "type": "object",
    "properties": {"value": {"type": "string"}, "label": {"type": "string"}},
    "required": ["value", "label"],
}
LINK = {
    "type": "object",
    "properties": {"id": {"type": "integer"}, "name": {"type": "string"}},
    "required": ["id", "name"],
}
PROBLEM = {
    "type": "object",
    "description": "RFC 9457. A stale version adds `current`, a duplicate adds `duplicates`.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": listed({"type": "string"})},
    },
    "required": ["type", "title", "status", "detail"],
}
DUPLICATE = {
    "type": "object",
    "properties": {
        "kind": {"type": "string"},
        "id": nullable({"type": "integer", "description": "null where you may not see the record"}),
        "name": {"type": "string"},
        "owner": nullable(ref("Related")),
        "pool": nullable(ref("Related")),
        "phone": {"type": "string", "description": "masked where you may not see the record"},
        "score": {"type": "integer", "minimum": 0, "maximum": 100},
        "level": {"enum": ["same", "similar"], "description": "same blocks, similar warns"},
        "reasons": listed({"type": "string"}),
    },
}
FIELD = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "label": {"type": "string"},
        "kind": {"type": "string"},
        "ops": listed({"type": "string"}),
        "required": {"type": "boolean"},
        "writable": {"type": "boolean"},
        "sortable": {"type": "boolean"},
        "hint": {"type": "string"},
        "options": listed(ref("Choice")),
    },
}
FILTER = {
    "type": "object",
    "description": (
        'A condition {"field", "op", "value"}, or {"and": […]}, {"or": […]}, {"not": …} of conditions. '
        "Ops: = != in not-in contains starts-with empty not-empty < <= > >= between within under any all none some no "
        "me my-department; which of them a field has, says its entry under /fields. At most 5 levels and 50 conditions."
    ),
    "examples": [
        {
            "and": [
                {"field": "industry", "op": "under", "value": ["C36"]},
                {"or": [{"field": "level", "op": "=", "value": "A"}, {"field": "tags", "op": "any", "value": ["VIP"]}]},
                {"not": {"field": "updated_at", "op": "within", "value": "30d"}},
            ]
        }
    ],
}
COMMON: dict[str, Schema] = {
    "Choice": CHOICE,
    "Related": LINK,
    "Problem": PROBLEM,
    "Duplicate": DUPLICATE,
    "Field": FIELD,
    "Filter": FILTER,
}


# What comes out

_OUT: dict[str, Callable[[Kind], Schema]] = {
    "choice": lambda kind: nullable(ref("Choice")),
    "fixed": lambda kind: nullable(ref("Choice")),
    "region": lambda kind: nullable(ref("Choice")),
    "industry": lambda kind: nullable(ref("Choice")),
    "choices": lambda kind: listed(ref("Choice")),
    **dict.fromkeys(("tags", "people", "links"), lambda kind: listed(ref("Related"))),
    "minutes": lambda kind: listed({"type": "integer", "description": "minutes before the beginning"}),
    "person": lambda kind: nullable(ref("Related")),
    "link": lambda kind: nullable(ref("Related")),
    "department": lambda kind: nullable(ref("Related")),
    **dict.fromkeys(("primary_contact", "stage", "pipeline"), lambda kind: nullable(ref("Related"))),
    "names": lambda kind: listed({"type": "string"}),
    "number": lambda kind: {"type": "integer"},
    "percent": lambda kind: {"type": "integer", "minimum": 0, "maximum": 100},
    "money": lambda kind: nullable({"type": "string", "description": "yuan with two decimals, such as “1200000.00”"}),
    "date": lambda kind: nullable(text("date")),
    "moment": lambda kind: nullable(text("date-time")),
    "yes_no": lambda kind: {"type": "boolean"},
}
EXTRAS: dict[str, Schema] = {
    "currency": {"type": "string", "description": "of all amounts, ISO 4217"},
    "version": {"type": "integer", "description": "rises with every change; the ETag"},
    "custom": {"type": "object", "description": "custom fields by name"},
    "pool": nullable(ref("Related")),
}


def outward(field: Field) -> Schema:
    """The schema of a field in an answer."""
    make = _OUT.get(field.kind.name)
    return (make(field.kind) if make else {"type": "string"}) | {
        "title": str(field.label),
        "readOnly": not field.editable,
    }


def record_schema(shape: Shape) -> Schema:
    """The schema of a record in an answer."""
    fields = shape.catalogue.fields
    names = ["id", *(name for name in fields if name not in shape.hidden), *shape.extras]
    properties = {name: outward(fields[name]) if name in fields else EXTRAS[name] for name in dict.fromkeys(names)}
    return {"type": "object", "properties": properties, "required": ["id"]}


# What may go in


def inward(field: Field) -> Schema:
    """The schema of a field in a body: values and labels of choices, ids, or the objects that answers hold."""
    make = _IN.get(field.kind.name)
    schema: Schema = make(field.kind) if make else {"type": "string"}
    longest = getattr(field.kind, "longest", 0)
    if longest and make is None:
        schema = text(longest=longest)
    return {"anyOf": [*schema.get("anyOf", [schema]), {"type": "null"}], **_said(field)}


def _said(field: Field) -> Schema:
    said = [str(field.hint)] if field.hint else []
    if isinstance(field.kind, (Choice, Choices)) and (keys := SEEDS.get(field.kind.list)):
        said.append(f"A fresh installation knows: {', '.join(keys)}. See …/fields for the options of this one.")
    if isinstance(field.kind, Fixed):
        said.append(f"One of: {', '.join(field.kind.choices.values)}.")
    if field.kind.name in CODED:
        said.append(CODED[field.kind.name])
    described = {"description": " ".join(said)} if said else {}
    return {"title": str(field.label)} | described


CODED = {
    "region": "A GB/T 2260 code such as 330203, or the name of the region.",
    "industry": "A GB/T 4754 code such as C36, or the name of the industry.",
}


def _either(*schemas: Schema) -> Callable[[Kind], Schema]:
    return lambda kind: {"anyOf": list(schemas)}


_ONE_CHOICE = ({"type": "string"}, {"type": "object", "properties": {"value": {"type": "string"}}})
_ONE_LINK = ({"type": "integer"}, {"type": "object", "properties": {"id": {"type": "integer"}}})
_IN: dict[str, Callable[[Kind], Schema]] = {
    **dict.fromkeys(("choice", "fixed", "region", "industry"), _either(*_ONE_CHOICE)),
    "choices": _either(listed({"anyOf": list(_ONE_CHOICE)})),
    "tags": _either(listed({"anyOf": [{"type": "string", "maxLength": 40}, *_ONE_LINK]})),
    **dict.fromkeys(("person", "link", "department", "stage"), _either(*_ONE_LINK)),
    "minutes": _either(listed({"type": "integer"})),
    **dict.fromkeys(("people", "links"), _either(listed({"anyOf": list(_ONE_LINK)}))),
    "names": _either(listed({"type": "string"})),
    "money": _either({"type": "string"}, {"type": "number"}),
    "number": _either({"type": "number"}, {"type": "string"}),
    "percent": _either({"type": "number"}),
    "date": _either(text("date")),
    "moment": _either(text("date-time")),
    "yes_no": _either({"type": "boolean"}),
}


def input_schema(catalogue: Catalogue, *, new: bool) -> Schema:
    """The schema of the body that creates or changes a record. No other member is accepted."""
    properties = {name: inward(field) for name, field in catalogue.fields.items() if field.editable}
    if new and "owner" in catalogue.fields:
        properties["owner"] = inward(catalogue.fields["owner"]) | {
            "description": "Default: you. Another person needs the right to assign or transfer."
        }
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if new:
        schema["required"] = [name for name, field in catalogue.fields.items() if _must_be_given(field)]
    return schema


def _must_be_given(field: Field) -> bool:
    """Required choices begin with a preset, as on the page."""
    return field.required and not isinstance(field.kind, Choice)


def schemas_of(name: str, shape: Shape) -> dict[str, Schema]:
    """The components of one record type: `Customer`, `CustomerList`, `CustomerNew`, `CustomerChange`."""
    page = {
        "type": "object",
        "properties": {
            "items": listed(ref(name)),
            "next": nullable({"type": "string", "description": "cursor of the next page"}),
            "count": {"type": "integer"},
            "count_is_exact": {"type": "boolean"},
        },
        "required": ["items", "next", "count", "count_is_exact"],
    }
    return {
        name: record_schema(shape),
        f"{name}List": page,
        f"{name}New": input_schema(shape.catalogue, new=True),
        f"{name}Change": input_schema(shape.catalogue, new=False),
    }
