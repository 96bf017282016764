"""People, departments and roles in the API."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router

from keyuan.org.models import Role, User
from keyuan.people import departments_api
from keyuan.people.departments_api import LINK, id_of, link, user_of
from keyuan.people.forms import MemberForm
from keyuan.people.listing import STATES, Asked
from keyuan.people.members import (
    create_member,
    edit_member,
    people_reached,
    reset_member,
    set_enabled,
    unlock_member,
)
from keyuan.ui.rest.access import administrators_call, may_call, signed_in_call
from keyuan.ui.rest.describing import operation, parameter
from keyuan.ui.rest.inputs import body, expect, parameters, whole_number, wrong_type
from keyuan.ui.rest.problems import answer, refused
from keyuan.ui.rest.replays import repeatable
from keyuan.ui.rest.schemas import Schema, listed, nullable, ref, text
from keyuan.ui.stepup import confirmed_call, require_confirmed

users, departments, roles = Router(tags=["users"]), departments_api.departments, departments_api.roles
LIMIT, MOST = 50, 200
FILTERS = ("q", "department", "role", "superior", "state")

USER_BODY: Schema = {
    "type": "object",
    "properties": {
        "username": text(longest=60),
        "name": text(longest=60),
        "phone": text(longest=40),
        "email": text(longest=254),
        "position": text(longest=60),
        "department": LINK,
        "superior": LINK,
        "language": {"type": "string", "enum": ["", *dict(settings.LANGUAGES)], "description": "'' is the browser's."},
        "roles": {**listed({"anyOf": [{"type": "integer"}, {"type": "object"}, {"type": "string"}]}),
                  "description": "Ids, or keys of built-in roles. Only administrators give roles."},
    },
    "required": ["username", "name", "department"],
    "additionalProperties": False,
}  # fmt: skip


def _told(user: User) -> dict[str, Any]:
    return {
        "id": user.pk,
        "username": user.username,
        "name": user.name,
        "phone": user.phone,
        "email": user.email,
        "position": user.position,
        "department": link(user.department),
        "superior": link(user.superior),
        "roles": [link(role) for role in user.roles.all()],
        "language": user.language,
        "is_active": user.is_active,
        "must_change_password": user.must_change_password,
        "last_login": timezone.localtime(user.last_login).isoformat() if user.last_login else None,
    }


def _people(request: HttpRequest) -> Any:
    people = people_reached(user_of(request)).select_related("department", "superior")
    return people.prefetch_related("roles").order_by("pk")


# Users


@users.get(
    "",
    **operation(
        "list_users",
        "List the people whom you may see",
        result=ref("UserList"),
        parameters=[
            parameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": LIMIT}, "Rows of a page."),
            parameter("cursor", text(), "`next` of the page before."),
            parameter("q", text(), "A part of name, user name, phone, e-mail or position."),
            parameter("department", {"type": "integer"}, "Of this department or one below it."),
            parameter("role", {"type": "integer"}, "With this role."),
            parameter("superior", {"type": "integer"}, "Directly below this person."),
            parameter("state", {"type": "string", "enum": list(STATES)}, "waiting: has never signed in."),
        ],
        refusals=(422,),
    ),
)
@may_call("people", "view")
def user_list(request: HttpRequest) -> HttpResponse:
    given = parameters(request, ("limit", "cursor", *FILTERS))
    for name in ("department", "role", "superior"):
        if given.get(name):
            whole_number(name, given[name], 1, 10**9 - 1)
    if given.get("state", "") not in ("", *STATES):
        raise refused({"state": [_("Choose one of: %(states)s") % {"states": ", ".join(STATES)}]})
    limit = whole_number("limit", given.get("limit", str(LIMIT)), 1, MOST)
    after = whole_number("cursor", given.get("cursor") or "0", 0, 10**9 - 1)
    people = Asked.of(given).narrow(_people(request)).order_by("pk")
    found = list(people.filter(pk__gt=after)[: limit + 1])
    following = str(found[limit - 1].pk) if len(found) > limit else None
    count = people.order_by().count()
    items = [_told(one) for one in found[:limit]]
    return answer({"items": items, "next": following, "count": count, "count_is_exact": True})


@users.post(
    "",
    **operation(
        "create_user",
        "Create a person; the initial password is told once",
        status=201,
        result=ref("UserWithPassword"),
        body=USER_BODY,
        post=True,
    ),
)
@repeatable("initial_password")
@may_call("people", "create")
@confirmed_call
def user_create(request: HttpRequest) -> HttpResponse:
    by = user_of(request)
    values = _cleaned(_typed(body(request)), by)
    user, password = create_member(by=by, roles=values.pop("roles", []), **values)
    user = _people(request).filter(pk=user.pk).first() or user
    return answer(_told(user) | {"initial_password": password}, 201, {"Location": f"/api/v1/users/{user.pk}"})


def _typed(given: dict[str, Any]) -> dict[str, Any]:
    """The members of a body as the form of the page takes them."""
    emptied = {name: [] if name == "roles" else "" for name, value in given.items() if value is None}
    given = {name: value for name, value in given.items() if value is not None}
    words = dict.fromkeys(("username", "name", "phone", "email", "position", "language"), str)
    expect(given, **words, department=(int, dict), superior=(int, dict), roles=list)
    data = {name: id_of(value) if name in ("department", "superior") else value for name, value in given.items()}
    if "roles" in data:
        keys = dict(Role.objects.exclude(key="").values_list("key", "pk"))
        data["roles"] = [str(keys.get(one, one)) if isinstance(one, str) else str(id_of(one)) for one in data["roles"]]
    return data | {name: value for name, value in emptied.items() if name in USER_BODY["properties"]}


def _cleaned(data: dict[str, Any], by: User, person: User | None = None) -> dict[str, Any]:
    form = MemberForm(data, person=person, by=by, operation="edit" if person else "create")
    form.fields.pop("along", None)  # a program says it in the body, or not
    if "roles" in data and "roles" not in form.fields:
        raise refused({"roles": [_("Only administrators give roles.")]})
    if not form.is_valid():
        raise refused({name: [str(one) for one in found] for name, found in form.errors.items()})
    return dict(form.cleaned_data)


@users.get("/me", **operation("get_me", "Who you are", result=ref("User")))
@signed_in_call
def user_me(request: HttpRequest) -> HttpResponse:
    parameters(request, ())
    return answer(_told(user_of(request)))


@users.get("/{int:pk}", **operation("get_user", "Read a person", result=ref("User"), refusals=(404,)))
@may_call("people", "view")
def user_get(request: HttpRequest, pk: int) -> HttpResponse:
    parameters(request, ())
    return answer(_told(get_object_or_404(_people(request), pk=pk)))


@users.patch(
    "/{int:pk}",
    **operation(
        "change_user",
        "Change a person",
        result=ref("User"),
        body={
            **USER_BODY,
            "properties": USER_BODY["properties"]
            | {
                "move_records": {
                    "type": "boolean",
                    "default": False,
                    "description": "With another department: whether the person's records move along. Administrators.",
                }
            },
            "required": [],
        },
        refusals=(404, 409),
        description="What the body leaves out stays; null empties. Many records move in the background.",
    ),
)
@may_call("people", "edit")
def user_change(request: HttpRequest, pk: int) -> HttpResponse:
    by = user_of(request)
    person = get_object_or_404(people_reached(by, "edit"), pk=pk)
    given = body(request)
    if given.keys() & {"roles", "email"}:
        require_confirmed(request)
    along = given.pop("move_records", False)
    if type(along) is not bool:
        raise refused({"move_records": [wrong_type("move_records")]})
    values = _cleaned(_standing(person, by) | _typed(given), by, person)
    edit_member(person, by=by, along=along, **{name: values[name] for name in given if name in values})
    return answer(_told(_people(request).filter(pk=pk).first() or person))


def _standing(person: User, by: User) -> dict[str, Any]:
    """The person as the form of the page would hold them."""
    names = ("username", "name", "phone", "email", "position", "language")
    stands = {name: getattr(person, name) for name in names}
    stands |= {"department": person.department_id, "superior": person.superior_id}
    if by.is_administrator:
        stands["roles"] = [str(pk) for pk in person.roles.values_list("pk", flat=True)]
    return stands


def _verb(name: str, summary: str, result: str = "User") -> dict[str, Any]:
    return operation(f"{name}_user", summary, result=ref(result), refusals=(404,), post=True)


@users.post("/{int:pk}/enable", **_verb("enable", "Let a person sign in"))
@repeatable()
@administrators_call
def user_enable(request: HttpRequest, pk: int) -> HttpResponse:
    return _enabled(request, pk, True)


@users.post("/{int:pk}/disable", **_verb("disable", "End all sessions and tokens of a person at once"))
@repeatable()
@administrators_call
def user_disable(request: HttpRequest, pk: int) -> HttpResponse:
    return _enabled(request, pk, False)


def _enabled(request: HttpRequest, pk: int, enabled: bool) -> HttpResponse:
    user = get_object_or_404(_people(request), pk=pk)
    set_enabled(user, enabled, by=user_of(request))
    return answer(_told(_people(request).get(pk=pk)))


@users.post("/{int:pk}/reset", **_verb("reset", "Give a new initial password, which is told once", "UserWithPassword"))
@repeatable("initial_password")
@administrators_call
@confirmed_call
def user_reset(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(_people(request), pk=pk)
    password = reset_member(user, by=user_of(request))
    return answer(_told(user) | {"initial_password": password})


_REASON: Schema = {
    "type": "object",
    "properties": {"reason": {**text(longest=300), "description": "How it was made sure who asks; it is logged."}},
    "required": ["reason"],
    "additionalProperties": False,
}


@users.post(
    "/{int:pk}/unlock",
    **operation(
        "unlock_user",
        "Forget the wrong passwords that lock a person",
        result=ref("User"),
        body=_REASON,
        refusals=(404,),
        post=True,
    ),
)
@repeatable()
@administrators_call
def user_unlock(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(_people(request), pk=pk)
    unlock_member(user, by=user_of(request), reason=str(expect(body(request), reason=str).get("reason", "")))
    return answer(_told(user))


_USER: Schema = {
    "id": {"type": "integer"},
    **{name: text() for name in ("username", "name", "phone", "email", "position")},
    "department": nullable(ref("Related")),
    "superior": nullable(ref("Related")),
    "roles": listed(ref("Related")),
    "language": text(),
    "is_active": {"type": "boolean"},
    "must_change_password": {"type": "boolean"},
    "last_login": nullable({"type": "string", "format": "date-time"}),
}
SCHEMAS: dict[str, Schema] = {
    **departments_api.SCHEMAS,
    "User": {"type": "object", "properties": _USER},
    "UserWithPassword": {
        "type": "object",
        "properties": {
            **_USER,
            "initial_password": {"type": "string", "description": "told once; a replay leaves it out"},
        },
    },
    "UserList": {
        "type": "object",
        "properties": {
            "items": listed(ref("User")),
            "next": nullable(text()),
            "count": {"type": "integer"},
            "count_is_exact": {"type": "boolean"},
        },
    },
}
