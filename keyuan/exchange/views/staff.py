"""Staff from a sheet: upload, check, confirm, initial passwords once."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keyuan.exchange.models import StaffImport
from keyuan.exchange.staff import verbs
from keyuan.exchange.staff.checking import Check
from keyuan.exchange.staff.columns import FIELDS, REQUIRED, label, places, unknown
from keyuan.exchange.views.imports import XLSX
from keyuan.org.http import Request
from keyuan.records.errors import RuleBroken
from keyuan.ui.audience import may
from keyuan.ui.downloads import attachment
from keyuan.ui.pages import go, page
from keyuan.ui.stepup import confirmed

PAGE, LISTED, DAY = 100, 20, 24 * 3600


def _steps(at: int) -> dict[str, Any]:
    return {"title": _("Import staff"), "steps": [_("Upload"), _("Check rows"), _("Import")], "at": at}


def _mine(request: Request, pk: int) -> StaffImport:
    return get_object_or_404(StaffImport.objects.visible_to(request.user), pk=pk)


@require_http_methods(["GET", "POST"])
@may("people", "create")
def staff_new(request: Request) -> HttpResponse:
    """Step 1. A file that can't be read is refused with the reason."""
    refusal = ""
    if request.method == "POST":
        try:
            file = request.FILES.get("file")
            if file is None:
                raise RuleBroken(_("Choose a file."))
            made = verbs.take_in(request.user, file, make_departments=bool(request.POST.get("make_departments")))
            return redirect("staff:import", made.pk)
        except RuleBroken as broken:
            refusal = str(broken)
    past = StaffImport.objects.visible_to(request.user).defer("rows", "people").order_by("-created_at", "-pk")[:LISTED]
    columns = [(label(name), name in REQUIRED) for name in FIELDS if name != "roles" or request.user.is_administrator]
    context = _steps(1) | {"refusal": refusal, "past": past, "columns": columns, "most": verbs.MOST}
    return page(request, "exchange/staff/upload.html", context, status=422 if refusal else 200)


@require_GET
@may("people", "create")
def staff_import(request: Request, pk: int) -> HttpResponse:
    """Step 2, what would be created and what is wrong; afterwards how far it is, and what became of it."""
    of = _mine(request, pk)
    if of.state == StaffImport.State.CHECKED:
        return page(request, "exchange/staff/check.html", _steps(2) | {"of": of} | _checked(request, of))
    context = {"of": of, "has_key": _cookie(of) in request.COOKIES}
    return page(request, "exchange/staff/run.html", _steps(3) | context)


def _checked(request: Request, of: StaffImport) -> dict[str, Any]:
    check = verbs.check(of, request.user)
    refused = check.refused
    show = request.GET.get("show") or ("wrong" if refused else "all")
    shown = Paginator(refused if show == "wrong" else check.people, PAGE).get_page(request.GET.get("page"))
    fields = [name for name in FIELDS if name in places(of.header) or name == "username"]
    return {
        "check": check,
        "show": show,
        "page": shown,
        "fields": [(label(name), name in REQUIRED) for name in fields],
        "rows": [_row(check, one, fields) for one in shown.object_list],
        "wrong": len(refused),
        "good": len(check.people) - len(refused),
        "new_departments": check.new_departments,
        "unknown": unknown(of.header),
    }


def _row(check: Check, one: Any, fields: list[str]) -> dict[str, Any]:
    cells = [
        {
            "text": one.values["username"] if name == "username" else one.texts[name],
            "bad": name in one.wrong,
            "made": (name == "username" and one.proposed) or (name == "department" and bool(one.below)),
            "label": label(name),
        }
        for name in fields
    ]
    problems = [(label(name), sentence) for name, sentence in one.problems]
    return {"number": one.number, "name": one.texts["name"], "cells": cells, "problems": problems}


@require_POST
@may("people", "create")
@confirmed
def staff_confirm(request: Request, pk: int) -> HttpResponse:
    """Create them in the background. This browser alone gets the key to the initial passwords."""
    of = _mine(request, pk)
    key = verbs.confirm(of, by=request.user)
    answer = go(request, "staff:import", pk)
    answer.set_cookie(
        _cookie(of),
        key,
        max_age=DAY,
        path=reverse("staff:import", args=[pk]),
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Strict",
    )
    return answer


def _cookie(of: StaffImport) -> str:
    return f"keyuan_staff_{of.pk}"


@require_GET
@may("people", "create")
def staff_progress(request: Request, pk: int) -> HttpResponse:
    """The part of the page that moves while the job runs; afterwards the page is loaded again."""
    of = _mine(request, pk)
    if not of.is_working:
        return go(request, "staff:import", pk)
    return render(request, "exchange/staff/running.html", {"of": of})


@require_POST
@may("people", "create")
@confirmed
def staff_passwords(request: Request, pk: int) -> FileResponse:
    """The initial passwords as a sheet, once."""
    of = _mine(request, pk)
    key = request.COOKIES.get(_cookie(of), "")
    file = _made(lambda path: verbs.fetch(of, key, path, by=request.user))
    answer = attachment(file, _("Initial passwords.xlsx"), XLSX)
    answer.delete_cookie(_cookie(of), path=reverse("staff:import", args=[pk]), samesite="Strict")
    return answer


@require_GET
@may("people", "create")
def staff_template(request: Request) -> FileResponse:
    """The sheet to fill in."""
    file = _made(lambda path: verbs.write_template(path, request.user))
    return attachment(file, _("Staff import template.xlsx"), XLSX)


def _made(write: Callable[[Path], object]) -> BinaryIO:
    """A file that is gone as soon as it has been sent."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        write(path)
        return path.open("rb")
