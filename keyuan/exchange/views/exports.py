"""My exports: asking for a file of a list, and fetching it."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from keyuan.exchange import exporting
from keyuan.exchange.logs import LOGS
from keyuan.exchange.making import LISTS
from keyuan.exchange.models import Export
from keyuan.org.models import User
from keyuan.ui.audience import signed_in
from keyuan.ui.downloads import attachment
from keyuan.ui.lists.asked import KEPT
from keyuan.ui.pages import belongs_to, go, page, toast
from keyuan.ui.stepup import confirmed, confirmed_always

LISTED = 50
TYPES = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv; charset=utf-8"}


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


@require_GET
@signed_in
def export_list(request: HttpRequest) -> HttpResponse:
    """The person's exports; with `module` in the address also the question what the new one shall be."""
    user = _user(request)
    found = Export.objects.visible_to(user).order_by("-created_at", "-pk")[:LISTED]
    context: dict[str, Any] = {"title": _("My exports"), "exports": found, "lists": LISTS, "wanted": _wanted(request)}
    context["waits"] = any(one.state == Export.State.WAITING for one in found)
    return page(request, "exchange/exports/list.html", context)


def _wanted(request: HttpRequest) -> dict[str, Any] | None:
    """What a list asked to be exported."""
    module = request.GET.get("module", "")
    if module in LOGS and _user(request).may("audit", "export"):
        return {"module": module, "title": LOGS[module], "query": request.GET.urlencode(), "ids": [], "is_log": True}
    if module not in LISTS or not _user(request).may(module, "export"):
        return None
    belongs_to(request, reverse(LISTS[module].route))
    query = request.GET.copy()
    for name in set(query) - set(KEPT):
        del query[name]
    ids = _numbers(request.GET.get("ids", ""))
    return {"module": module, "title": LISTS[module].title, "query": query.urlencode(), "ids": ids}


def _numbers(text: str) -> list[int]:
    return [int(one) for one in text.split(",") if one.isdecimal() and len(one) < 18]


@require_POST
@signed_in
@confirmed
def export_new(request: HttpRequest) -> HttpResponse:
    """Ask for a file. It is made in the background and waits for seven days."""
    ids = request.POST.get("ids", "")
    exporting.start_export(
        _user(request),
        request.POST.get("module", ""),
        query=request.POST.get("query", ""),
        ids=_numbers(ids) if ids else None,
        format=request.POST.get("format") or Export.Format.XLSX,
        is_complete=request.POST.get("columns") == "all",
        reason=request.POST.get("reason", ""),
    )
    toast(request, _("The file is being made, it will wait here for seven days"))
    return go(request, "exports:list")


@require_GET
@signed_in
def export_rows(request: HttpRequest) -> HttpResponse:
    """The list of exports alone, while one of them is being made."""
    found = Export.objects.visible_to(_user(request)).order_by("-created_at", "-pk")[:LISTED]
    waits = any(one.state == Export.State.WAITING for one in found)
    return render(request, "exchange/exports/rows.html", {"exports": found, "lists": LISTS, "waits": waits})


@require_GET
@signed_in
@confirmed_always
def export_file(request: HttpRequest, pk: int) -> FileResponse:
    """The file itself; the right is checked now."""
    export = get_object_or_404(Export.objects.visible_to(_user(request)), pk=pk)
    path = exporting.fetch(export, _user(request))
    return attachment(path.open("rb"), export.file_name, TYPES[export.format])
