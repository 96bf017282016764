"""One search over all rooms, for the palette, its page and the API: five of each kind, with what matched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from keyuan.campaigns.lists import CAMPAIGN_LIST
from keyuan.customers.lists import CONTACT_LIST, CUSTOMER_LIST
from keyuan.leads.lists import LEAD_LIST
from keyuan.opportunities.lists import OPPORTUNITY_LIST, PRODUCT_LIST
from keyuan.org.models import User
from keyuan.pools.seeing import readers_of_pools
from keyuan.records.listing import Listing
from keyuan.records.namebook import NameBook
from keyuan.records.text import highlight
from keyuan.ui.lists.page import ListOf

EACH = 5


@dataclass(frozen=True)
class Source:
    """One kind of record that is searched. `resource` is its name in the API."""

    resource: str
    label: Any
    spec: ListOf


SOURCES = (
    Source("customers", pgettext_lazy("heading", "Customers"), CUSTOMER_LIST),
    Source("contacts", pgettext_lazy("heading", "Contacts"), CONTACT_LIST),
    Source("leads", pgettext_lazy("heading", "Leads"), LEAD_LIST),
    Source("opportunities", pgettext_lazy("heading", "Opportunities"), OPPORTUNITY_LIST),
    Source("campaigns", pgettext_lazy("heading", "Campaigns"), CAMPAIGN_LIST),
    Source("products", pgettext_lazy("heading", "Products"), PRODUCT_LIST),
)


@dataclass(frozen=True)
class Hit:
    """One record that was found.

    Attributes:
        pieces: its name in pieces, each with whether the query matched it.
        matched: what matched where the name does not show it, in words.
    """

    record: Any
    pieces: list[tuple[str, bool]]
    matched: str


@dataclass(frozen=True)
class Group:
    """The first hits of one source; `more` where the list has further ones."""

    source: Source
    hits: list[Hit]
    more: bool


def find(query: str, book: NameBook) -> list[Group]:
    """What `query` finds for the person of `book`; sources without a hit or without the right are left out."""
    user: User = book.user
    allowed = [one for one in SOURCES if user.may(one.spec.catalogue.module, "view")]
    groups = [group for one in allowed if (group := _group(one, query, book)) is not None]
    return [group for group in groups if group.hits]


def _group(source: Source, query: str, book: NameBook) -> Group | None:
    spec = source.spec
    listing = Listing(spec.catalogue, book.user, q=query, book=book)
    if listing.match is None:
        return None
    found = listing.page(1, EACH)
    pks, more = _with_pools(spec, query, book, found.pks, found.has_next)
    rows = _in_order(spec, pks)
    spec.load(rows, book)
    matched = spec.explain(rows, listing.match.words, book) if spec.explain else {}
    hits = [Hit(row, highlight(str(row), query), matched.get(row.pk) or _otherwise(row, query)) for row in rows]
    return Group(source, hits, more)


def _with_pools(spec: ListOf, query: str, book: NameBook, pks: list[int], more: bool) -> tuple[list[int], bool]:
    """After what people own, what lies in pools: found by what each pool tells of it."""
    for reader, pools in readers_of_pools(book.user, spec.catalogue.module):
        page = Listing(spec.catalogue, reader, q=query, book=book, pools=pools).page(1, EACH)
        pks, more = [*pks, *page.pks], more or page.has_next
    return pks[:EACH], more or len(pks) > EACH


def _in_order(spec: ListOf, pks: list[int]) -> list[Any]:
    # The ids come from the list of this person.
    rows = spec.catalogue.model.rows.joined(spec.related).in_bulk(pks)
    return [rows[pk] for pk in pks if pk in rows]


def _otherwise(row: Any, query: str) -> str:
    """The other texts by which a record is found, where its name shows nothing."""
    if any(mark for _text, mark in highlight(str(row), query)):
        return ""
    if short := getattr(row, "short_name", ""):
        return _("Matched: short name %(name)s") % {"name": short} if _is_marked(short, query) else ""
    return ""


def _is_marked(text: str, query: str) -> bool:
    return any(mark for _text, mark in highlight(text, query))
