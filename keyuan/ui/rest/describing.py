"""What the OpenAPI file says about operations, and what /fields says about the fields of a resource."""

from __future__ import annotations

from typing import Any

from keyuan.records.catalogue import Field
from keyuan.records.kinds import Choice, Fixed
from keyuan.records.namebook import NameBook
from keyuan.ui.rest.schemas import Schema, listed, ref, text
from keyuan.ui.rest.showing import Shape

PROBLEMS = {
    400: "The body is malformed",
    401: "No token, or one that is not valid",
    403: "Your roles or the scope of the token do not allow this",
    404: "There is no such record, or you may not see it",
    409: "A rule refused, or somebody else was faster",
    412: "If-Match is not readable",
    413: "The body is too large",
    415: "The body is not JSON",
    422: "The input is not valid; errors name the fields",
    428: "If-Match is missing",
    429: "Too many wrong tokens; see Retry-After",
    503: "The database is away; see Retry-After",
}
ALWAYS = (401, 403, 429, 503)
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": text(longest=200),
    "description": "Sent again within 24 hours with the same body, the request has its effect once.",
}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "schema": text(),
    "example": '"3"',
    "description": "The version that you have read, as the ETag gave it.",
}


def parameter(name: str, schema: Schema, description: str, *, required: bool = False) -> Schema:
    """A parameter in the address."""
    return {"name": name, "in": "query", "schema": schema, "description": description, "required": required}


LIST_PARAMETERS = [
    parameter("q", text(longest=100), "Simple search: names, pinyin, initials, phone digits."),
    parameter("filter", text(), "A filter as JSON, see the schema Filter."),
    parameter("sort", text(), "A field, with - before it to fall; default -updated_at, by relevance while searching."),
    parameter("fields", text(), "Names of the members to answer, parted by commas."),
    parameter("limit", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}, "Rows of a page."),
    parameter("cursor", text(), "`next` of the page before."),
]


POOL = parameter("pool", {"type": "integer"}, "What lies in this pool, instead of what people own.")


def operation(
    operation_id: str,
    summary: str,
    *,
    status: int = 200,
    result: Schema | None = None,
    body: Schema | None = None,
    parameters: list[Schema] | None = None,
    refusals: tuple[int, ...] = (),
    post: bool = False,
    versioned: bool = False,
    description: str = "",
) -> dict[str, Any]:
    """The options of one operation of a router.

    Args:
        result: schema of the answer with `status`; None for an empty one.
        body: schema of the JSON body.
        refusals: statuses beside those that every operation has.
        post: it obeys Idempotency-Key.
        versioned: its answer carries an ETag.
    """
    given = list(parameters or [])
    refusals = (*refusals, *((400, 413, 415, 422) if body is not None else ()), *((409, 422) if post else ()))
    responses: dict[Any, Any] = {status: _result(result, versioned, status)}
    for number in sorted({*ALWAYS, *refusals}):
        responses[number] = _refusal(number)
    extra: dict[str, Any] = {"responses": responses, "parameters": [*given, *([KEY] if post else [])]}
    if body is not None:
        extra["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return {
        "operation_id": operation_id,
        "summary": summary,
        "description": description or None,
        "response": {status: None},
        "openapi_extra": extra,
    }


def _result(result: Schema | None, versioned: bool, status: int) -> dict[str, Any]:
    found: dict[str, Any] = {"description": "Done"}
    if result is not None:
        found["content"] = {"application/json": {"schema": result}}
    headers = {}
    if versioned:
        headers["ETag"] = {"schema": text(), "description": "the version, in quotes"}
    if status == 201:
        headers["Location"] = {"schema": text()}
    return found | ({"headers": headers} if headers else {})


def _refusal(number: int) -> dict[str, Any]:
    return {"description": PROBLEMS[number], "content": {"application/problem+json": {"schema": ref("Problem")}}}


