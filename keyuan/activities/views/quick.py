"""The quick log: a follow-up from anywhere, its customer or lead named by @."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from keyuan.activities.forms import ComposerForm, days_for, new_token
from keyuan.activities.subjects import named_for, suggested
from keyuan.activities.views.hub import save, told
from keyuan.leads.fields import LEAD
from keyuan.org.http import Request
from keyuan.records.namebook import NameBook
from keyuan.ui.attachments.taking import take_files
from keyuan.ui.audience import may
from keyuan.ui.pages import go, in_drawer, page, toast, wants_part

OFFERED = 6
PLACE = "quick-log"


@require_http_methods(["GET", "POST"])
@may("follow_up", "create")
def quick(request: Request) -> HttpResponse:
    """The form of the rail, of a drawer or of a page of its own; a POST logs."""
    if request.method != "POST":
        return _shown(request, None, {}, given=_asked(request))
    about, refusal = _about(request)
    if about is None:
        return _shown(request, None, {"about": refusal}, status=422)
    form = ComposerForm(request.POST, by=request.user, about=about)
    logged = save(form, take_files(request))
    if logged is None:
        return _shown(request, form, {}, status=422)
    toast(request, told(logged), more=" · ".join(logged.reasons))
    if in_drawer(request) or not wants_part(request):
        return go(request, f"{about.module}s:detail", about.pk)
    response = _shown(request, None, {}, fresh=True)
    response["HX-Trigger"] = '{"kx:followed": {}}'
    return response


def _asked(request: Request) -> dict[str, Any]:
    """Whom the address names, as far as this person may see them."""
    for one in named_for(request.user):
        text = request.GET.get(one.kind, "")
        if text.isdecimal() and (found := one.called(request.user, text)):
            return {one.kind: found[0].pk, "about_name": str(found[0])}
    return {}


def _about(request: Request) -> tuple[Any, str]:
    """Who is meant, by number or by the whole name; or what is wrong."""
    user, name = request.user, request.POST.get("about_name", "").replace("\x00", "").strip()
    kinds = named_for(user)
    for one in kinds:
        number = request.POST.get(one.kind, "").strip()
        if number.isdecimal() and (found := one.called(user, number)):
            return found[0], ""
    if not name:
        return None, _("Choose the customer or lead: type @ and a part of the name.")
    found = [row for one in kinds for row in one.called(user, name)]
    if len(found) == 1:
        return found[0], ""
    return None, _("No customer or lead of yours is called “%(name)s”. Choose from the list.") % {"name": name[:40]}


def _shown(
    request: Request,
    form: ComposerForm | None,
    errors: dict[str, str],
    *,
    status: int = 200,
    fresh: bool = False,
    given: Any = None,
) -> HttpResponse:
    book = form.book if form else NameBook(request.user)
    given = request.POST if status != 200 else given or {}
    kinds = [one for one in book.options("follow_up_kind") if not one.is_retired]
    first = kinds[0].key if kinds else ""
    context = {
        "title": _("Log a follow-up"),
        "sees_leads": any(one.kind == "lead" for one in named_for(request.user)),
        "given": given,
        "refused": [*errors.values(), *(text for texts in (form.errors if form else {}).values() for text in texts)],
        "kinds": [(one, one.key == (given.get("kind") or first)) for one in kinds],
        "days": days_for(request.user),
        "token": given.get("token") or new_token(),
        "draft": PLACE,
        "fresh": fresh,
    }
    if wants_part(request) and not in_drawer(request):
        return render(request, "activities/quick_panel.html", context, status=status)
    return page(request, "activities/quick.html", context, status=status)


@require_GET
@may("customer", "view", ("lead",))
def abouts(request: Request) -> JsonResponse:
    """Customers and leads whom a few letters may mean, those opened last first: for @ in the quick log."""
    q = request.GET.get("q", "").strip()[:60]
    told = {"lead": str(LEAD.label)}
    found = [
        {"kind": kind, "id": row.pk, "name": str(row), "told": told.get(kind, "")}
        for kind, row in suggested(request.user, q, OFFERED)
    ]
    return JsonResponse({"found": found})
