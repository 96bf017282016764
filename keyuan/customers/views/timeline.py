"""The time line of a customer: what happened to it and to what hangs on it."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET

from keyuan.customers.fields import CONTACT, CUSTOMER
from keyuan.customers.models import Customer
from keyuan.org.http import Request
from keyuan.records.history import Event
from keyuan.records.namebook import NameBook
from keyuan.records.story import Story, stories, with_changes
from keyuan.ui.audience import may
from keyuan.ui.editing import record_or_404

CATALOGUES = {"customer": CUSTOMER, "contact": CONTACT}
SIZE = 20
ICONS = {"created": "plus", "edited": "edit", "deleted": "trash", "restored": "refresh", "imported": "upload"}


@require_GET
@may("customer", "view")
def timeline(request: Request, pk: int) -> HttpResponse:
    """One page of the time line, newest first; `before` is the moment of the last line of the page above."""
    customer = record_or_404(Customer, request, pk)
    told, more = page_of(customer.pk, request, request.GET.get("before", ""))
    context = {"days": _by_day(told), "more": more, "customer": customer, "icons": ICONS}
    return render(request, "customers/timeline.html", context)


def page_of(customer: int, request: Request, before: str) -> tuple[list[Story], str]:
    """The stories of one page, and the mark from which the next one goes on ("" at the end)."""
    events = Event.objects.filter(customer_id=customer, record_type__in=_types(request))
    if (moment := _moment(before)) is not None:
        events = events.filter(at__lt=moment)
    found = list(with_changes(events.order_by("-at", "-pk"))[: SIZE + 1])
    more = found[SIZE - 1].at.isoformat() if len(found) > SIZE else ""
    return stories(found[:SIZE], CATALOGUES, NameBook(request.user)), more


def _types(request: Request) -> list[str]:
    return [kind for kind in CATALOGUES if request.user.may(kind, "view")]


def _moment(text: str) -> datetime | None:
    try:
        return parse_datetime(text.replace(" ", "+")) if text else None
    except ValueError:
        return None


def _by_day(told: list[Story]) -> list[tuple[Any, list[Story]]]:
    return [(day, list(lines)) for day, lines in groupby(told, key=lambda one: timezone.localdate(one.at))]
