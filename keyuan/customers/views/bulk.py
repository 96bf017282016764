"""One verb for many records: those chosen, or all that the list shows."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from keyuan.customers.bulk import delete_all, tag_all
from keyuan.customers.lists import CONTACT_LIST, CUSTOMER_LIST
from keyuan.org.http import Request
from keyuan.org.scopes import OPERATIONS
from keyuan.records.errors import RuleBroken
from keyuan.records.kinds import Tags
from keyuan.records.kinds.choices import ensure_tags
from keyuan.records.namebook import NameBook
from keyuan.records.options import Tag
from keyuan.ui.audience import may
from keyuan.ui.lists.asked import Asked
from keyuan.ui.lists.page import ListOf, page_of
from keyuan.ui.pages import toast


@require_POST
@may("customer", "view")
def customer_bulk(request: Request) -> HttpResponse:
    return bulk_of(request, CUSTOMER_LIST)


@require_POST
@may("contact", "view")
def contact_bulk(request: Request) -> HttpResponse:
    return bulk_of(request, CONTACT_LIST)


def bulk_of(request: Request, spec: ListOf) -> HttpResponse:
    asked = Asked.of(reverse(spec.route), QueryDict(request.POST.get("query", "")))
    verb = request.POST.get("verb", "")
    if verb == "export":
        return export_of(request, spec, asked)
    if verb in ("transfer", "release") and verb in OPERATIONS[spec.catalogue.module]:
        return redirect(f"{reverse(spec.catalogue.route(verb))}?{chosen_as_query(request)}")
    if verb == "plan" and spec.catalogue.module in ("customer", "lead"):
        return redirect(f"/activities/plans/each/?module={spec.catalogue.module}&{chosen_as_query(request)}")
    if verb == "campaign":
        return redirect(f"/campaigns/join/?module={spec.catalogue.module}&{chosen_as_query(request)}")
    operation = "delete" if verb == "delete" else "edit"
    rows = chosen(request, spec, asked).reached_by(request.user, operation)
    if verb == "delete":
        number = delete_all(rows, by=request.user)
        said = ngettext("%(n)s is in the recycle bin", "%(n)s are in the recycle bin", number)
    elif verb in ("tag", "untag") and "tags" in spec.catalogue.fields:
        number = tag_all(rows, _tags(request), by=request.user, remove=verb == "untag")
        said = ngettext("%(n)s was changed", "%(n)s were changed", number)
    else:
        raise RuleBroken(_("Choose what to do with the selected rows."))
    toast(request, said % {"n": f"{number:,}"})
    return redirect(asked.url())


def chosen(request: Request, spec: ListOf, asked: Asked, given: QueryDict | None = None) -> Any:
    """The rows that the person selected, within those they see; `given` says which, instead of the form."""
    given = request.POST if given is None else given
    if given.get("scope") == "all":
        shown = page_of(spec, request, asked)
        rows = shown.listing.rows
        if shown.refusal:
            raise RuleBroken(shown.refusal)  # never more rows than were shown
        return rows
    return spec.catalogue.model.objects.visible_to(request.user).filter(pk__in=chosen_ids(given))


def chosen_ids(given: QueryDict) -> list[int]:
    """The numbers of the rows that were ticked."""
    return [int(pk) for pk in _ids(given) if pk.isdecimal() and len(pk) < 18]


def _ids(given: QueryDict) -> list[str]:
    return [*given.getlist("ids"), *given.get("chosen", "").split(",")]


def chosen_as_query(request: Request) -> str:
    """The selection for the address of a page that asks what to do with it."""
    if request.POST.get("scope") == "all":
        return urlencode({"scope": "all", "query": request.POST.get("query", "")})
    return urlencode({"chosen": ",".join(pk for pk in _ids(request.POST) if pk.isdecimal())})


def _tags(request: Request) -> list[Tag]:
    tags = Tags().parse_many(request.POST.getlist("tags"), NameBook(request.user))
    if not tags:
        raise RuleBroken(_("Write at least one tag."))
    with transaction.atomic():
        return ensure_tags(tags)


def export_of(request: Request, spec: ListOf, asked: Asked) -> HttpResponse:
    """The export of a selection is an export of a list with these numbers."""
    if request.POST.get("scope") == "all":
        return redirect(f"{reverse('exports:list')}?module={spec.catalogue.module}&{asked.query()}")
    ids = ",".join(pk for pk in _ids(request.POST) if pk.isdecimal())
    return redirect(f"{reverse('exports:list')}?module={spec.catalogue.module}&ids={ids}&{asked.query()}")
