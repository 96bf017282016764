"""The funnel and the forecast: sums over the opportunities that a list of the same conditions shows (P2, P3).

Each figure knows the list behind it, so a click opens exactly the records that were counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Avg, Count, F, Q, Sum
from django.db.models.functions import Coalesce, TruncMonth
from django.urls import reverse

from keyuan.opportunities.fields import OPPORTUNITY
from keyuan.opportunities.models import Stage, StageMove
from keyuan.opportunities.stages import stages_of
from keyuan.org.models import User
from keyuan.records.listing import Listing
from keyuan.records.namebook import NameBook
from keyuan.records.query import Node
from keyuan.ui.lists.asked import as_param

NOTHING = Decimal(0)
LIKELY, POSSIBLE = 70, 30
"""From these probabilities on a deal counts as committed, and as possible."""


def all_of(*nodes: Node | None) -> Node:
    """The condition that all of these hold."""
    return {"and": [one for one in nodes if one]}


def is_(name: str, value: Any) -> Node:
    return {"field": name, "op": "=", "value": value}


def list_of(node: Node) -> str:
    """The address of the list of exactly the opportunities that a condition means."""
    return f"{reverse('opportunities:list')}?{urlencode({'view': 'all', 'filter': as_param(node)})}"


@dataclass(frozen=True)
class Step:
    """One stage of the funnel.

    Attributes:
        reached: deals that stand here or further, were lost from here or further, or are won.
        standing: open deals in this stage, as on the board.
        lost: deals lost from this stage; None for the last row.
        amount: of those that reached it, in the organisation's currency.
        rate: of those that reached the stage before, how many reached this one; None for the first.
        seconds: how long deals have stayed here before they left, on average; None where none has left.
        urls: the lists behind the figures.
    """

    stage: Stage
    reached: int
    standing: int | None
    lost: int | None
    amount: Decimal
    rate: Decimal | None
    seconds: float | None
    urls: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Funnel:
    steps: Sequence[Step]

    @property
    def count(self) -> int:
        return self.steps[0].reached if self.steps else 0

    @property
    def won(self) -> int:
        return self.steps[-1].reached if self.steps else 0


def funnel(user: User, pipeline: int, cohort: Node, book: NameBook | None = None, *, with_stays: bool = True) -> Funnel:
    """How far the deals of one pipeline have come.

    Args:
        cohort: which deals: those that are open, and those closed in a period, of whomever.
        with_stays: also how long they stayed, which looks at every step that they have taken.
    """
    book = book or NameBook(user)
    node = all_of(is_("pipeline", str(pipeline)), cohort)
    rows = Listing(OPPORTUNITY, user, node=node, book=book).rows.order_by()
    found = list(rows.values_list("outcome", "last_open_stage").annotate(n=Count("pk"), amount=Sum("amount")))
    stays = _stays(rows) if with_stays else {}
    every = stages_of(book).of(pipeline, retired=True)
    places = {one.pk: place for place, one in enumerate(every)}
    used = {stage for _outcome, stage, _n, _amount in found}
    steps: list[Step] = []
    for stage in (one for one in every if one.is_open and (not one.is_retired or one.pk in used)):
        here = [one for one in found if one[0] == "won" or places[one[1]] >= places[stage.pk]]
        later = [str(one.pk) for one in every if one.is_open and places[one.pk] >= places[stage.pk]]
        reached = sum(one[2] for one in here)
        steps.append(
            Step(
                stage,
                reached,
                sum(n for outcome, pk, n, _amount in found if (outcome, pk) == ("open", stage.pk)),
                sum(n for outcome, pk, n, _amount in found if (outcome, pk) == ("lost", stage.pk)),
                sum((one[3] for one in here), NOTHING),
                rate(reached, steps[-1].reached) if steps else None,
                stays.get(stage.pk),
                {
                    "reached": list_of(all_of(node, _got_to(later))),
                    "standing": list_of(all_of(node, is_("outcome", "open"), is_("stage", str(stage.pk)))),
                    "lost": list_of(all_of(node, is_("outcome", "lost"), is_("last_stage", str(stage.pk)))),
                },
            )
        )
    return Funnel([*steps, *_won(every, found, steps, node)])


def _got_to(stages: list[str]) -> Node:
    """Won, or last seen in one of these stages."""
    return {"or": [is_("outcome", "won"), {"field": "last_stage", "op": "in", "value": stages}]}


def _won(every: Sequence[Stage], found: Sequence[Any], steps: Sequence[Step], node: Node) -> list[Step]:
    stage = next((one for one in every if one.kind == Stage.Kind.WON), None)
    if stage is None or not steps:
        return []
    won = [one for one in found if one[0] == "won"]
    number = sum(one[2] for one in won)
    amount = sum((one[3] for one in won), NOTHING)
    urls = {"reached": list_of(all_of(node, is_("outcome", "won")))}
    return [Step(stage, number, None, None, amount, rate(number, steps[-1].reached), None, urls)]


def _stays(rows: Any) -> dict[int, float]:
    """How long these deals have stayed in the stages that they left, on average; from the history of steps."""
    moves = StageMove.objects.filter(opportunity__in=rows.values("pk"), is_undone=False, from_stage__kind="open")
    return dict(moves.order_by().values_list("from_stage").annotate(stay=Avg("seconds")))


def rate(part: int, whole: int) -> Decimal | None:
    """A share in per cent, to one decimal."""
    return (Decimal(part) * 100 / whole).quantize(Decimal("0.1")) if whole else None


@dataclass(frozen=True)
class Outlook:
    """One row of the forecast: what is won, what is open by probability, in the organisation's currency."""

    key: Any
    label: str
    won: Decimal = NOTHING
    likely: Decimal = NOTHING
    possible: Decimal = NOTHING
    unlikely: Decimal = NOTHING
    weighted: Decimal = NOTHING
    count: int = 0
    url: str = ""

    @property
    def committed(self) -> Decimal:
        """Won already, or as likely as makes no difference."""
        return self.won + self.likely

    @property
    def whole(self) -> Decimal:
        return self.won + self.likely + self.possible + self.unlikely


