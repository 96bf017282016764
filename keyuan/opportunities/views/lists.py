"""The lists of opportunities and products, and what is done with many of their rows."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from keyuan.customers.views.bulk import bulk_of, chosen
from keyuan.customers.views.picking import found
from keyuan.opportunities.bulk import move_all, offer_all
from keyuan.opportunities.fields import PRODUCT
from keyuan.opportunities.lists import OPPORTUNITY_LIST, PRODUCT_LIST, SHAPE
from keyuan.opportunities.stages import stages_of
from keyuan.org.http import Request
from keyuan.records.errors import RuleBroken
from keyuan.records.kinds import Choice
from keyuan.records.namebook import NameBook
from keyuan.ui.audience import may
from keyuan.ui.lists.asked import Asked
from keyuan.ui.lists.page import ListPage
from keyuan.ui.pages import toast


@require_GET
@may("opportunity", "view")
def opportunity_list(request: Request) -> HttpResponseBase:
    """The list; asked for nothing, the board for whom it was the shape used last."""
    if not request.GET and request.user.preferences.get(SHAPE) == "board":
        return redirect("opportunities:board")
    return ListPage(OPPORTUNITY_LIST, request).response()


@require_GET
@may("opportunity", "view")
def opportunity_count(request: Request) -> HttpResponse:
    return ListPage(OPPORTUNITY_LIST, request).count_response()


@require_POST
@may("opportunity", "view")
def opportunity_bulk(request: Request) -> HttpResponse:
    if request.POST.get("verb") == "move":
        return _move(request)
    return bulk_of(request, OPPORTUNITY_LIST)


def _move(request: Request) -> HttpResponse:
    """Many rows into the stage that was chosen; what can't be moved is named."""
    asked = Asked.of(reverse("opportunities:list"), QueryDict(request.POST.get("query", "")))
    book = NameBook(request.user)
    stage = stages_of(book).find(request.POST.get("stage", "0"))
    if stage is None:
        raise RuleBroken(_("Choose a stage."))
    rows = chosen(request, OPPORTUNITY_LIST, asked).reached_by(request.user, "edit")
    reason = Choice("opportunity_lost_reason").parse(request.POST.get("reason", ""), book)
    moved = move_all(rows, stage, by=request.user, **({"reason": reason} if reason and stage.kind == "lost" else {}))
    said = ngettext("%(n)s moved to “%(stage)s”.", "%(n)s moved to “%(stage)s”.", moved.number)
    toast(request, " ".join(filter(None, [said % {"n": f"{moved.number:,}", "stage": stage}, moved.sentence])))
    return redirect(asked.url())


@require_GET
@may("product", "view")
def product_list(request: Request) -> HttpResponseBase:
    return ListPage(PRODUCT_LIST, request).response()


@require_GET
@may("product", "view")
def product_count(request: Request) -> HttpResponse:
    return ListPage(PRODUCT_LIST, request).count_response()


@require_POST
@may("product", "view")
def product_bulk(request: Request) -> HttpResponse:
    verb = request.POST.get("verb", "")
    if verb in ("on_sale", "off_sale"):
        return _offer(request, is_on_sale=verb == "on_sale")
    return bulk_of(request, PRODUCT_LIST)


def _offer(request: Request, *, is_on_sale: bool) -> HttpResponse:
    asked = Asked.of(reverse("products:list"), QueryDict(request.POST.get("query", "")))
    rows = chosen(request, PRODUCT_LIST, asked).reached_by(request.user, "edit")
    number = offer_all(rows, is_on_sale=is_on_sale, by=request.user)
    if is_on_sale:
        said = ngettext("%(n)s is on sale", "%(n)s are on sale", number)
    else:
        said = ngettext("%(n)s is off sale", "%(n)s are off sale", number)
    toast(request, said % {"n": f"{number:,}"})
    return redirect(asked.url())


@require_GET
@may("product", "view")
def pick_product(request: Request) -> HttpResponse:
    """Products that somebody types the name or code of, with their price."""
    rows = [row for row in found(PRODUCT, request) if row.is_on_sale]
    sees = request.user.rights.sees("product", "list_price")
    return JsonResponse([[row.pk, row.name, _price(row) if sees else ""] for row in rows], safe=False)


def _price(row: object) -> str:
    price = getattr(row, "list_price", None)
    return f"¥{price:,.2f}" if price is not None else ""
