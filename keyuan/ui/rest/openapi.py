"""The API object, its OpenAPI file and its page. Everything is refused that nobody has opened."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import override
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema, get_schema
from ninja.operation import PathView

from keyuan.ui.audience import public
from keyuan.ui.rest.access import Bearer, SessionCookie
from keyuan.ui.rest.problems import answer, install, problem
from keyuan.ui.rest.schemas import COMMON, Schema

ROOT = "/api/v1/"
ORDER = ("get", "post", "patch", "delete")


class RestApi(NinjaAPI):
    """Every operation asks for a token or a session; refusals are problem+json; components come from catalogues."""

    def __init__(self, version: str, description: str) -> None:
        super().__init__(
            title="Keyuan",
            version=version,
            description=description,
            auth=[Bearer(), SessionCookie()],
            openapi_url=None,
            docs_url=None,
            urls_namespace="api",
        )
        self.components: dict[str, Schema] = {**COMMON}
        install(self)
        self.get("/openapi.json", auth=None, include_in_schema=False)(self._openapi())
        self.get("/docs", auth=None, include_in_schema=False)(self._docs())

    def _get_urls(self) -> list[Any]:
        """Without ninja's own root page, and with our own answer to a wrong method."""
        for bound in self._get_bound_routers():
            for view in bound.path_operations.values():
                view._not_allowed = partial(_wrong_method, view)  # type: ignore[method-assign, assignment]
        return [one for one in super()._get_urls() if getattr(one, "name", "") != "api-root"]

    def described(self) -> OpenAPISchema:
        """The OpenAPI document, in English whatever the caller's language, because programs compare it."""
        with override("en"):
            schema = get_schema(self, ROOT.strip("/") + "/")
            schema["components"]["schemas"].update(self.components)
            schema["servers"] = [{"url": "/"}]
            return schema

    def _openapi(self) -> Any:
        @public
        def openapi_json(request: HttpRequest) -> HttpResponse:
            return answer(json.loads(json.dumps(self.described(), default=str)))

        return openapi_json

    def _docs(self) -> Any:
        @public
        def docs(request: HttpRequest) -> HttpResponse:
            schema = json.loads(json.dumps(self.described(), default=str))
            return render(request, "rest/docs.html", {"title": _("API"), "schema": schema, "groups": groups(schema)})

        return docs


def _wrong_method(view: PathView) -> HttpResponseBase:
    allowed = ", ".join(sorted({method for operation in view.operations for method in operation.methods}))
    return problem(405, _("Possible here: %(methods)s.") % {"methods": allowed}, headers={"Allow": allowed})


# The page


def groups(schema: Schema) -> list[tuple[str, list[dict[str, Any]]]]:
    """The operations by resource, each with what a person needs to call it."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path, methods in schema["paths"].items():
        for method in ORDER:
            if method in methods:
                found.setdefault(methods[method].get("tags", ["other"])[0], []).append(
                    _operation(path, method, methods[method], schema)
                )
    return sorted(found.items())


def _operation(path: str, method: str, said: Schema, schema: Schema) -> dict[str, Any]:
    body = _content(said.get("requestBody", {}))
    return {
        "id": said["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": said.get("summary", ""),
        "description": said.get("description", ""),
        "parameters": said.get("parameters", []),
        "members": list(_members(body, schema)),
        "responses": sorted(said["responses"].items()),
        "curl": curl(path, method, body, said, schema),
    }


def _content(part: Schema) -> Schema:
    contents = list(part.get("content", {}).values())
    return contents[0]["schema"] if contents else {}


def _resolved(schema: Schema, whole: Schema) -> Schema:
    name = schema.get("$ref", "").rpartition("/")[2]
    return whole["components"]["schemas"].get(name, {}) if name else schema


def _members(body: Schema, whole: Schema) -> list[dict[str, Any]]:
    found = _resolved(body, whole)
    required = found.get("required", ())
    return [
        {"name": name, "type": type_of(one), "required": name in required, "description": one.get("description", "")}
        for name, one in found.get("properties", {}).items()
    ]


def type_of(schema: Schema) -> str:
    """A schema in a word or two."""
    if "$ref" in schema:
        return schema["$ref"].rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(type_of(one) for one in schema["anyOf"]))
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"[{type_of(schema.get('items', {}))}]"
    return str(schema.get("format") or schema.get("type", "any"))


def curl(path: str, method: str, body: Schema, said: Schema, whole: Schema) -> str:
    """A command that can be tried at once: TOKEN and the address are variables of the shell."""
    address = path.replace("{pk}", "1")
    parts = [f'curl -X {method.upper()} "$KEYUAN{address}"', '-H "Authorization: Bearer $TOKEN"']
    names = {one["name"] for one in said.get("parameters", [])}
    if "If-Match" in names:
        parts.append("-H 'If-Match: \"1\"'")
    if "Idempotency-Key" in names:
        parts.append('-H "Idempotency-Key: $(uuidgen)"')
    if body:
        sample = {name: EXAMPLES.get(name, "…") for name in _resolved(body, whole).get("required", [])}
        parts += ['-H "Content-Type: application/json"', f"-d '{json.dumps(sample, ensure_ascii=False)}'"]
    return " \\\n  ".join(parts)


EXAMPLES: dict[str, Any] = {"name": "北京某某科技有限公司", "customer": 1, "verb": "tag", "module": "customer"}
