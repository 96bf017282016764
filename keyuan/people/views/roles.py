"""Roles: the list beside one of them, with its matrix, its fields, its members and its changes."""

from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keyuan.org.http import Request
from keyuan.org.models import Role
from keyuan.org.scopes import Operation, Scope
from keyuan.people import effects, field_matrix, log, matrix, previews, roles
from keyuan.people.comparing import compare
from keyuan.people.departments import tree
from keyuan.people.forms import RoleForm
from keyuan.records.errors import RuleBroken
from keyuan.ui.audience import administrators, signed_in
from keyuan.ui.pages import go, page, toast
from keyuan.ui.stepup import confirmed

FACES = 4
TABS = {
    "modules": "people/roles/modules.html",
    "fields": "people/roles/fields.html",
    "members": "people/roles/members.html",
    "changes": "people/roles/changes.html",
}
SAVED = gettext_lazy("The permissions were saved. They hold from the next click on.")


@require_GET
@administrators
def role_list(request: Request) -> HttpResponse:
    return redirect("people:role", Role.objects.values_list("pk", flat=True)[0])


def _role(pk: int) -> Role:
    return get_object_or_404(Role.objects.prefetch_related("grants"), pk=pk)


def _tab(request: Request, role: Role, tab: str, **context: Any) -> HttpResponse:
    """One tab of a role, beside the list of all of them."""
    members = list(role.members.filter(is_active=True).order_by("name"))
    blocks = context.get("blocks") or field_matrix.blocks(role)
    listed = Role.objects.annotate(people=Count("members", filter=Q(members__is_active=True))).order_by(
        "position", "pk"
    )
    frame = {
        "title": _("Roles and permissions"),
        "role": role,
        "tab": tab,
        "tabs": _tabs(role, tab, sum(one.limited for one in blocks), len(members)),
        "built_in": [one for one in listed if one.is_built_in],
        "own": [one for one in listed if not one.is_built_in],
        "members": members,
        "faces": members[:FACES],
    }
    return page(request, TABS[tab], frame | context)


def _tabs(role: Role, tab: str, limited: int, members: int) -> list[dict[str, Any]]:
    said = _("%(n)d limited") % {"n": limited} if limited else ""
    shown = [
        ("modules", "people:role", _("Module permissions"), ""),
        ("fields", "people:role_fields", _("Field permissions"), said),
        ("members", "people:role_members", _("Members"), str(members)),
        ("changes", "people:role_changes", _("Changes"), ""),
    ]
    return [
        {"url": reverse(route, args=[role.pk]), "label": label, "said": said, "current": key == tab}
        for key, route, label, said in shown
    ]


@require_http_methods(["GET", "POST"])
@administrators
@confirmed
def role_detail(request: Request, pk: int) -> HttpResponse:
    role = _role(pk)
    if request.method == "POST":
        if roles.set_grants(role, matrix.read(request.POST), by=request.user):
            toast(request, str(SAVED))
        return go(request, "people:role", pk)
    more = {"rows": matrix.rows(role), "operations": Operation.labels, "scopes": Scope.choices, "departments": tree()}
    return _tab(request, role, "modules", **more)


@require_http_methods(["GET", "POST"])
@administrators
@confirmed
def role_fields(request: Request, pk: int) -> HttpResponse:
    role = _role(pk)
    if request.method == "POST":
        if roles.set_fields(role, field_matrix.read(request.POST), by=request.user):
            toast(request, str(SAVED))
        return go(request, "people:role_fields", pk)
    labels = [right.label for right in field_matrix.ORDER]
    return _tab(request, role, "fields", blocks=field_matrix.blocks(role), rights=labels)


@require_GET
@administrators
def role_members(request: Request, pk: int) -> HttpResponse:
    role = _role(pk)
    people = role.members.select_related("department").order_by("-is_active", "name", "pk")
    return _tab(request, role, "members", people=people)


@require_GET
@administrators
def role_changes(request: Request, pk: int) -> HttpResponse:
    role = _role(pk)
    return _tab(request, role, "changes", lines=log.lines("role", role.pk, _labels()))


def _labels() -> dict[str, Any]:
    return {"name": _("Role name"), "description": _("Description"), "addresses": _("Addresses and networks")}


@require_POST
@administrators
def role_effect(request: Request, pk: int) -> HttpResponse:
    """In words, what the sent matrix would do; nothing is saved."""
    role = _role(pk)
    try:
        effect = effects.effect_of(role, matrix.read(request.POST), by=request.user)
    except RuleBroken as refusal:  # said beside the bar, as it is when saved
        return render(request, "people/roles/effect.html", {"refusal": str(refusal)})
    rows = [(label, abs(number), number > 0) for label, number in effect.rows.items()]
    return render(request, "people/roles/effect.html", {"effect": effect, "rows": rows})


@require_GET
@administrators
def role_compare(request: Request) -> HttpResponse:
    listed = list(Role.objects.order_by("position", "pk").prefetch_related("grants"))
    by_pk = {str(one.pk): one for one in listed}
    one = by_pk.get(request.GET.get("one", ""), listed[0])
    other = by_pk.get(request.GET.get("other", ""), listed[min(1, len(listed) - 1)])
    only = request.GET.get("only") == "1"
    groups = [(label, [row for row in rows if row.differs or not only]) for label, rows in compare(one, other)]
    context = {
        "title": _("Compare roles"),
        "listed": listed,
        "one": one,
        "other": other,
        "only": only,
        "groups": [(label, rows) for label, rows in groups if rows],
    }
    return page(request, "people/roles/compare.html", context)


@require_POST
@administrators
@confirmed
def role_restore(request: Request, pk: int) -> HttpResponse:
    if roles.restore_defaults(_role(pk), by=request.user):
        toast(request, str(SAVED))
    return go(request, "people:role", pk)


@require_POST
@administrators
def role_preview(request: Request, pk: int) -> HttpResponse:
    previews.start(request, _role(pk))
    return redirect("/")


@require_POST
@signed_in
def preview_end(request: Request) -> HttpResponse:
    pk = request.session.pop(previews.PREVIEW, None)
    return redirect("people:role", pk) if pk else redirect("/")


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
