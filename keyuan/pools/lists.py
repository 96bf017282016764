"""The list of one pool: which pools somebody can turn to, what stands above its rows, and what its rows need."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property
from html import escape
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from keyuan.org.http import Request
from keyuan.org.models import User
from keyuan.pools.claiming import claimed_today, free_from, held
from keyuan.pools.counting import lying
from keyuan.pools.kinds import KINDS
from keyuan.pools.limits import Limits, limits_of
from keyuan.pools.membership import home_pool, lie_anywhere, managed
from keyuan.pools.models import Pool
from keyuan.pools.rules import PoolRules
from keyuan.pools.seeing import hidden_from, pools_seen, reader_in
from keyuan.pools.sentences import days_left, further_sentences, rule_sentence
from keyuan.records.catalogue import Field
from keyuan.records.kinds import Asked, Kind, YesNo
from keyuan.records.namebook import NameBook
from keyuan.ui import cells
from keyuan.ui.formats import day
from keyuan.ui.lists.asked import Asked as AskedList
from keyuan.ui.lists.page import ListOf, ListPage, View
from keyuan.ui.lists.sentences import Words
from keyuan.ui.pages import page

WARNED = 3
"""So many records that come back soon are shown above the list."""
MARKED = 3
"""So many days before the end rows are marked."""
NEEDS = ("pool", "last_owner", "released_at", "release_reason", "last_followed_at", "is_locked")
"""Columns that every row of a pool's list needs."""
_GIVEN_BACK = {"field": "release_reason", "op": "not-empty"}
POOL_VIEWS = (
    View("all", pgettext_lazy("pool", "All"), "list"),
    View(
        "recycled",
        gettext_lazy("Recycled"),
        "recycle",
        {
            "and": [
                {"field": "last_owner", "op": "not-empty"},
                {"field": "release_reason", "op": "empty"},
            ]
        },
    ),
    View("released", pgettext_lazy("pool", "Given back"), "arrow-back-up", _GIVEN_BACK),
    View("fresh", gettext_lazy("Had no owner yet"), "flag-3", {"field": "last_owner", "op": "empty"}),
)


def load_pools(rows: list[Any], book: NameBook) -> None:
    """The name of the pool in which each of these records lies: `row.pool_name`."""
    for row in rows:
        pk = row.__dict__.get("pool_id")
        if pk is not None:
            row.pool_name = book.shelf.get("names of pools", _names).get(pk, "")
    book.meet(row.__dict__.get("last_owner_id") for row in rows)


def _names() -> dict[int, str]:
    return dict(Pool.objects.values_list("pk", "name"))


class Came(Kind):
    """How a record came into its pool: by the rule, given back with a reason, or without ever having had an owner."""

    name = "came"
    ops: ClassVar = ()

    def read(self, field: Field, record: models.Model) -> tuple[str, int | None, bool]:
        row: Any = record
        known = row.__dict__
        if known.get("pool_id") is None:
            return ("", None, False)
        if known.get("release_reason_id"):
            return ("released", row.release_reason_id, False)
        if known.get("last_owner_id"):
            return ("recycled", None, known.get("last_followed_at") is not None)
        return ("fresh", None, False)

    def plain(self, value: Any, book: NameBook) -> str:
        how, reason, followed = value
        if how == "released":
            return _("Given back: %(reason)s") % {"reason": book.option(reason) or ""}
        if how == "recycled":
            return _("Recycled: no follow-up in time") if followed else _("Recycled: never followed up")
        return _("Had no owner yet") if how else ""

    def json(self, value: Any, book: NameBook) -> str | None:
        return value[0] or None

    def where(self, field: Field, op: str, value: Any, asked: Asked) -> Q:
        raise NotImplementedError


class Soon(YesNo):
    """Whether a record comes back within the days on which the pool of the reader warns."""

    sortable = False

    def read(self, field: Field, record: models.Model) -> bool:
        return False

    def where(self, field: Field, op: str, value: Any, asked: Asked) -> Q:
        pool = home_pool(asked.user.pk, asked.catalogue.module)
        warn = pool.rules.warn if pool is not None else PoolRules().warn
        soon = Q(due_on__lte=timezone.localdate(asked.now) + timedelta(days=warn))
        wanted = self.asked_value(field, value, asked) == (op == "=")
        return soon if wanted else ~soon | Q(due_on=None)


