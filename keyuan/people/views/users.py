"""Members: list, create, edit, reset, enable and disable."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keyuan.org.http import Request
from keyuan.org.models import Department, User
from keyuan.org.throttle import locked_accounts
from keyuan.people import log, members
from keyuan.people.departments import tree
from keyuan.people.forms import MemberForm
from keyuan.people.members import people_reached
from keyuan.records.errors import RuleBroken
from keyuan.ui.audience import administrators, may
from keyuan.ui.pages import go, page, toast

PAGE = 50
STATES = ("active", "disabled", "locked", "waiting")


@require_GET
@may("people", "view")
def user_list(request: Request) -> HttpResponse:
    locked = locked_accounts()
    people = _asked(request, people_reached(request.user), list(locked))
    rows = (
        people.select_related("department", "superior").prefetch_related("roles").order_by("-is_active", "name", "pk")
    )
    shown = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    for one in shown.object_list:
        one.locked = locked.get(one.pk)  # type: ignore[attr-defined]
    context: dict[str, Any] = {
        "title": _("Members"),
        "page": shown,
        "may_create": request.user.may("people", "create"),
        "q": request.GET.get("q", ""),
        "state": request.GET.get("state", ""),
        "departments": tree(),
        "department": request.GET.get("department", ""),
    }
    return page(request, "people/users/list.html", context | _pager(request, shown))


def _asked(request: Request, people: QuerySet[User], locked: list[int]) -> QuerySet[User]:
    q = request.GET.get("q", "").replace("\0", "").strip()[:100]
    if q:
        digits = q.replace(" ", "").replace("-", "")
        people = people.filter(
            Q(name__icontains=q) | Q(username__icontains=q) | Q(email__icontains=q) | Q(phone__contains=digits)
        )
    department = request.GET.get("department", "")
    if department.isdecimal() and len(department) < 18:
        at = Department.objects.filter(pk=int(department)).first()
        people = people.filter(department__path__startswith=at.path) if at else people.none()
    match request.GET.get("state", ""):
        case "active":
            people = people.filter(is_active=True)
        case "disabled":
            people = people.filter(is_active=False)
        case "locked":
            people = people.filter(pk__in=locked)
        case "waiting":
            people = people.filter(must_change_password=True, last_login=None)
    return people


def _pager(request: Request, shown: Page) -> dict[str, Any]:
    def address(number: int) -> str:
        query: QueryDict = request.GET.copy()
        query["page"] = str(number)
        return f"?{query.urlencode()}"

    near = range(max(1, shown.number - 2), min(shown.paginator.num_pages, shown.number + 2) + 1)
    return {
        "pages": [(number, address(number), number == shown.number) for number in near],
        "previous": address(shown.number - 1) if shown.has_previous() else "",
        "next": address(shown.number + 1) if shown.has_next() else "",
    }


@require_GET
@may("people", "view")
def user_detail(request: Request, pk: int) -> HttpResponse:
    person = _person(request, pk, "view")
    by = request.user
    context = {
        "title": str(person),
        "person": person,
        "roles": person.roles.all(),
        "locked": locked_accounts().get(person.pk, []),
        "team": person.subordinates.filter(is_active=True).count(),
        "lines": log.lines("user", person.pk, _labels()) if by.is_administrator else [],
        "may_edit": by.is_administrator or (_edits(by, person) and not person.is_administrator),
    }
    return page(request, "people/users/detail.html", context)


def _edits(by: User, person: User) -> bool:
    reached = by.pk != person.pk and by.may("people", "edit")
    return reached and people_reached(by, "edit").filter(pk=person.pk).exists()


def _labels() -> dict[str, Any]:
    return {name: field.label for name, field in MemberForm.base_fields.items()} | {"is_active": _("Enabled")}


def _person(request: Request, pk: int, operation: str) -> User:
    people = people_reached(request.user, operation).select_related("department", "superior")
    return get_object_or_404(people, pk=pk)


@require_http_methods(["GET", "POST"])
@may("people", "create")
def user_new(request: Request) -> HttpResponse:
    """A new member. The answer to a good form shows the initial password, and nothing shows it again."""
    start = {"department": request.GET.get("department") or request.user.department_id}
    form = MemberForm(request.POST or None, person=None, by=request.user, operation="create", initial=start)
    if request.method == "POST" and form.is_valid():
        person, password = members.create_member(by=request.user, **form.cleaned_data)
        return _initial_password(request, person, password, _("“%(name)s” was created") % {"name": person}, is_new=True)
    context = {"title": _("New member"), "form": form, "back": "/admin/users/"}
    return page(request, "people/users/form.html", context, status=422 if form.errors else 200)


def _initial_password(
    request: Request, person: User, password: str, title: str, *, is_new: bool = False
) -> HttpResponse:
    context = {"title": title, "person": person, "initial": password, "is_new": is_new}
    return page(request, "people/users/initial.html", context)


@require_http_methods(["GET", "POST"])
@may("people", "edit")
def user_edit(request: Request, pk: int) -> HttpResponse:
    person = _person(request, pk, "edit")
    start = {name: getattr(person, name) for name in members.TOLD} | {"roles": person.roles.all()}
    start["language"] = person.language
    form = MemberForm(request.POST or None, person=person, by=request.user, operation="edit", initial=start)
    if request.method == "POST" and form.is_valid() and _edited(form, person, request.user):
        toast(request, _("Saved"))
        return go(request, "people:user", pk)
    title = _("Edit “%(name)s”") % {"name": person}
    context = {"title": title, "form": form, "person": person, "back": f"/admin/users/{pk}/"}
    return page(request, "people/users/form.html", context, status=422 if form.errors else 200)


def _edited(form: MemberForm, person: User, by: User) -> bool:
    try:
        members.edit_member(person, by=by, **form.cleaned_data)
    except RuleBroken as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


@require_http_methods(["GET", "POST"])
@administrators
def user_reset(request: Request, pk: int) -> HttpResponse:
    person = _member(pk)
    if request.method == "GET":  # a reload, or the way back from switching the language
        return go(request, "people:user", pk)
    password = members.reset_member(person, by=request.user)
    title = _("“%(name)s” has a new initial password") % {"name": person}
    return _initial_password(request, person, password, title)


@require_POST
@administrators
def user_enable(request: Request, pk: int) -> HttpResponse:
    person = _member(pk)
    enabled = request.POST.get("to") == "enabled"
    members.set_enabled(person, enabled, by=request.user)
    said = _("“%(name)s” may sign in again") if enabled else _("“%(name)s” is disabled and signed out everywhere")
    toast(request, said % {"name": person})
    return go(request, "people:user", pk)


@require_POST
@administrators
def user_unlock(request: Request, pk: int) -> HttpResponse:
    person = _member(pk)
    members.unlock_member(person, by=request.user)
    toast(request, _("“%(name)s” may try again") % {"name": person})
    return go(request, "people:user", pk)


def _member(pk: int) -> User:
    return get_object_or_404(User.objects.people(), pk=pk)
