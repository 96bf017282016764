"""Roles: the list beside the matrix of one of them."""

from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keyuan.org.http import Request
from keyuan.org.models import Role
from keyuan.org.scopes import Operation, Scope
from keyuan.people import log, matrix, roles
from keyuan.people.departments import tree
from keyuan.people.forms import RoleForm
from keyuan.records.errors import RuleBroken
from keyuan.ui.audience import administrators
from keyuan.ui.pages import go, page, toast
from keyuan.ui.stepup import confirmed

FACES = 4


@require_GET
@administrators
def role_list(request: Request) -> HttpResponse:
    return redirect("people:role", Role.objects.values_list("pk", flat=True)[0])


@require_http_methods(["GET", "POST"])
@administrators
@confirmed
def role_detail(request: Request, pk: int) -> HttpResponse:
    role = get_object_or_404(Role.objects.prefetch_related("grants"), pk=pk)
    if request.method == "POST":
        if roles.set_grants(role, matrix.read(request.POST), by=request.user):
            toast(request, _("The permissions were saved. They hold from the next click on."))
        return go(request, "people:role", pk)
    members = role.members.filter(is_active=True).order_by("name")
    listed = Role.objects.annotate(people=Count("members", filter=Q(members__is_active=True))).order_by(
        "position", "pk"
    )
    context: dict[str, Any] = {
        "title": _("Roles and permissions"),
        "role": role,
        "built_in": [one for one in listed if one.is_built_in],
        "own": [one for one in listed if not one.is_built_in],
        "members": list(members),
        "faces": members[:FACES],
        "rows": matrix.rows(role),
        "operations": Operation.labels,
        "scopes": Scope.choices,
        "departments": tree(),
        "lines": log.lines("role", role.pk, {"name": _("Role name"), "description": _("Description")}),
    }
    return page(request, "people/roles/detail.html", context)


@require_http_methods(["GET", "POST"])
@administrators
@confirmed
def role_new(request: Request) -> HttpResponse:
    form = RoleForm(request.POST or None, initial={"copy_of": request.GET.get("copy_of")})
    if request.method == "POST" and form.is_valid():
        try:
            role = roles.create_role(by=request.user, **form.cleaned_data)
        except RuleBroken as refusal:
            form.add_error("name", str(refusal))
        else:
            toast(request, _("“%(name)s” was created") % {"name": role})
            return go(request, "people:role", role.pk)
    return _form(request, form, _("New role"))


@require_http_methods(["GET", "POST"])
@administrators
@confirmed
def role_edit(request: Request, pk: int) -> HttpResponse:
    role = get_object_or_404(Role, pk=pk, key="")
    start = {"name": role.name, "description": role.description}
    form = RoleForm(request.POST or None, role=role, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            roles.edit_role(role, by=request.user, **form.cleaned_data)
        except RuleBroken as refusal:
            form.add_error("name", str(refusal))
        else:
            toast(request, _("Saved"))
            return go(request, "people:role", pk)
    return _form(request, form, _("Edit “%(name)s”") % {"name": role})


def _form(request: Request, form: RoleForm, title: str) -> HttpResponse:
    context = {"title": title, "form": form, "back": "/admin/roles/"}
    return page(request, "people/roles/form.html", context, status=422 if form.errors else 200)


@require_POST
@administrators
@confirmed
def role_delete(request: Request, pk: int) -> HttpResponse:
    role = get_object_or_404(Role, pk=pk)
    roles.delete_role(role, by=request.user)
    toast(request, _("“%(name)s” was deleted") % {"name": role})
    return go(request, "people:roles")
