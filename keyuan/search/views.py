"""The command palette: what a search found, and what can be done with the words."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from keyuan.customers.fields import CONTACT
from keyuan.leads.lists import new_mark
from keyuan.opportunities.stages import stages_of
from keyuan.records.cleaners.phone import masked
from keyuan.records.namebook import NameBook
from keyuan.records.text import LONGEST_QUERY, syllables
from keyuan.search.finding import Group, Hit, find
from keyuan.ui import cells
from keyuan.ui.audience import signed_in
from keyuan.ui.formats import money
from keyuan.ui.lists.cells import cell
from keyuan.ui.pages import render_part

PLACES = {"opportunity": "opportunities"}
"""Where pages of records are, whose names are no plain plurals."""


@require_GET
@signed_in
def palette(request: HttpRequest) -> HttpResponse:
    """The lines of the palette where the script asks, else a page with the same lines."""
    query = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST_QUERY]
    book = NameBook(request.user)  # type: ignore[arg-type]
    groups = find(query, book) if query else []
    context = {
        "title": _("Search"),
        "q": query,
        "groups": [
            {"label": one.source.label, "lines": [_line(hit, query, book) for hit in one.hits]} for one in groups
        ],
        "actions": _actions(query, groups, book) if query else [],
    }
    return render_part(request, "search/page.html", "search/palette.html", context)


def _line(hit: Hit, query: str, book: NameBook) -> dict[str, Any]:
    """One record as the palette shows it."""
    record = hit.record
    shown = {
        "customer": lambda: _customer(record, book),
        "contact": lambda: _contact(record, query, book),
        "lead": lambda: _lead(record, book),
        "opportunity": lambda: _opportunity(record, book),
        "product": lambda: _product(record, book),
        "campaign": lambda: _campaign(record, book),
    }[record.module]()
    return {
        "url": reverse(f"{PLACES.get(record.module, record.module + 's')}:detail", args=[record.pk]),
        "pieces": hit.pieces,
        "matched": hit.matched,
        "syllables": [] if hit.matched else [(word[:n], word[n:]) for word, n in syllables(str(record), query)],
        **shown,
    }


def _customer(record: Any, book: NameBook) -> dict[str, Any]:
    category = str(book.option(record.category_id) or "")
    owner = str(book.person(record.owner_id) or "")
    said = [part for part in (category, owner) if part]
    return {"avatar": cells.avatar(record.short_or_name, True), "sub": said, "end": ""}


def _contact(record: Any, query: str, book: NameBook) -> dict[str, Any]:
    number = (record.mobile or record.phone).split(";")[0]
    said = [part for part in (record.title, record.customer.short_or_name, masked(number) if number else "") if part]
    roles = cell("contact", CONTACT.fields["roles"], record, book) if record.roles else SafeString("")
    return {"avatar": cells.avatar(record.name), "sub": said, "end": roles}


def _lead(record: Any, book: NameBook) -> dict[str, Any]:
    """The person behind the company, how it stands, whose it is."""
    owner = str(book.person(record.owner_id) or "")
    said = [part for part in (record.name if record.company else "", record.get_state_display(), owner) if part]
    return {"avatar": cells.avatar(record.heading, bool(record.company)), "sub": said, "end": new_mark(record)}


def _opportunity(record: Any, book: NameBook) -> dict[str, Any]:
    """Its customer is told by name alone, as everywhere; the amount only to those who see amounts."""
    stage = stages_of(book).by_id.get(record.stage_id)
    amount = money(record.amount) if book.user.rights.sees("opportunity", "amount") else ""
    said = [part for part in (record.customer.short_or_name, str(stage or ""), amount) if part]
    return {"avatar": cells.icon("target"), "sub": said, "end": ""}


def _product(record: Any, book: NameBook) -> dict[str, Any]:
    price = record.list_price if book.user.rights.sees("product", "list_price") else None
    said = [part for part in (record.code, money(price) if price is not None else "") if part]
    return {"avatar": cells.icon("box"), "sub": said, "end": ""}


def _campaign(record: Any, book: NameBook) -> dict[str, Any]:
    kind = str(book.option(record.type_id) or "")
    said = [part for part in (kind, record.get_status_display()) if part]
    return {"avatar": cells.icon("speakerphone"), "sub": said, "end": ""}


def _actions(query: str, groups: list[Group], book: NameBook) -> list[dict[str, Any]]:
    """What can be done with these words: see all that were found, write down a new customer."""
    actions = [
        {
            "url": f"{reverse(one.source.spec.route)}?{urlencode(_asked(one, query))}",
            "icon": "search",
            "label": _("All results in %(list)s") % {"list": one.source.label},
        }
        for one in groups
        if one.more
    ]
    if book.user.may("customer", "create"):
        url = f"{reverse('customers:new')}?{urlencode({'name': query})}"
        label = _("New customer “%(name)s”") % {"name": query}
        actions.append({"url": url, "icon": "plus", "label": label, "drawer": url})
    return actions


def _asked(group: Group, query: str) -> dict[str, str]:
    """The list with all rows, where its first view holds only some."""
    whole = {} if group.source.resource in ("customers", "contacts") else {"view": "all"}
    return whole | {"q": query}
