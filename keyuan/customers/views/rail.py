"""What the rail beside every page holds: whom to contact today, and a duplicate check at hand (U4)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from keyuan.customers.fields import CUSTOMER
from keyuan.customers.lists import CUSTOMER_VIEWS, load_customers
from keyuan.customers.models import Customer
from keyuan.org.http import Request
from keyuan.org.models import User
from keyuan.records.listing import Listing
from keyuan.records.namebook import NameBook
from keyuan.ui.audience import may

SHOWN = 12
DUE = next(view for view in CUSTOMER_VIEWS if view.key == "due")


def knows_rhythm(user: User) -> bool:
    """Whether this person sees what tells that a customer waits."""
    return "behind_schedule" in CUSTOMER.visible_fields(user)


@require_GET
@may("customer", "view")
def due(request: Request) -> HttpResponse:
    """Own customers whose rhythm has been missed, the longest waiting first."""
    book = NameBook(request.user)
    base = DUE.node if knows_rhythm(request.user) else {"field": "id", "op": "empty"}
    pks = Listing(CUSTOMER, request.user, base=base, sort="last_followed_at", book=book).page(1, SHOWN).pks
    found = Customer.objects.visible_to(request.user).in_bulk(pks)
    rows = [found[pk] for pk in pks if pk in found]
    load_customers(rows, book)
    return render(request, "customers/rail_due.html", {"rows": rows, "book": book, "catalogue": CUSTOMER})


@require_GET
@may("customer", "view")
def check(request: Request) -> HttpResponse:
    """The duplicate check without a form to fill in."""
    return render(request, "customers/rail_check.html")
