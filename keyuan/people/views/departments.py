"""Departments: the tree, and the drawer that changes one of them."""

from collections import Counter
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keyuan.org.http import Request
from keyuan.org.models import Department, User
from keyuan.people import departments
from keyuan.people.forms import DepartmentForm
from keyuan.records.errors import RuleBroken
from keyuan.ui.audience import administrators, may
from keyuan.ui.pages import go, page, toast


@require_GET
@may("people", "view")
def department_list(request: Request) -> HttpResponse:
    rows = departments.tree()
    _count(rows)
    return page(request, "people/departments/list.html", {"title": _("Departments"), "rows": rows})


def _count(rows: list[Department]) -> None:
    """Give each row its own members, those below it included, and how deep it is drawn."""
    own = Counter(User.objects.people().filter(is_active=True).values_list("department_id", flat=True))
    for row in rows:
        row.own = own[row.pk]  # type: ignore[attr-defined]
        row.all = sum(own[one.pk] for one in rows if one.path.startswith(row.path))  # type: ignore[attr-defined]
        row.indent = min(row.depth, 6)  # type: ignore[attr-defined]


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
def department_delete(request: Request, pk: int) -> HttpResponse:
    department = get_object_or_404(Department, pk=pk)
    departments.delete_department(department, by=request.user)
    toast(request, _("“%(name)s” was deleted") % {"name": department.name})
    return go(request, "people:departments")
