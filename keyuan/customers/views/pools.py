"""The list of a pool of customers, and what is done with what lies there or goes there; of leads as well."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keyuan.customers.lists import CUSTOMER_LIST, CUSTOMER_POOL
from keyuan.customers.models import Customer
from keyuan.customers.views.bulk import bulk_of, chosen, chosen_as_query, chosen_ids
from keyuan.customers.views.transfer import in_words
from keyuan.org.http import Request
from keyuan.pools.claiming import set_locked
from keyuan.pools.views import hands
from keyuan.ui.audience import may
from keyuan.ui.editing import record_or_404
from keyuan.ui.lists.asked import Asked
from keyuan.ui.lists.page import ListOf, page_of
from keyuan.ui.pages import go, safe_next, toast


@require_GET
@may("customer", "view")
def pool(request: Request) -> HttpResponseBase:
    return page_of(CUSTOMER_POOL, request).response()


@require_GET
@may("customer", "view")
def pool_count(request: Request) -> HttpResponse:
    return page_of(CUSTOMER_POOL, request).count_response()


@require_POST
@may("customer", "view")
def pool_bulk(request: Request) -> HttpResponse:
    return pool_bulk_of(request, CUSTOMER_POOL)


@require_POST
@may("customer", "claim")
def pool_claim(request: Request) -> HttpResponse:
    return pool_claim_of(request, CUSTOMER_POOL)


@require_http_methods(["GET", "POST"])
@may("customer", "assign")
def assign(request: Request) -> HttpResponse:
    return assign_of(request, CUSTOMER_POOL)


@require_http_methods(["GET", "POST"])
@may("customer", "release")
def release(request: Request) -> HttpResponse:
    return release_of(request, CUSTOMER_LIST)


@require_POST
@may("customer", "assign")
def lock(request: Request, pk: int) -> HttpResponse:
    return lock_of(request, Customer, pk)


@require_POST
@may("customer", "view")
def pool_undo(request: Request, pk: int) -> HttpResponse:
    return hands.undo_of(request, Customer, pk, in_words)


# The same of every record type that lies in pools


def pool_bulk_of(request: Request, spec: ListOf) -> HttpResponse:
    """A verb for the chosen rows of a pool."""
    verb = request.POST.get("verb", "")
    asked = Asked.of(reverse(spec.route), QueryDict(request.POST.get("query", "")))
    if verb == "claim":
        rows, ids = chosen(request, spec, asked), set(chosen_ids(request.POST))
        return hands.claim_of(request, rows, asked.url(), 0 if request.POST.get("scope") == "all" else len(ids))
    if verb == "assign":
        query = f"{chosen_as_query(request)}&{QueryDict(request.POST.get('query', '')).urlencode()}"
        return redirect(f"{reverse(spec.catalogue.route('assign'))}?{query}")
    return bulk_of(request, spec)


def pool_claim_of(request: Request, spec: ListOf) -> HttpResponse:
    """Claim one record, from its row or its page."""
    asked = Asked.of(reverse(spec.route), QueryDict(request.POST.get("query", "")))
    text = request.POST.get("one", "")
    pk = int(text) if text.isdecimal() and len(text) < 18 else 0
    rows = spec.catalogue.model.objects.visible_to(request.user).filter(pk=pk)
    return hands.claim_of(request, rows, safe_next(request, asked.url()), 1)


def assign_of(request: Request, spec: ListOf) -> HttpResponse:
    given = request.POST if request.method == "POST" else request.GET
    asked = Asked.of(reverse(spec.route), QueryDict(given.get("query", "")))
    rows = chosen(request, spec, asked, given).exclude(pool=None)
    return hands.assign_of(request, rows, given, safe_next(request, asked.url()))


def release_of(request: Request, spec: ListOf) -> HttpResponse:
    given = request.POST if request.method == "POST" else request.GET
    asked = Asked.of(reverse(spec.route), QueryDict(given.get("query", "")))
    rows = chosen(request, spec, asked, given).reached_by(request.user, "release").filter(pool=None)
    return hands.release_of(request, rows, given, safe_next(request, asked.url()))


def lock_of(request: Request, model: type[Any], pk: int) -> HttpResponse:
    """Keep a record from coming back by itself, or let it again."""
    record = record_or_404(model, request, pk, "assign")
    locked = request.POST.get("on") == "1"
    set_locked(record, locked, by=request.user)
    said = _("“%(name)s” is locked and does not come back by itself") if locked else _("“%(name)s” is no longer locked")
    toast(request, said % {"name": record})
    return go(request, safe_next(request, reverse(f"{model.module}s:detail", args=[pk])))
