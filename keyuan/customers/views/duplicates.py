"""The duplicate panel, for the form of every record type that the check looks through."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from keyuan.customers.duplicates import Given, find_duplicates
from keyuan.org.http import Request

EXCLUDED = {"exclude": "customer", "exclude_contact": "contact", "exclude_lead": "lead"}
"""What the form names that is no duplicate of itself."""


def panel_of(request: Request, given: Given, of: str = "customer") -> HttpResponse:
    """What may be the same as what has been typed so far for a record of the type `of`."""
    named = {module: request.POST.get(name, "") for name, module in EXCLUDED.items()}
    exclude = [(module, int(pk)) for module, pk in named.items() if pk.isdecimal() and len(pk) < 18]
    hits = find_duplicates(given, by=request.user, exclude=exclude, of=of)
    return render(request, "customers/duplicates.html", {"hits": hits, "asked_something": any(vars(given).values())})
