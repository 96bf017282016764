"""The list page that every record type has: views, search, filter, columns, rows, pager, selection."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from html import escape
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from keyuan.org.http import Request
from keyuan.org.models import User
from keyuan.org.shelf import shelf_of
from keyuan.records.catalogue import Catalogue, Field
from keyuan.records.kinds import LongText
from keyuan.records.kinds.kind import FilterRefused
from keyuan.records.listing import LAST_PAGE, Count, Listing
from keyuan.records.models import SavedView
from keyuan.records.namebook import NameBook
from keyuan.records.probe import among
from keyuan.records.query import Node, conditions
from keyuan.ui.early import early_page
from keyuan.ui.lists.asked import SIZES, Asked
from keyuan.ui.lists.cells import Cells
from keyuan.ui.lists.declared import ListOf, View
from keyuan.ui.lists.sentences import SPANS, Chip, Words, builder_words
from keyuan.ui.pages import wants_part
from keyuan.ui.pins import pins_of

__all__ = ["ListOf", "ListPage", "View", "page_of"]

_ROW = (
    '<tr data-id="{pk}"><td class="fit"><input class="form-check-input" type="checkbox" name="ids" value="{pk}" '
    'aria-label="{label}"></td><td>{first}</td>{rest}</tr>'
)


def page_of(spec: ListOf, request: Request, asked: Asked | None = None) -> ListPage:
    """The page of a list that somebody asked for."""
    return (spec.page or ListPage)(spec, request, asked)


class ListPage:
    """One list page as one person asked for it."""

    def __init__(self, spec: ListOf, request: Request, asked: Asked | None = None) -> None:
        self.spec, self.request = spec, request
        self.user: User = request.user
        self.catalogue = spec.catalogue
        self.book = NameBook(self.user)
        self.asked = asked or Asked.of(reverse(spec.route), request.GET)
        self.words = Words(self.catalogue, self.user, self.book)
        self.refusal = ""

    # Views

    @cached_property
    def views(self) -> list[View]:
        """Those whose conditions are on fields that this person sees."""
        every = [*self.spec.views, *map(_from_saved, _saved_views(self.request, self.spec.key))]
        return [view for view in every if view.serves(self.user) and self.words.knows(view.node)]

    @cached_property
    def view(self) -> View:
        found = next((view for view in self.views if view.key == self.asked.view), None)
        if found is None and self.asked.view:
            self.refusal = self.refusal or _("This view is not there, or uses fields that you may not see.")
        return found or self.views[0]

    @cached_property
    def may(self) -> dict[str, bool]:
        """Which operations this person has in the module, for buttons."""
        return {
            one: self.user.may(self.catalogue.module, one)
            for one in ("create", "import", "export", "delete", "edit", "transfer")
        } | {"release": self._may_release()}

    def _may_release(self) -> bool:
        """Whether there is anything that takes what is given back."""
        model, user = self.catalogue.model, self.user
        return user.may(self.catalogue.module, "release") and model.receiver(user) is not None

    # Rows

    @property
    def among(self) -> dict[str, Any]:
        """What else the listing has to know: in which pools the rows lie."""
        return {}

    @cached_property
    def node(self) -> Node | None:
        try:
            return self.asked.node()
        except FilterRefused as refusal:
            self.refusal = str(refusal)
            return None

    @cached_property
    def listing(self) -> Listing:
        """What was asked for; what can't be understood is named and left out, never guessed."""
        given: dict[str, Any] = {"q": self.asked.q, "book": self.book, **self.among}
        sort = self.asked.sort or ("" if self.asked.q else self.view.sort)
        attempts: list[dict[str, Any]] = [
            {"base": self.view.node, "node": self.node, "sort": sort},
            {"base": self.view.node},
            {},
        ]
        for attempt in attempts:
            try:
                return Listing(self.catalogue, self.user, **given, **attempt)
            except FilterRefused as refusal:
                self.refusal = self.refusal or str(refusal)
                self.node = None
        raise AssertionError("A list without conditions is always valid.")

    @cached_property
    def page(self) -> Any:
        return self.listing.page(self.asked.page, self.asked.size)

    @cached_property
    def rows(self) -> list[Any]:
        """The records of this page in order, with what their cells need."""
        found = self.catalogue.model.objects.visible_to(self.user)
        shown = {one.name for one in self.columns}
        joined = [*self.spec.related, *(one for one in self.spec.related_columns if one in shown)]
        found = self._narrowed(found.filter(among(self.page.pks)).joined(joined))
        by_pk = {row.pk: row for row in found}
        rows = [by_pk[pk] for pk in self.page.pks if pk in by_pk]
        self.spec.load(rows, self.book)
        return rows

    def _narrowed(self, found: QuerySet[Any]) -> QuerySet[Any]:
        """Only the columns that rows show; all where one of them is worked out from others."""
        concrete = {one.name for one in self.catalogue.model._meta.concrete_fields}
        shown = {one.column for one in self.columns} - set(self.spec.loaded)
        if not self.spec.needs or shown - concrete:
            return found.defer(*_long_texts(self.catalogue))
        return found.only(*self.spec.needs, *shown)

    @cached_property
    def columns(self) -> list[Field]:
        chosen = self.asked.columns or self.view.columns or self._remembered_columns() or self.spec.columns
        return self.catalogue.columns(self.user, chosen)

    @cached_property
    def look(self) -> tuple[Any, ...]:
        """All that the list looks like apart from its rows, for the pieces that are kept (see ui/kept.py)."""
        columns = tuple(one.name for one in self.columns)
        return (self.spec.key, *self.asked.params.items(), columns, self.listing.is_ranked, self.refusal)

    def _remembered_columns(self) -> Sequence[str]:
        return self.user.preferences.get("columns", {}).get(self.spec.key, ())

    def table(self) -> SafeString:
        """The rows of the table."""
        matched, name_cell, select = self._matched(), self.spec.name_cell, _("Select %(name)s")
        columns = [(self._cell_marks(one), one.name) for one in self.columns[1:]]
        parts = []
        for row in self.rows:
            first = name_cell(row, self.book, matched.get(row.pk, ""))
            rest = "".join([f"<td {marks}>{self.cells.of(name, row)}</td>" for marks, name in columns])
            if self.spec.ends:
                rest += f'<td class="fit num ph-act">{self.end_of(row)}</td>'
            parts.append(_ROW.format(pk=row.pk, label=escape(select % {"name": row}), first=first, rest=rest))
        return SafeString("".join(parts))

    def end_of(self, row: Any) -> SafeString:
        """What can be done with one row at its end."""
        return SafeString("")

    def _cell_marks(self, one: Field) -> str:
        """The attributes of all cells of a column: its width, and its place on a phone (see 6-phone.css)."""
        places = self.spec.on_phone.get(one.name, "").split()
        classes = ["fit", *(["num"] if one.kind.is_number else []), *(f"ph-{place}" for place in places)]
        said = f' data-said="{escape(str(one.label))}"' if "said" in places else ""
        return f'class="{" ".join(classes)}"{said}'

    @cached_property
    def cells(self) -> Cells:
        return Cells(self.catalogue, self.book)

    def _matched(self) -> dict[int, str]:
        found = self.listing.match
        if found is None or self.spec.explain is None:
            return {}
        return self.spec.explain(self.rows, found.words, self.book)

    def head(self) -> list[dict[str, Any]]:
        """The head cells: label, the address that sorts by it, and how it sorts now."""
        return [self._head(one) for one in self.columns]

    def _head(self, one: Field) -> dict[str, Any]:
        listing = self.listing
        sorts = bool(one.sort or one.kind.sortable)
        current = not listing.is_ranked and listing.sort.name == one.name
        falls = not listing.falls if current else one.kind.name in ("moment", "money", "percent", "number", "date")
        return {
            "name": one.name,
            "label": one.label,
            "url": self.asked.url(sort=f"-{one.name}" if falls else one.name) if sorts else "",
            "aria": ("descending" if listing.falls else "ascending") if current else "none",
            "is_number": one.kind.is_number,
        }

    # Pager

    @cached_property
    def pager(self) -> dict[str, Any]:
        first = (self.page.number - 1) * self.asked.size + 1
        number, rows = self.page.number, len(self.rows)
        near = range(max(1, number - 2), min(LAST_PAGE, number + self.page.has_next) + 1)
        known = None if self.page.has_next or (not rows and number > 1) else first + rows - 1
        return {
            "first": first,
            "last": first + rows - 1,
            "known": known,
            "pages": [(one, self.asked.url(page=one), one == number) for one in near],
            "start": self.asked.url(page=1),
            "is_last": self.page.has_next and number == LAST_PAGE,
            "previous": self.asked.url(page=number - 1) if number > 1 else "",
            "next": self.asked.url(page=number + 1) if self.page.has_next and number < LAST_PAGE else "",
            "count_url": self.count_url,
            "sizes": [(size, self.asked.url(size=size), size == self.asked.size) for size in SIZES],
        }

    # The page

    @cached_property
    def chips(self) -> list[Chip]:
        return self.words.chips(self.node, self.asked)

    def tabs(self) -> list[dict[str, Any]]:
        current = self.view
        return [
            {
                "label": view.label,
                "url": self.asked.place.url(view=view.key),
                "current": view is current,
                "view": view,
            }
            for view in self.views
        ]

    def context(self) -> dict[str, Any]:
        return {
            "list": self,
            "title": self.spec.title,
            "asked": self.asked,
            "rows": self.rows,
            "head": self.head,
            "pager": self.pager,
            "chips": self.chips,
            "tabs": self.tabs,
            "refusal": self.refusal,
            "unsorted": not self.listing.is_sortable,
            "builder": self.builder,
            **self.spec.extra,
        }

    def builder(self) -> dict[str, Any]:
        """What the script of the filter builder needs at once; `askable` follows when it is opened."""
        base = [self.words.parts(self.view.node)] if self.view.node else []
        return {
            "filter": self.node,
            "base": ["".join(f" {text}" for kind, text in parts).strip() for parts in base],
            "from_view": _("from the view “%(view)s”") % {"view": self.view.label} if base else "",
        }

    def askable(self) -> dict[str, Any]:
        """The fields that can be asked for, their operators and values, and what the builder says."""
        spans = [(name, str(label)) for name, label in SPANS.items()]
        return {"fields": self.words.describe(), "spans": spans, "words": builder_words()}

    @cached_property
    def all_columns(self) -> list[tuple[Field, bool]]:
        """Every field that can be a column, those shown first, and whether it is shown."""
        shown = [one.name for one in self.columns]
        fields = [one for one in self.catalogue.visible_fields(self.user).values() if one.listed]
        order = {name: place for place, name in enumerate(shown)}
        fields.sort(key=lambda one: order.get(one.name, len(order)))
        return [(one, one.name in order) for one in fields]

    def response(self) -> HttpResponseBase:
        if wants_part(self.request):
            return render(self.request, "ui/lists/list.html", self.context())
        return early_page(self.request, self.spec.template, self.spec.title, self.context)

    def count(self, *, exact: bool) -> Count:
        return self.listing.count(exact=exact)

    def count_response(self) -> HttpResponse:
        """How many rows the list has, loaded after its rows."""
        count = self.count(exact=self.request.GET.get("exact") == "1")
        context = {"count": count, "exact_url": f"{self.count_url}&exact=1"}
        return render(self.request, "ui/lists/count.html", context)

    def without_each(self) -> list[tuple[str, str]]:
        """For an empty list: each condition in words, with the address without it."""
        return [("".join(text for kind, text in chip.parts), chip.remove_url) for chip in self.chips]

    # Addresses

    @property
    def own_url(self) -> str:
        """This list as it is asked for, from its first page."""
        return self.asked.url()

    @property
    def is_pinned(self) -> bool:
        return any(one["url"] == self.own_url for one in pins_of(self.user))

    @property
    def pin_label(self) -> str:
        """The view and what is looked for in it."""
        return " · ".join(filter(None, [str(self.view.label), self.asked.q]))

    @property
    def cleared_url(self) -> str:
        return self.asked.url(filter=None, q=None)

    @property
    def unsearched_url(self) -> str:
        return self.asked.url(q=None)

    @property
    def view_url(self) -> str:
        """The view without what was changed."""
        return self.asked.place.url(view=self.view.key)

    @property
    def askable_url(self) -> str:
        """Where the builder asks what can be asked for."""
        query = self.asked.place.query()
        return reverse("lists:askable", args=[self.spec.key]) + (f"?{query}" if query else "")

    @property
    def count_url(self) -> str:
        return f"{reverse(f'{self.spec.route}_count')}?{self.asked.query()}"

    @property
    def bulk_url(self) -> str:
        return reverse(f"{self.spec.route}_bulk")

    @property
    def condition_count(self) -> int | str:
        return sum(1 for leaf in conditions(self.node)) if self.node else ""


def _saved_views(request: Request, module: str) -> list[SavedView]:
    user = request.user
    found = SavedView.objects.visible_to(user).filter(module=module)
    return shelf_of(user).get(("views", user.pk, module), lambda: list(found))


def _long_texts(catalogue: Catalogue) -> list[str]:
    """Columns that no list shows and that may be long."""
    return [one.column for one in catalogue.fields.values() if not one.listed and isinstance(one.kind, LongText)]


def _from_saved(saved: SavedView) -> View:
    return View(
        key=f"v{saved.pk}",
        label=saved.name,
        icon="pin" if saved.is_shared else "filter",
        node=saved.filter,
        columns=tuple(saved.columns),
        sort=saved.sort,
        saved=saved,
    )
