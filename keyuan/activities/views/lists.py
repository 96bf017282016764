"""The lists of follow-ups and plans, and one verb for many of their rows."""

from __future__ import annotations

from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from keyuan.activities.lists import FOLLOW_UP_LIST, PLAN_LIST
from keyuan.customers.bulk import delete_all
from keyuan.customers.views.bulk import chosen, export_of
from keyuan.org.http import Request
from keyuan.records.errors import RuleBroken
from keyuan.ui.audience import may
from keyuan.ui.lists.asked import Asked
from keyuan.ui.lists.page import ListOf, ListPage
from keyuan.ui.pages import toast


@require_GET
@may("follow_up", "view")
def follow_up_list(request: Request) -> HttpResponseBase:
    return ListPage(FOLLOW_UP_LIST, request).response()


@require_GET
@may("follow_up", "view")
def follow_up_count(request: Request) -> HttpResponse:
    return ListPage(FOLLOW_UP_LIST, request).count_response()


@require_POST
@may("follow_up", "view")
def follow_up_bulk(request: Request) -> HttpResponse:
    return _bulk(request, FOLLOW_UP_LIST)


@require_GET
@may("plan", "view")
def plan_list(request: Request) -> HttpResponseBase:
    return ListPage(PLAN_LIST, request).response()


@require_GET
@may("plan", "view")
def plan_count(request: Request) -> HttpResponse:
    return ListPage(PLAN_LIST, request).count_response()


@require_POST
@may("plan", "view")
def plan_bulk(request: Request) -> HttpResponse:
    return _bulk(request, PLAN_LIST)


def _bulk(request: Request, spec: ListOf) -> HttpResponse:
    asked = Asked.of(reverse(spec.route), QueryDict(request.POST.get("query", "")))
    verb = request.POST.get("verb", "")
    if verb == "export":
        return export_of(request, spec, asked)
    if verb != "delete":
        raise RuleBroken(_("Choose what to do with the selected rows."))
    number = delete_all(chosen(request, spec, asked).reached_by(request.user, "delete"), by=request.user)
    said = ngettext("%(n)s is in the recycle bin", "%(n)s are in the recycle bin", number)
    toast(request, said % {"n": f"{number:,}"})
    return redirect(asked.url())