class Words:
    """The operations that every record type has, described for one of them."""

    def __init__(self, resource: str, *, pooled: bool = False) -> None:
        self.pooled = pooled
        self.resource = resource.replace("-", "_")
        self.one = f"{self.resource[:-3]}y" if self.resource.endswith("ies") else self.resource.removesuffix("s")
        self.name = "".join(part.capitalize() for part in self.one.split("_"))

    def list(self) -> dict[str, Any]:
        return operation(
            f"list_{self.resource}",
            f"List {self.resource}",
            result=ref(f"{self.name}List"),
            parameters=[*LIST_PARAMETERS, *([POOL] if self.pooled else [])],
            refusals=(422,),
        )

    def create(self) -> dict[str, Any]:
        return operation(
            f"create_{self.one}",
            f"Create a {self.one}",
            status=201,
            result=ref(self.name),
            body=ref(f"{self.name}New"),
            post=True,
            versioned=True,
            description="A blocking duplicate is refused with 409 and named in `duplicates`.",
        )

    def get(self) -> dict[str, Any]:
        return operation(
            f"get_{self.one}", f"Read a {self.one}", result=ref(self.name), refusals=(404,), versioned=True
        )

    def change(self) -> dict[str, Any]:
        return operation(
            f"change_{self.one}",
            f"Change fields of a {self.one}",
            result=ref(self.name),
            body=ref(f"{self.name}Change"),
            parameters=[IF_MATCH],
            refusals=(404, 409, 412, 428),
            versioned=True,
            description="A stale version is refused with 409 and the current record in `current`.",
        )

    def delete(self) -> dict[str, Any]:
        return operation(
            f"delete_{self.one}",
            f"Move a {self.one} to the recycle bin",
            status=204,
            parameters=[IF_MATCH],
            refusals=(404, 409, 412, 428),
        )

    def restore(self) -> dict[str, Any]:
        return operation(
            f"restore_{self.one}",
            f"Bring a {self.one} back from the recycle bin",
            result=ref(self.name),
            refusals=(404,),
            post=True,
            versioned=True,
        )

    def fields(self) -> dict[str, Any]:
        return operation(
            f"describe_{self.resource}",
            f"Fields of {self.resource}: kinds, filter operators, options",
            result={"type": "object", "properties": {"items": listed(ref("Field"))}},
        )

    def show(self) -> dict[str, Any]:
        members = {"field": text()}
        return operation(
            f"show_{self.one}_field",
            "See a masked value whole",
            result={"type": "object", "properties": {"field": text(), "value": text()}},
            body={"type": "object", "properties": members, "required": ["field"], "additionalProperties": False},
            post=True,
            refusals=(404,),
            description="For fields that your roles show in part. That you looked is written into the history.",
        )

    def bulk(self, verbs: tuple[str, ...]) -> dict[str, Any]:
        chosen = {"ids": listed({"type": "integer"}), "filter": ref("Filter"), "q": text()}
        members = {"verb": {"enum": list(verbs)}, "tags": listed(text(longest=40)), **chosen}
        counted: dict[str, Any] = {"changed": {"type": "integer"}, "skipped": {"type": "integer"}}
        if "move" in verbs:
            members |= {"stage": {"anyOf": [{"type": "integer"}, text()]}, "reason": text()}
            counted["refused"] = listed({"type": "object", "properties": {"name": text(), "reason": text()}})
        return operation(
            f"change_many_{self.resource}",
            f"Do one thing with many {self.resource}",
            result={"type": "object", "properties": counted},
            body={"type": "object", "properties": members, "required": ["verb"], "additionalProperties": False},
            post=True,
            description="Name the records by ids, or by a filter or q. Those that you may not change are skipped.",
        )


def describe_fields(shape: Shape, book: NameBook) -> dict[str, Any]:
    """Every field of the resource that this person may see, with its operators and options."""
    visible = shape.catalogue.visible_fields(book.user)
    return {"items": [_describe(one, book) for name, one in visible.items() if name not in shape.hidden]}


def _describe(field: Field, book: NameBook) -> dict[str, Any]:
    return {
        "name": field.name,
        "label": str(field.label),
        "kind": field.kind.name,
        "ops": _ops(field),
        "required": field.required,
        "writable": field.editable,
        "sortable": bool(field.sort or field.kind.sortable),
        "hint": str(field.hint),
        "options": _options(field, book),
    }


def _ops(field: Field) -> list[str]:
    unsearched = () if field.searched or field.kind.name == "phone" else ("contains", "starts-with")
    return [op for op in field.kind.ops if op not in unsearched]


def _options(field: Field, book: NameBook) -> list[dict[str, str]]:
    if isinstance(field.kind, Choice):
        return [{"value": one.key, "label": str(one)} for one in field.kind.offered(book)]
    if isinstance(field.kind, Fixed):
        return [{"value": str(value), "label": str(label)} for value, label in field.kind.choices.choices]
    return []
