"""The list of a pool of leads, and what is done with what lies there or goes there."""

from __future__ import annotations

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keyuan.customers.views.pools import assign_of, lock_of, pool_bulk_of, pool_claim_of, release_of
from keyuan.customers.views.transfer import in_words
from keyuan.leads.lists import LEAD_LIST, LEAD_POOL
from keyuan.leads.models import Lead
from keyuan.org.http import Request
from keyuan.pools.views import hands
from keyuan.ui.audience import may
from keyuan.ui.lists.page import page_of


@require_GET
@may("lead", "view")
def pool(request: Request) -> HttpResponseBase:
    return page_of(LEAD_POOL, request).response()


@require_GET
@may("lead", "view")
def pool_count(request: Request) -> HttpResponse:
    return page_of(LEAD_POOL, request).count_response()


@require_POST
@may("lead", "view")
def pool_bulk(request: Request) -> HttpResponse:
    return pool_bulk_of(request, LEAD_POOL)


@require_POST
@may("lead", "claim")
def pool_claim(request: Request) -> HttpResponse:
    return pool_claim_of(request, LEAD_POOL)


@require_http_methods(["GET", "POST"])
@may("lead", "assign")
def assign(request: Request) -> HttpResponse:
    return assign_of(request, LEAD_POOL)


@require_http_methods(["GET", "POST"])
@may("lead", "release")
def release(request: Request) -> HttpResponse:
    return release_of(request, LEAD_LIST)


@require_POST
@may("lead", "assign")
def lock(request: Request, pk: int) -> HttpResponse:
    return lock_of(request, Lead, pk)


@require_POST
@may("lead", "view")
def pool_undo(request: Request, pk: int) -> HttpResponse:
    return hands.undo_of(request, Lead, pk, in_words)
