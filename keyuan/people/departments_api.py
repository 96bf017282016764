"""Departments and roles in the API."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Router

from keyuan.org.models import Department, Role, User
from keyuan.people import closing
from keyuan.people.departments import add_department, edit_department, place_department, tree
from keyuan.people.forms import DepartmentForm
from keyuan.people.listing import found_departments
from keyuan.ui.rest.access import administrators_call, may_call, signed_in_call
from keyuan.ui.rest.describing import operation, parameter
from keyuan.ui.rest.inputs import body, expect, parameters, whole_number
from keyuan.ui.rest.problems import answer, refused
from keyuan.ui.rest.replays import repeatable
from keyuan.ui.rest.schemas import Schema, listed, nullable, ref, text

departments, roles = Router(tags=["departments"]), Router(tags=["roles"])
BIGGEST = 10**9 - 1

LINK: Schema = {"anyOf": [{"type": "integer"}, {"type": "object"}, {"type": "null"}]}
DEPARTMENT_BODY: Schema = {
    "type": "object",
    "properties": {
        "name": text(longest=100),
        "parent": {**LINK, "description": "The root is moved nowhere and needs none."},
        "head": {**LINK, "description": "Being the head grants nothing."},
        "before": {**LINK, "description": "The sibling in front of which it stands; null for behind all."},
    },
    "required": ["name", "parent"],
    "additionalProperties": False,
}


def user_of(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]


def link(row: Any) -> dict[str, Any] | None:
    return {"id": row.pk, "name": str(row)} if row is not None else None


def id_of(value: Any) -> Any:
    """The number of a link; what is none becomes a text that no form accepts."""
    value = value.get("id") if isinstance(value, dict) else value
    return value if type(value) is int else "?"


@departments.get(
    "",
    **operation(
        "list_departments",
        "List the departments, parents first",
        result=ref("DepartmentList"),
        parameters=[
            parameter("q", text(), "A part of the name."),
            parameter("under", {"type": "integer"}, "This department and those below it."),
        ],
        refusals=(422,),
    ),
)
@signed_in_call
def department_list(request: HttpRequest) -> HttpResponse:
    given = parameters(request, ("q", "under"))
    under = whole_number("under", given["under"], 0, BIGGEST) if given.get("under") else None
    rows = tree()
    names = {one.pk: one for one in rows}
    return answer({"items": [_told(one, names) for one in found_departments(rows, given.get("q", ""), under)]})


def _told(one: Department, names: dict[int, Department]) -> dict[str, Any]:
    parent = names.get(one.parent_id) if one.parent_id else None
    return {"id": one.pk, "name": one.name, "parent": link(parent), "head": link(one.head), "depth": one.depth}


def _one(pk: int) -> dict[str, Any]:
    rows = tree()
    found = next((one for one in rows if one.pk == pk), None)
    if found is None:
        found = get_object_or_404(Department, pk=pk)
    return _told(found, {one.pk: one for one in rows})


@departments.post(
    "",
    **operation(
        "create_department",
        "Create a department",
        status=201,
        result=ref("Department"),
        body=DEPARTMENT_BODY,
        post=True,
    ),
)
@repeatable()
@administrators_call
def department_create(request: HttpRequest) -> HttpResponse:
    values, before = _cleaned(body(request), None)
    made = add_department(by=user_of(request), **values)
    if before is not None and made.parent is not None:
        place_department(made, by=user_of(request), parent=made.parent, before=before)
    return answer(_one(made.pk), 201, {"Location": f"/api/v1/departments/{made.pk}"})


@departments.get(
    "/{int:pk}", **operation("get_department", "Read a department", result=ref("Department"), refusals=(404,))
)
@signed_in_call
def department_get(request: HttpRequest, pk: int) -> HttpResponse:
    parameters(request, ())
    return answer(_one(pk))


@departments.patch(
    "/{int:pk}",
    **operation(
        "change_department",
        "Rename a department, give it a head, move or order it",
        result=ref("Department"),
        body={**DEPARTMENT_BODY, "required": []},
        refusals=(404, 409),
        description="What the body leaves out stays. A move takes everything below along; rights follow at once.",
    ),
)
@administrators_call
def department_change(request: HttpRequest, pk: int) -> HttpResponse:
    by = user_of(request)
    department = get_object_or_404(Department.objects.select_related("parent", "head"), pk=pk)
    given = body(request)
    stands = {"name": department.name, "parent": department.parent_id, "head": department.head_id}
    values, before = _cleaned(stands | given, department)
    edit_department(department, by=by, **({"parent": None} | values))
    department.refresh_from_db()
    if "before" in given and department.parent is not None:
        place_department(department, by=by, parent=department.parent, before=before)
    return answer(_one(pk))


def _cleaned(given: dict[str, Any], department: Department | None) -> tuple[dict[str, Any], Department | None]:
    given = {name: value for name, value in given.items() if value is not None}
    expect(given, name=str, parent=(int, dict), head=(int, dict), before=(int, dict))
    before = Department.objects.filter(pk=id_of(given.pop("before"))).first() if given.get("before") else None
    data = {name: value if name == "name" else id_of(value) for name, value in given.items()}
    form = DepartmentForm(data, department=department)
    if not form.is_valid():
        raise refused({name: [str(one) for one in found] for name, found in form.errors.items()})
    return dict(form.cleaned_data), before


@departments.delete(
    "/{int:pk}",
    **operation(
        "delete_department",
        "Delete a department",
        status=204,
        parameters=[parameter("target", {"type": "integer"}, "The department that gets what is in it.")],
        refusals=(404, 409, 422),
    ),
)
@administrators_call
def department_delete(request: HttpRequest, pk: int) -> HttpResponse:
    given = parameters(request, ("target",))
    department = get_object_or_404(Department, pk=pk)
    target = None
    if given.get("target"):
        target = Department.objects.filter(pk=whole_number("target", given["target"], 1, BIGGEST)).first()
        if target is None:
            raise refused({"target": [_("This department no longer exists.")]})
    closing.delete_department(department, by=user_of(request), target=target)
    return HttpResponse(status=204)


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


_DEPARTMENT: Schema = {
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        "name": text(),
        "parent": nullable(ref("Related")),
        "head": nullable(ref("Related")),
        "depth": {"type": "integer"},
    },
}
_ROLE: Schema = {
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        "key": nullable(text()),
        "name": text(),
        "is_built_in": {"type": "boolean"},
        "grants": listed({"type": "object"}),
    },
}
SCHEMAS: dict[str, Schema] = {
    "Department": _DEPARTMENT,
    "DepartmentList": {"type": "object", "properties": {"items": listed(ref("Department"))}},
    "RoleList": {"type": "object", "properties": {"items": listed(_ROLE)}},
}