def soon_view(module: str) -> View:
    """What comes back soon of one's own, the soonest first."""
    node = {"and": [{"field": "owner", "op": "me"}, {"field": "comes_soon", "op": "=", "value": True}]}
    return View(
        "soon",
        gettext_lazy("Coming back soon"),
        "recycle",
        node,
        hot=True,
        sort="due_on",
        serves=lambda user: lie_anywhere(user, module),
    )


LOOKS = {"released": "c1", "recycled": "cw", "fresh": "c4"}


def came_cell(kind: Any, value: Any, book: NameBook) -> SafeString:
    how, _reason, followed = value
    if not how:
        return cells.EMPTY
    return cells.status(kind.plain(value, book), "cb" if how == "recycled" and not followed else LOOKS[how])


def due_cell(kind: Any, value: date | None, book: NameBook) -> SafeString:
    """How many days are left, coloured as they get few; the day in the tooltip."""
    if value is None:
        return cells.EMPTY
    said, colour = days_left(value, timezone.localdate())
    return cells.moment(value, said, colour)


def left_mark(row: Any) -> SafeString:
    """Beside the name of what comes back within days: how many are left."""
    due = row.__dict__.get("due_on")
    if due is None or (due - timezone.localdate()).days > MARKED:
        return SafeString("")
    said, colour = days_left(due, timezone.localdate())
    return cells.moment(due, said, f"left fs12 nowrap {colour or 't2'}")


class PoolPage(ListPage):
    """One pool as one person asked for it. What the pool hides from them is not there for them (pools/seeing.py)."""

    def __init__(self, spec: ListOf, request: Request, asked: AskedList | None = None) -> None:
        super().__init__(spec, request, asked)
        self.person: User = request.user
        self.pools = pools_seen(self.person, self.catalogue.module)
        self.pool = self._chosen()
        if self.pool is not None:
            self.asked = replace(self.asked, params=self.asked.params | {"pool": str(self.pool.pk)})
            self.user = reader_in(self.person, self.pool)
            self.book = NameBook(self.user)
            self.words = Words(self.catalogue, self.user, self.book)

    def _chosen(self) -> Pool | None:
        wanted = self.asked.params.get("pool", "")
        found = next((one for one in self.pools if str(one.pk) == wanted), None)
        if wanted and found is None:
            self.refusal = _("This pool is not open to you.")
        return found or (self.pools[0] if self.pools else None)

    @property
    def among(self) -> dict[str, Any]:
        return {"pools": [self.pool.pk] if self.pool else []}

    @property
    def may_claim(self) -> bool:
        return self.person.may(self.catalogue.module, "claim")

    @cached_property
    def manages(self) -> bool:
        """Whether this person gives what lies here to others."""
        return self._governs("assign")

    def _governs(self, operation: str) -> bool:
        module = self.catalogue.module
        if self.pool is None:
            return False
        if self.person.reach(module, operation).everything:
            return True
        return self.pool.pk in managed(self.person, module, operation)

    @cached_property
    def may(self) -> dict[str, bool]:
        """Members look and claim; who manages the pool does what their role lets them do."""
        return {one: self._governs(one) for one in super().may} | {"create": False, "import": False}

    # Above the rows

    def switch(self) -> list[dict[str, Any]]:
        """The pools, each with its address and how many records lie in it."""
        here, numbers = self.asked.path, lying(self.catalogue.module, self.pools)
        return [
            {
                "label": one.name,
                "number": numbers.get(one.pk, "0"),
                "url": f"{here}?pool={one.pk}",
                "current": one == self.pool,
            }
            for one in self.pools
        ]

    @cached_property
    def limits(self) -> Limits:
        return limits_of(self.pool, self.person) if self.pool else Limits(None, None)

    @cached_property
    def quota(self) -> list[dict[str, Any]]:
        """What this person has claimed today and holds, against the limits of the pool."""
        if self.pool is None or not self.may_claim:
            return []
        limits, found = self.limits, []
        if limits.claims is not None:
            found.append(
                {"label": _("Claimed today"), "number": claimed_today(self.pool, self.person), "most": limits.claims}
            )
        if limits.holds is not None:
            found.append({"label": _("Held"), "number": held(self.pool, self.person), "most": limits.holds})
        return found

    def rule(self) -> str:
        return rule_sentence(self.pool.rules) if self.pool else ""

    def further(self) -> list[str]:
        return further_sentences(self.pool.rules, self.pool.kind, self.person, self.limits) if self.pool else []

    def hides(self) -> bool:
        """Whether something is told only to who has claimed."""
        return self.pool is not None and bool(hidden_from(self.person, self.pool))

    @cached_property
    def soon(self) -> list[dict[str, Any]]:
        """What this person has and what comes back soonest, as cards."""
        if self.pool is None or not self.pool.rules.recycles:
            return []
        return [soon_card(one, self.pool) for one in soon_of(self.person, self.pool)[:WARNED]]

    @cached_property
    def soon_count(self) -> int:
        return soon_of(self.person, self.pool).count() if self.pool and len(self.soon) == WARNED else len(self.soon)

    def soon_url(self) -> str:
        return reverse(self.catalogue.route("list")) + "?view=soon"

    # At the end of each row

    def end_of(self, row: Any) -> SafeString:
        if self.pool is None or not self.may_claim:
            return SafeString("")
        if (free := free_from(row, self.pool, self.person)) is not None:
            said = _("yours again from %(day)s") % {"day": day(free, weekday=False)}
            return SafeString(f'<span class="t3 fs12 nowrap">{escape(said)}</span>')
        url, label = reverse(f"{self.spec.route}_claim"), escape(_("Claim %(name)s") % {"name": row})
        word, done = escape(pgettext("button", "Claim")), escape(_("Claimed"))
        return SafeString(
            f'<button class="btn btn-sm" formaction="{url}" name="one" value="{row.pk}" data-claim="{done}" '
            f'aria-label="{label}">{word}</button>'
        )

    def response(self) -> HttpResponseBase:
        if self.pool is None:
            return page(self.request, "pools/none_open.html", {"title": self.spec.title})
        return super().response()


