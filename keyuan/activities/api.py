"""Follow-ups, plans and time lines in the API."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Router

from keyuan.activities.composing import complete_plan
from keyuan.activities.fields import FOLLOW_UP, PLAN
from keyuan.activities.forms import FollowUpForm, PlanForm
from keyuan.activities.lists import load_follow_up_rows, load_plan_rows
from keyuan.activities.models import FollowUp
from keyuan.activities.timeline import KINDS, Asked, Line, page_of
from keyuan.customers.api import CUSTOMERS, moment
from keyuan.customers.bulk import delete_all, tag_all
from keyuan.org.http import Request
from keyuan.records.namebook import NameBook
from keyuan.ui.rest.access import may_call
from keyuan.ui.rest.describing import operation, parameter
from keyuan.ui.rest.inputs import body, expect, parameters
from keyuan.ui.rest.problems import answer, refused
from keyuan.ui.rest.records import RecordApi
from keyuan.ui.rest.replays import repeatable
from keyuan.ui.rest.schemas import Schema, listed, nullable, ref, schemas_of, text
from keyuan.ui.rest.showing import Shape

FOLLOW_UP_SHAPE = Shape(
    FOLLOW_UP, load_follow_up_rows, related=("customer",), extras={"version": lambda row: row.version}
)
PLAN_SHAPE = Shape(
    PLAN,
    load_plan_rows,
    related=("customer",),
    extras={"version": lambda row: row.version},
)
FOLLOW_UPS = RecordApi("follow-ups", FollowUpForm, FOLLOW_UP_SHAPE, tag_all, delete_all)
PLANS = RecordApi("plans", PlanForm, PLAN_SHAPE, tag_all, delete_all)
follow_ups, plans, timelines = FOLLOW_UPS.router(), PLANS.router(), Router(tags=["customers"])


@plans.post(
    "/{int:pk}/complete",
    **operation(
        "complete_plan",
        "Mark a plan as done; with content it becomes a follow-up of its customer",
        result=ref("Plan"),
        body={"type": "object", "properties": {"content": text(longest=10000)}, "additionalProperties": False},
        post=True,
        refusals=(404, 409, 422),
    ),
)
@repeatable()
@may_call("plan", "edit")
def complete(request: Request, pk: int) -> HttpResponse:
    given = expect(body(request), content=str)
    plan = PLANS.find(request, pk)
    plan.require(request.user, "edit")
    with PLANS.explaining(request):
        complete_plan(plan, given.get("content", ""), by=request.user)
    return PLANS.answer(request, PLANS.find(request, pk))


@timelines.get(
    "/{int:pk}/timeline",
    **operation(
        "get_timeline",
        "What happened to a customer and to what hangs on it, newest first",
        result=ref("Timeline"),
        parameters=[
            parameter("kind", {"enum": list(KINDS)}, "Which lines; all by default."),
            parameter("q", text(), "Words that the follow-up holds."),
            parameter("before", text(), "`next` of the page before, or a moment."),
        ],
        refusals=(404, 422),
    ),
)
@may_call("customer", "view")
def timeline(request: Request, pk: int) -> HttpResponse:
    given = parameters(request, ("kind", "q", "before"))
    customer = CUSTOMERS.find(request, pk)
    kind, before = given.get("kind", "all"), given.get("before", "")
    if kind not in KINDS:
        raise refused({"kind": [", ".join(KINDS)]})
    if before and "," not in before:
        before = moment("before", before).isoformat()
    book = NameBook(customer.reader_for(request.user))
    found = page_of(customer.pk, book, Asked(kind, given.get("q", "")[:100], None, before))
    return answer({"items": [_line(one, book) for one in found.lines], "next": found.more or None})


def _line(line: Line, book: NameBook) -> dict[str, Any]:
    if line.follow_up is not None:
        return _follow_up(line.follow_up, book)
    story = line.story
    assert story is not None
    event = story.event
    return {
        "id": event.pk,
        "at": timezone.localtime(story.at).isoformat(),
        "by": {"id": event.by_id, "name": story.who},
        "event": event.name,
        "what": story.what,
        "source": event.source,
        "record": {"kind": event.record_type, "id": event.record_id},
        "changes": [vars(one) for one in story.lines],
    }


def _follow_up(row: FollowUp, book: NameBook) -> dict[str, Any]:
    fields = FOLLOW_UP.visible_fields(book.user)
    names = [name for name in ("kind", "contacts", "content", "result", "place", "is_effective") if name in fields]
    author = row.author_id
    return {
        "id": row.pk,
        "at": timezone.localtime(row.at).isoformat(),
        "by": {"id": author, "name": str(book.person(author) or "")},
        "event": "followed_up",
        "what": fields["kind"].kind.plain(row.kind_id, book),
        "source": "",
        "record": {"kind": "follow_up", "id": row.pk},
        "changes": [],
        "follow_up": {name: fields[name].kind.json(fields[name].read(row), book) for name in names},
    }


_CHANGE = {"type": "object", "properties": {name: text() for name in ("field", "label", "before", "after")}}
_LINE: Schema = {
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        "at": text("date-time"),
        "by": ref("Related"),
        "event": text(),
        "what": text(),
        "source": text(),
        "record": {"type": "object", "properties": {"kind": text(), "id": {"type": "integer"}}},
        "changes": listed(_CHANGE),
        "follow_up": {"type": "object", "description": "only where the line is a follow-up"},
    },
}
SCHEMAS: dict[str, Schema] = {
    **schemas_of("FollowUp", FOLLOW_UP_SHAPE),
    **schemas_of("Plan", PLAN_SHAPE),
    "Timeline": {"type": "object", "properties": {"items": listed(_LINE), "next": nullable(text())}},
}