WHEN = Coalesce("closed_on", "expected_on")
PARTS = {
    "won": Sum("amount", filter=Q(outcome="won"), default=NOTHING),
    "likely": Sum("amount", filter=Q(outcome="open", probability__gte=LIKELY), default=NOTHING),
    "possible": Sum(
        "amount", filter=Q(outcome="open", probability__gte=POSSIBLE, probability__lt=LIKELY), default=NOTHING
    ),
    "unlikely": Sum("amount", filter=Q(outcome="open", probability__lt=POSSIBLE), default=NOTHING),
    "weighted": Sum("weighted_amount", default=NOTHING),
    "count": Count("pk"),
}
GROUPS: dict[str, Any] = {"month": TruncMonth(WHEN), "person": F("owner"), "department": F("department")}


def within_days(first: date, last: date) -> Node:
    """Deals that are won, or expected to be, between these days."""
    days = [first.isoformat(), last.isoformat()]
    won = all_of(is_("outcome", "won"), {"field": "closed_on", "op": "between", "value": days})
    return {"or": [won, all_of(is_("outcome", "open"), {"field": "expected_on", "op": "between", "value": days})]}


def forecast(user: User, group: str, first: date, last: date, whose: Node | None, book: NameBook) -> list[Outlook]:
    """What is won and what is to come between two days, by month, person or department.

    The sum of the rows is the sum of all deals, to the cent.
    """
    node = all_of(within_days(first, last), whose)
    rows = Listing(OPPORTUNITY, user, node=node, book=book).rows.order_by()
    found = rows.annotate(grouped=GROUPS[group]).values("grouped").annotate(**PARTS).order_by("grouped")
    told = [_outlook(group, one, node, book) for one in found]
    return told if group == "month" else sorted(told, key=lambda one: -one.weighted)


def overdue_before(user: User, first: date, whose: Node | None, book: NameBook) -> Outlook | None:
    """Open deals that were expected before this day; None where there are none."""
    node = all_of(is_("outcome", "open"), {"field": "expected_on", "op": "<", "value": first.isoformat()}, whose)
    rows = Listing(OPPORTUNITY, user, node=node, book=book).rows.order_by()
    found = rows.aggregate(**PARTS)
    return Outlook(None, "", **found, url=list_of(node)) if found["count"] else None


def _outlook(group: str, found: dict[str, Any], node: Node, book: NameBook) -> Outlook:
    key = found.pop("grouped")
    return Outlook(key, _label(group, key, book), **found, url=list_of(all_of(node, _only(group, key))))


def _only(group: str, key: Any) -> Node:
    if group == "month":
        return within_days(key, last_of(key))
    name = "owner" if group == "person" else "department"
    return is_(name, str(key)) if key else {"field": name, "op": "empty"}


def last_of(month: date) -> date:
    """The last day of the month that begins with this day."""
    following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)


def _label(group: str, key: Any, book: NameBook) -> str:
    if group == "month":
        return f"{key:%Y-%m}"
    if group == "person":
        return str(book.person(key) or "—")
    return str(book.departments.get(key) or "—")


def total_of(rows: Sequence[Outlook], label: str, url: str = "") -> Outlook:
    """All rows together."""
    names = ("won", "likely", "possible", "unlikely", "weighted")
    sums = {name: sum((getattr(one, name) for one in rows), NOTHING) for name in names}
    return Outlook(None, label, **sums, count=sum(one.count for one in rows), url=url)
