"""People, departments and roles in the API."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Router

from keyuan.org.models import Department, Role, User
from keyuan.people.departments import tree
from keyuan.people.forms import MemberForm
from keyuan.people.members import create_member, people_reached, reset_member, set_enabled
from keyuan.ui.rest.access import administrators_call, may_call, signed_in_call
from keyuan.ui.rest.describing import operation, parameter
from keyuan.ui.rest.inputs import body, expect, parameters, whole_number
from keyuan.ui.rest.problems import answer, refused
from keyuan.ui.rest.replays import repeatable
from keyuan.ui.rest.schemas import Schema, listed, nullable, ref, text
from keyuan.ui.stepup import confirmed_call

users, departments, roles = Router(tags=["users"]), Router(tags=["departments"]), Router(tags=["roles"])
LIMIT, MOST = 50, 200

_LINK: Schema = {"anyOf": [{"type": "integer"}, {"type": "object"}, {"type": "null"}]}
USER_BODY: Schema = {
    "type": "object",
    "properties": {
        "username": text(longest=60),
        "name": text(longest=60),
        "phone": text(longest=40),
        "email": text(longest=254),
        "position": text(longest=60),
        "department": _LINK,
        "superior": _LINK,
        "roles": {**listed({"anyOf": [{"type": "integer"}, {"type": "object"}, {"type": "string"}]}),
                  "description": "Ids, or keys of built-in roles. Only administrators give roles."},
    },
    "required": ["username", "name", "department"],
    "additionalProperties": False,
}  # fmt: skip


def _user(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]


def _link(row: Any) -> dict[str, Any] | None:
    return {"id": row.pk, "name": str(row)} if row is not None else None


def _told(user: User) -> dict[str, Any]:
    return {
        "id": user.pk,
        "username": user.username,
        "name": user.name,
        "phone": user.phone,
        "email": user.email,
        "position": user.position,
        "department": _link(user.department),
        "superior": _link(user.superior),
        "roles": [_link(role) for role in user.roles.all()],
        "is_active": user.is_active,
    }


def _people(request: HttpRequest) -> Any:
    people = people_reached(_user(request)).select_related("department", "superior")
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
        ],
        refusals=(422,),
    ),
)
@may_call("people", "view")
def user_list(request: HttpRequest) -> HttpResponse:
    given = parameters(request, ("limit", "cursor"))
    limit = whole_number("limit", given.get("limit", str(LIMIT)), 1, MOST)
    after = whole_number("cursor", given.get("cursor") or "0", 0, 10**9 - 1)
    people = _people(request)
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
    by = _user(request)
    values = _cleaned(_typed(body(request)), by)
    user, password = create_member(by=by, roles=values.pop("roles", []), **values)
    user = _people(request).filter(pk=user.pk).first() or user
    return answer(_told(user) | {"initial_password": password}, 201, {"Location": f"/api/v1/users/{user.pk}"})


def _typed(given: dict[str, Any]) -> dict[str, Any]:
    """The members of a body as the form of the page takes them."""
    given = {name: value for name, value in given.items() if value is not None}
    words = dict.fromkeys(("username", "name", "phone", "email", "position"), str)
    expect(given, **words, department=(int, dict), superior=(int, dict), roles=list)
    data = {name: _id(value) if name in ("department", "superior") else value for name, value in given.items()}
    if "roles" in data:
        keys = dict(Role.objects.exclude(key="").values_list("key", "pk"))
        data["roles"] = [str(keys.get(one, one)) if isinstance(one, str) else str(_id(one)) for one in data["roles"]]
    return data


def _id(value: Any) -> Any:
    """The number of a link; what is none becomes a text that no form accepts."""
    value = value.get("id") if isinstance(value, dict) else value
    return value if type(value) is int else "?"


def _cleaned(data: dict[str, Any], by: User) -> dict[str, Any]:
    form = MemberForm(data, person=None, by=by, operation="create")
    if "roles" in data and "roles" not in form.fields:
        raise refused({"roles": [_("Only administrators give roles.")]})
    if not form.is_valid():
        raise refused({name: [str(one) for one in found] for name, found in form.errors.items()})
    return dict(form.cleaned_data)


@users.get("/me", **operation("get_me", "Who you are", result=ref("User")))
@signed_in_call
def user_me(request: HttpRequest) -> HttpResponse:
    parameters(request, ())
    return answer(_told(_user(request)))


@users.get("/{int:pk}", **operation("get_user", "Read a person", result=ref("User"), refusals=(404,)))
@may_call("people", "view")
def user_get(request: HttpRequest, pk: int) -> HttpResponse:
    parameters(request, ())
    return answer(_told(get_object_or_404(_people(request), pk=pk)))


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
    set_enabled(user, enabled, by=_user(request))
    return answer(_told(_people(request).get(pk=pk)))


@users.post("/{int:pk}/reset", **_verb("reset", "Give a new initial password, which is told once", "UserWithPassword"))
@repeatable("initial_password")
@administrators_call
@confirmed_call
def user_reset(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(_people(request), pk=pk)
    password = reset_member(user, by=_user(request))
    return answer(_told(user) | {"initial_password": password})


# Departments and roles


@departments.get(
    "", **operation("list_departments", "List the departments, parents first", result=ref("DepartmentList"))
)
@signed_in_call
def department_list(request: HttpRequest) -> HttpResponse:
    parameters(request, ())
    rows = tree()
    names = {one.pk: one for one in rows}
    return answer({"items": [_department(one, names) for one in rows]})


def _department(one: Department, names: dict[int, Department]) -> dict[str, Any]:
    parent = names.get(one.parent_id) if one.parent_id else None
    return {"id": one.pk, "name": one.name, "parent": _link(parent), "head": _link(one.head), "depth": one.depth}


@roles.get("", **operation("list_roles", "List the roles with what they grant", result=ref("RoleList")))
@may_call("people", "view")
def role_list(request: HttpRequest) -> HttpResponse:
    parameters(request, ())
    return answer({"items": [_role(one) for one in Role.objects.prefetch_related("grants")]})


def _role(role: Role) -> dict[str, Any]:
    grants = [
        {
            "module": grant.module,
            "scope": grant.scope,
            "operations": {name: own or grant.scope for name, own in sorted(grant.operations.items())},
        }
        for grant in role.grants.all()
    ]
    return {
        "id": role.pk,
        "key": role.key or None,
        "name": str(role),
        "is_built_in": role.is_built_in,
        "grants": grants,
    }


_USER: Schema = {
    "id": {"type": "integer"},
    **{name: text() for name in ("username", "name", "phone", "email", "position")},
    "department": nullable(ref("Related")),
    "superior": nullable(ref("Related")),
    "roles": listed(ref("Related")),
    "is_active": {"type": "boolean"},
}
SCHEMAS: dict[str, Schema] = {
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
    "DepartmentList": {
        "type": "object",
        "properties": {
            "items": listed(
                {
                    "type": "object",
                    "properties": {
                        "id": {"type": "integer"},
                        "name": text(),
                        "parent": nullable(ref("Related")),
                        "head": nullable(ref("Related")),
                        "depth": {"type": "integer"},
                    },
                }
            )
        },
    },
    "RoleList": {
        "type": "object",
        "properties": {
            "items": listed(
                {
                    "type": "object",
                    "properties": {
                        "id": {"type": "integer"},
                        "key": nullable(text()),
                        "name": text(),
                        "is_built_in": {"type": "boolean"},
                        "grants": listed({"type": "object"}),
                    },
                }
            )
        },
    },
}