def soon_of(user: User, pool: Pool) -> Any:
    """The records of `user` that come back within the days on which the pool warns, the soonest first."""
    last = timezone.localdate() + timedelta(days=pool.rules.warn)
    rows = KINDS[pool.kind].model.objects.visible_to(user)
    return rows.filter(owner=user.pk, due_on__lte=last).order_by("due_on", "pk")


def soon_card(record: Any, pool: Pool) -> dict[str, Any]:
    today = timezone.localdate()
    said, colour = days_left(record.due_on, today)
    taken = timezone.localdate(record.taken_at or record.created_at)
    return {
        "record": record,
        "left": said,
        "colour": colour,
        "gone": max(0, (today - taken).days),
        "whole": max(1, (record.due_on - taken).days),
        "taken": day(taken, weekday=False),
        "followed": record.last_followed_at,
    }


def pool_list(spec_of: ListOf, **given: Any) -> ListOf:
    """The list of a pool, made from the list of what people own."""
    module = spec_of.catalogue.module
    kept = {name: getattr(spec_of, name) for name in ("load", "loaded", "explain", "related", "related_columns")}
    needs = tuple(dict.fromkeys((*spec_of.needs, *NEEDS)))
    return ListOf(
        spec_of.catalogue,
        template="pools/list.html",
        name_cell=spec_of.name_cell,
        views=given.pop("views", POOL_VIEWS),
        needs=needs,
        bulk="pools/bulk.html",
        none="pools/none.html",
        search_hint=gettext_lazy("Simple search: name, pinyin"),
        name=f"{module}.pool",
        page=PoolPage,
        ends=pgettext_lazy("heading", "Claim"),
        **kept,
        **given,
    )


def chosen_pools(pools: Iterable[Pool]) -> list[tuple[str, str]]:
    return [(str(one.pk), one.name) for one in pools]
