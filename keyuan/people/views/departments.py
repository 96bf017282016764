"""Departments: the tree, the drawer that changes one of them, and where they are put."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keyuan.org.http import Request
from keyuan.org.models import Department
from keyuan.people import closing, departments
from keyuan.people.forms import DepartmentForm, TargetForm
from keyuan.records.errors import RuleBroken
from keyuan.ui.audience import administrators, may
from keyuan.ui.pages import go, page, toast

DEEPEST = 9


@require_GET
@may("people", "view")
def department_list(request: Request) -> HttpResponse:
    rows = departments.counted(departments.tree())
    siblings: dict[int | None, list[Department]] = {}
    for row in rows:
        row.indent = min(row.depth, DEEPEST)  # type: ignore[attr-defined]
        siblings.setdefault(row.parent_id, []).append(row)
    for row in rows:
        beside = siblings[row.parent_id]
        row.is_first, row.is_last = row is beside[0], row is beside[-1]  # type: ignore[attr-defined]
        row.has_children = row.pk in siblings  # type: ignore[attr-defined]
    return page(request, "people/departments/list.html", {"title": _("Departments"), "rows": rows})


@require_http_methods(["GET", "POST"])
@administrators
def department_new(request: Request) -> HttpResponse:
    form = DepartmentForm(request.POST or None, initial={"parent": request.GET.get("below")})
    if request.method == "POST" and form.is_valid() and _added(request, form):
        toast(request, _("“%(name)s” was created") % {"name": form.cleaned_data["name"]})
        return go(request, "people:departments")
    return _form(request, form, _("New department"))


def _added(request: Request, form: DepartmentForm) -> bool:
    try:
        departments.add_department(by=request.user, **form.cleaned_data)
    except RuleBroken as refusal:
        form.add_error("name", str(refusal))
        return False
    return True


@require_http_methods(["GET", "POST"])
@administrators
def department_edit(request: Request, pk: int) -> HttpResponse:
    department = get_object_or_404(Department.objects.select_related("parent", "head"), pk=pk)
    start = {"name": department.name, "parent": department.parent, "head": department.head}
    form = DepartmentForm(request.POST or None, department=department, initial=start)
    if request.method == "POST" and form.is_valid() and _edited(request, department, form):
        toast(request, _("Saved"))
        return go(request, "people:departments")
    return _form(request, form, _("Edit “%(name)s”") % {"name": department}, department)


def _edited(request: Request, department: Department, form: DepartmentForm) -> bool:
    given: dict[str, Any] = {"parent": None} | form.cleaned_data
    try:
        departments.edit_department(department, by=request.user, **given)
    except RuleBroken as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _form(request: Request, form: DepartmentForm, title: str, department: Department | None = None) -> HttpResponse:
    context = {"title": title, "form": form, "department": department, "back": "/admin/departments/"}
    return page(request, "people/departments/form.html", context, status=422 if form.errors else 200)


@require_POST
@administrators
def department_shift(request: Request, pk: int) -> HttpResponse:
    """One place up or down among its siblings."""
    department = get_object_or_404(Department, pk=pk)
    departments.shift_department(department, -1 if request.POST.get("to") == "up" else 1, by=request.user)
    return go(request, "people:departments")


@require_POST
@administrators
def department_place(request: Request, pk: int) -> HttpResponse:
    """Below another one, where it was dropped: in front of `before`, or behind all others."""
    department = get_object_or_404(Department, pk=pk)
    parent = get_object_or_404(Department, pk=_id(request, "parent"))
    before = Department.objects.filter(pk=_id(request, "before"), parent=parent).first()
    departments.place_department(department, by=request.user, parent=parent, before=before)
    toast(request, _("“%(name)s” now lies below “%(parent)s”") % {"name": department, "parent": parent})
    return go(request, "people:departments")


def _id(request: Request, name: str) -> int:
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0


@require_http_methods(["GET", "POST"])
@administrators
def department_delete(request: Request, pk: int) -> HttpResponse:
    """Where the people, records and departments in it go is asked first."""
    department = get_object_or_404(Department, pk=pk)
    inside = closing.inside(department)
    form = TargetForm(request.POST if request.method == "POST" else None, department=department, is_needed=bool(inside))
    if request.method == "POST" and form.is_valid():
        closing.delete_department(department, by=request.user, target=form.cleaned_data["target"])
        toast(request, _("“%(name)s” was deleted") % {"name": department.name})
        return go(request, "people:departments")
    title = _("Delete “%(name)s”") % {"name": department}
    context = {"title": title, "form": form, "inside": inside, "back": "/admin/departments/"}
    return page(request, "people/departments/delete.html", context, status=422 if form.errors else 200)
