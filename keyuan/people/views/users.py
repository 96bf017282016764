"""Members: list, create, edit, reset, enable and disable."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keyuan.org.http import Request
from keyuan.org.models import Role, User
from keyuan.org.throttle import locked_accounts
from keyuan.people import bulk, log, members, relocating
from keyuan.people.absences import coming, in_words
from keyuan.people.departments import tree
from keyuan.people.forms import GiveRoleForm, MemberForm, MoveForm
from keyuan.people.listing import SORTS, Asked, query_of
from keyuan.people.members import people_reached
from keyuan.people.summary import granted_to
from keyuan.records.errors import RuleBroken
from keyuan.records.moving import count_elsewhere, count_owned
from keyuan.ui import formats
from keyuan.ui.audience import administrators, may
from keyuan.ui.pages import go, page, toast
from keyuan.ui.stepup import confirmed, confirmed_when

PAGE, FACES, MOST = 50, 12, 500


def gives_roles(request: Request) -> bool:
    """Whether a form that was sent chooses roles, which asks for the password again."""
    given = request.POST
    return "roles" in given or bool(given.get("verb") == "role" and given.get("then"))


def changes_account(request: Request) -> bool:
    """The same for the e-mail of somebody, to which links for a new password go."""
    email = request.POST.get("email")
    person = request.resolver_match.kwargs["pk"] if request.resolver_match else 0
    others = User.objects.filter(pk=person).exclude(email__iexact=(email or "").strip())
    return gives_roles(request) or _takes_all_roles(request, person) or bool(email is not None and others.exists())


def _takes_all_roles(request: Request, person: int) -> bool:
    """A form of an administrator without any role for somebody who has some: boxes without a tick are not sent."""
    is_sent = request.method == "POST" and request.user.is_administrator and "username" in request.POST
    return is_sent and "roles" not in request.POST and User.objects.filter(pk=person, roles__isnull=False).exists()


@require_GET
@may("people", "view")
def user_list(request: Request) -> HttpResponse:
    asked = Asked.of(request.GET)
    shown = Paginator(asked.ids(people_reached(request.user)), PAGE).get_page(request.GET.get("page"))
    rows = User.objects.select_related("department", "superior").prefetch_related("roles")
    found = rows.in_bulk(list(shown.object_list))
    people = [found[pk] for pk in shown.object_list if pk in found]
    for one in people:
        one.locked = asked.locked.get(one.pk)  # type: ignore[attr-defined]
    context: dict[str, Any] = {
        "title": _("Members"),
        "page": shown,
        "people": people,
        "may_create": request.user.may("people", "create"),
        "asked": asked,
        "departments": tree(),
        "roles": Role.objects.all(),
        "superiors": _superiors(request, asked),
        "heads": _heads(request, asked),
        "query": query_of(request.GET, page=""),
    }
    return page(request, "people/users/list.html", context | _pager(request, shown))


def _superiors(request: Request, asked: Asked) -> list[User]:
    """Those who have somebody below them, as far as the list reaches."""
    led = people_reached(request.user).exclude(superior=None).values("superior_id")
    return list(User.objects.people().filter(Q(pk__in=led) | Q(pk=asked.superior)).order_by("name", "pk")[:MOST])


def _heads(request: Request, asked: Asked) -> list[dict[str, Any]]:
    """The columns of the table, and where a click sorts by them."""
    columns = {
        "name": _("Name"),
        "roles": _("Roles"),
        "department": _("Department"),
        "position": _("Position"),
        "superior": _("Superior"),
        "phone": _("Mobile phone"),
        "email": _("E-mail"),
        "state": _("Status"),
        "last_login": _("Last sign-in"),
        "language": _("Language"),
    }
    at = asked.sort.removeprefix("-")
    way = "descending" if asked.sort.startswith("-") else "ascending"
    return [
        {
            "label": label,
            "url": query_of(request.GET, sort=asked.turned(name), page="") if name in SORTS else "",
            "aria": way if name == at else "none",
        }
        for name, label in columns.items()
    ]


def _pager(request: Request, shown: Page) -> dict[str, Any]:
    def address(number: int) -> str:
        return query_of(request.GET, page=str(number))

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
        "team": list(person.subordinates.filter(is_active=True).order_by("name", "pk")[: FACES + 1]),
        "team_size": person.subordinates.filter(is_active=True).count(),
        "granted": granted_to(person),
        "absences": [(one, in_words(one)) for one in coming(person)],
        "lines": log.lines("user", person.pk, _labels()) if by.is_administrator else [],
        "may_edit": by.is_administrator or (_edits(by, person) and not person.is_administrator),
    }
    return page(request, "people/users/detail.html", context | (_records(person) if by.is_administrator else {}))


def _records(person: User) -> dict[str, Any]:
    """What a person owns; only administrators, who see all records, are told."""
    return {
        "owned": count_owned([person.pk]),
        "elsewhere": count_elsewhere(person),
        "moving": relocating.running(person),
    }


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
@confirmed_when(gives_roles)
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
@confirmed_when(changes_account)
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
    given = dict(form.cleaned_data)
    along = given.pop("along", "") == "yes"
    try:
        members.edit_member(person, by=by, along=along, **given)
    except RuleBroken as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


@require_http_methods(["GET", "POST"])
@administrators
@confirmed
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
    toast(request, said % {"name": person}, more="" if enabled else _kept_records(person))
    return go(request, "people:user", pk)


def _kept_records(person: User) -> str:
    """How many records somebody who was disabled still owns."""
    number = count_owned([person.pk])
    told = ngettext("still owns %(n)s record", "still owns %(n)s records", number) % {"n": formats.count(number)}
    return told if number else ""


@require_POST
@administrators
def user_records(request: Request, pk: int) -> HttpResponse:
    """Move the records that a person left behind into their present department."""
    person = _member(pk)
    job = relocating.bring_records(person, by=request.user)
    toast(request, _("The records are moving along") if job else _("The records have moved along"))
    return go(request, "people:user", pk)


@require_GET
@administrators
def user_moving(request: Request, pk: int) -> HttpResponse:
    """How far the records of a person are; afterwards the page is loaded again."""
    person = _member(pk)
    moving = relocating.running(person)
    if moving is None:
        return go(request, "people:user", pk)
    return render(request, "people/users/moving.html", {"person": person, "moving": moving})


@require_POST
@administrators
@confirmed_when(gives_roles)
def user_bulk(request: Request) -> HttpResponse:
    """One verb about the selected people, or about all that fit; moves and roles ask what for first."""
    people, query = _selected(request), request.POST.get("query", "")
    back = f"/admin/users/{query}" if query.startswith("?") else "/admin/users/"
    if not people:
        raise RuleBroken(_("Select somebody first."))
    match request.POST.get("verb"):
        case "enable" | "disable" as verb:
            number = bulk.set_all_enabled(people, verb == "enable", by=request.user)
            toast(request, (_("%(n)d enabled") if verb == "enable" else _("%(n)d disabled")) % {"n": number})
        case "move":
            return _moved(request, people, query, back)
        case "role":
            return _given(request, people, query, back)
        case _:
            raise RuleBroken(_("This can't be done with several people."))
    return go(request, back)


def _selected(request: Request) -> list[int]:
    """The ids of the selected people within reach."""
    reached = people_reached(request.user)
    if request.POST.get("scope") == "all":
        return list(
            Asked.of(QueryDict(request.POST.get("query", "").lstrip("?"))).narrow(reached).values_list("pk", flat=True)
        )
    texts = [*request.POST.getlist("ids"), *request.POST.get("chosen", "").split(",")]
    pks = {int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) < 18}
    return list(reached.filter(pk__in=pks).order_by("pk").values_list("pk", flat=True))


def _moved(request: Request, people: list[int], query: str, back: str) -> HttpResponse:
    form = MoveForm(request.POST if request.POST.get("then") else None, records=count_owned(people))
    if form.is_valid():
        along = form.cleaned_data.get("along") == "yes"
        number, job = bulk.move_all(people, form.cleaned_data["department"], by=request.user, along=along)
        more = _("their records are moving along") if job else ""
        toast(request, _("%(n)d moved") % {"n": number}, more=more)
        return go(request, back)
    title = ngettext("Move %(n)d person", "Move %(n)d people", len(people)) % {"n": len(people)}
    return _bulk_form(request, form, "move", people, query, title)


def _given(request: Request, people: list[int], query: str, back: str) -> HttpResponse:
    form = GiveRoleForm(request.POST if request.POST.get("then") else None)
    if form.is_valid():
        take = form.cleaned_data["what"] == "take"
        number = bulk.give_role(people, form.cleaned_data["role"], by=request.user, take=take)
        toast(request, _("%(n)d changed") % {"n": number})
        return go(request, back)
    title = ngettext("Roles of %(n)d person", "Roles of %(n)d people", len(people)) % {"n": len(people)}
    return _bulk_form(request, form, "role", people, query, title)


def _bulk_form(request: Request, form: Any, verb: str, people: list[int], query: str, title: str) -> HttpResponse:
    chosen = ",".join(map(str, people))
    context = {
        "title": title,
        "form": form,
        "verb": verb,
        "chosen": chosen,
        "query": query,
        "back": f"/admin/users/{query}",
    }
    return page(request, "people/users/bulk.html", context, status=422 if form.errors else 200)


@require_POST
@administrators
def user_unlock(request: Request, pk: int) -> HttpResponse:
    person = _member(pk)
    members.unlock_member(person, by=request.user, reason=request.POST.get("reason", ""))
    toast(request, _("“%(name)s” may try again") % {"name": person})
    return go(request, "people:user", pk)


def _member(pk: int) -> User:
    return get_object_or_404(User.objects.people(), pk=pk)
