"""Lists of the API: search, filter, sort and cursor through the same listing as the pages."""

from __future__ import annotations

import json
from typing import Any

from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from keyuan.org.models import User
from keyuan.records.kinds.kind import FilterRefused
from keyuan.records.listing import LAST_PAGE, Listing
from keyuan.records.namebook import NameBook
from keyuan.records.query import Node, parse
from keyuan.ui.rest.inputs import UNSTORABLE, parameters, whole_number
from keyuan.ui.rest.problems import answer, refused
from keyuan.ui.rest.showing import Shape

PARAMETERS = ("q", "pool", "filter", "sort", "fields", "limit", "cursor")
LIMIT, MOST = 50, 200
LONGEST_FILTER = 50_000


def list_answer(request: HttpRequest, shape: Shape) -> HttpResponse:
    """One page of a list: items, next, count, count_is_exact.

    Raises:
        FilterRefused, Problem: 422 that says which parameter is wrong.
    """
    given = parameters(request, PARAMETERS if shape.catalogue.model.pooled else PARAMETERS[:1] + PARAMETERS[2:])
    reader, among = _place(request.user, shape, given)  # type: ignore[arg-type]
    book = NameBook(reader)
    limit = whole_number("limit", given.get("limit", str(LIMIT)), 1, MOST)
    names = shape.chosen(given.get("fields", ""), book)
    listing = listed(shape, book, given, among)
    pks, following = Pages(listing).after(given.get("cursor", ""), limit)
    count = listing.count()
    return answer(
        {
            "items": shape.page(pks, book, names),
            "next": following,
            "count": count.number,
            "count_is_exact": count.exact,
        }
    )


def _place(user: User, shape: Shape, given: dict[str, str]) -> tuple[User, list[int] | None]:
    """Who reads this list, and the pool whose records it shows; what people own where none is named.

    Raises:
        Problem: 422 for a pool that is not open to the caller.
    """
    if "pool" not in given:
        return user, None
    pk = whole_number("pool", given["pool"], 1, 2**62)
    reader = shape.catalogue.model.reader_of_pool(user, pk)
    if reader is None:
        raise refused({"pool": [_("There is no such pool.")]})
    return reader, [pk]


def listed(shape: Shape, book: NameBook, given: dict[str, str], pools: list[int] | None = None) -> Listing:
    """What q, filter and sort mean for this person."""
    node = filter_of(given.get("filter", ""))
    try:
        return Listing(
            shape.catalogue,
            book.user,
            q=given.get("q", ""),
            node=node,
            sort=given.get("sort", ""),
            book=book,
            pools=pools,
        )
    except FilterRefused as refusal:
        named = "filter" if node else "sort"
        raise refused({named: [str(refusal)]}) from refusal


def filter_of(text: str) -> Node | None:
    """The filter in the address. Raises Problem 422 when it is none."""
    if len(text) > LONGEST_FILTER:
        raise refused({"filter": [_("The filter is too long.")]})
    try:
        return storable(parse(text))
    except FilterRefused as refusal:
        raise refused({"filter": [str(refusal)]}) from refusal


def storable(node: Any) -> Any:
    """The filter unless a text in it holds what the database cannot. Raises FilterRefused."""
    for text in _texts(node):
        if UNSTORABLE.search(text):
            raise FilterRefused(_("The text holds characters that cannot be stored."))
    return node


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
    return [text for one in value for text in _texts(one)] if isinstance(value, list) else []


class Pages:
    """Cursors over a listing: by the last row where an index gives the order, else by page numbers.

    A cursor is signed for its order, so that no other text passes for one.
    """

    def __init__(self, listing: Listing) -> None:
        self.listing = listing
        self.by_number = listing.is_ranked or not listing.sort.sort
        order = "relevance" if listing.is_ranked else f"{listing.sort.name}:{listing.falls}"
        self.signer = Signer(salt=f"keyuan.cursor:{listing.catalogue.module}:{order}", sep=".")

    def after(self, cursor: str, limit: int) -> tuple[list[int], str | None]:
        """Up to `limit` ids after the cursor, and the next one.

        Raises:
            Problem: 422, the cursor is none of this order.
        """
        inner = self._read(cursor)
        if not self.by_number:
            pks, following = self.listing.after(inner, limit)
            return pks, self.signer.sign(following) if following else None
        self._refuse_too_many()
        number, size = json.loads(inner) if inner else (1, limit)
        page = self.listing.page(number, size)
        more = page.has_next and number < LAST_PAGE
        return page.pks, self.signer.sign(json.dumps([number + 1, size])) if more else None

    def _read(self, cursor: str) -> str:
        try:
            return self.signer.unsign(cursor) if cursor else ""
        except (BadSignature, UnicodeError) as error:
            raise refused({"cursor": [_("This cursor is not valid. Start again without one.")]}) from error

    def _refuse_too_many(self) -> None:
        if not self.listing.is_ranked and not self.listing.is_sortable:
            words = {"field": self.listing.sort.name}
            raise refused({"sort": [_("There are too many rows to sort by “%(field)s”. Filter first.") % words]})
