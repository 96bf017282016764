"""Search in the API: the same finding as the palette."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router

from keyuan.records.namebook import NameBook
from keyuan.search.finding import Group, find
from keyuan.ui.rest.access import signed_in_call
from keyuan.ui.rest.describing import operation, parameter
from keyuan.ui.rest.inputs import parameters
from keyuan.ui.rest.problems import answer, refused
from keyuan.ui.rest.schemas import Schema, listed, ref, text

router = Router(tags=["search"])


@router.get(
    "",
    **operation(
        "search",
        "Search everything: five of each resource, with what matched",
        result=ref("SearchResult"),
        parameters=[parameter("q", text(longest=100), "Characters, pinyin, initials or digits.", required=True)],
        refusals=(422,),
    ),
)
@signed_in_call
def search(request: HttpRequest) -> HttpResponse:
    query = parameters(request, ("q",)).get("q", "").strip()
    if not query:
        raise refused({"q": [_("Write what you look for.")]})
    return answer({"groups": [_group(one) for one in find(query, NameBook(request.user))]})  # type: ignore[arg-type]


def _group(group: Group) -> dict[str, Any]:
    items = [{"id": hit.record.pk, "name": str(hit.record), "matched": hit.matched, "marked": _marked(hit.pieces)}
             for hit in group.hits]  # fmt: skip
    return {"resource": group.source.resource, "label": str(group.source.label), "items": items, "more": group.more}


def _marked(pieces: list[tuple[str, bool]]) -> list[str]:
    """The pieces of the name that the query matched."""
    return [text for text, mark in pieces if mark]


SCHEMAS: dict[str, Schema] = {
    "SearchResult": {
        "type": "object",
        "properties": {
            "groups": listed(
                {
                    "type": "object",
                    "properties": {
                        "resource": text(),
                        "label": text(),
                        "more": {"type": "boolean"},
                        "items": listed(
                            {
                                "type": "object",
                                "properties": {
                                    "id": {"type": "integer"},
                                    "name": text(),
                                    "matched": {"type": "string", "description": "what matched beside the name"},
                                    "marked": listed(text()),
                                },
                            }
                        ),
                    },
                }
            )
        },
    }
}
