"""The figures of a period against the one before; behind each stands the list that it counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.db.models.functions import TruncDate
from django.db.utils import OperationalError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from keyuan.activities.fields import FOLLOW_UP, PLAN
from keyuan.customers.fields import CUSTOMER
from keyuan.org.models import User
from keyuan.records.catalogue import Catalogue
from keyuan.records.listing import COUNT_MILLISECONDS, COUNTED_TO, Listing, within_time
from keyuan.records.probe import expected
from keyuan.records.query import Node
from keyuan.reports.asked import Asked
from keyuan.ui import cells, formats
from keyuan.ui.lists.asked import as_param

MOST_POINTS = 12
LINE_OF = 50_000
"""So many rows are worth a line."""
MILLISECONDS = 1000
"""A figure comes after its page, so that it may take longer than the count of a list."""


@dataclass(frozen=True)
class Figure:
    """One figure: which records count, and on which day.

    Attributes:
        route: the list of these records.
        at: the field with the moment that counts.
        whose: the field that says whose it is.
        only: what else a record must be.
    """

    label: Any
    unit: Any
    catalogue: Catalogue
    route: str
    at: str
    whose: str
    only: tuple[Node, ...] = ()

    def node(self, asked: Asked, when: Node) -> Node:
        return {"and": [*asked.mine(self.whose), *self.only, when]}

    def now(self, asked: Asked) -> Node:
        """The filter of the list behind the figure."""
        return self.node(asked, {"field": self.at, "op": "within", "value": asked.period.name})

    def then(self, asked: Asked, today: date) -> Node:
        """The same of the period before, up to the same day."""
        days = [day.isoformat() for day in asked.period.days_before(today)]
        return self.node(asked, {"field": self.at, "op": "between", "value": days})

    def url(self, asked: Asked) -> str:
        return f"{reverse(self.route)}?{urlencode({'view': 'all', 'filter': as_param(self.now(asked))})}"


_EFFECTIVE: Node = {"field": "is_effective", "op": "=", "value": True}
_VISIT: Node = {"field": "kind", "op": "=", "value": "visit"}
_DONE: Node = {"field": "state", "op": "=", "value": "done"}
_TIMES = pgettext_lazy("unit of follow-ups", " ")
FIGURES = (
    Figure(
        gettext_lazy("New customers"),
        pgettext_lazy("unit of customers", " "),
        CUSTOMER,
        "customers:list",
        "created_at",
        "owner",
    ),
    Figure(gettext_lazy("Effective follow-ups"), _TIMES, FOLLOW_UP, "activities:list", "at", "author", (_EFFECTIVE,)),
    Figure(
        pgettext_lazy("figure", "Visits"), _TIMES, FOLLOW_UP, "activities:list", "at", "author", (_VISIT, _EFFECTIVE)
    ),
    Figure(
        gettext_lazy("Plans done"),
        pgettext_lazy("unit of plans", " "),
        PLAN,
        "activities:plan_list",
        "done_at",
        "owner",
        (_DONE,),
    ),
)


def figures(asked: Asked) -> list[dict[str, Any]]:
    """The figures that this person may see, as the strip shows them."""
    today = timezone.localdate()
    return [_shown(one, asked, today) for one in FIGURES if asked.user.may(one.catalogue.module, "view")]


def _shown(figure: Figure, asked: Asked, today: date) -> dict[str, Any]:
    number, by_day = counted(figure, asked.user, figure.now(asked))
    known = number is not None and not isinstance(number, formats.AtLeast)
    before = counted(figure, asked.user, figure.then(asked, today))[0] if known else None
    days = list(_days(asked.period.first_day(today), today))
    return {
        "label": pgettext("figure", "%(what)s %(when)s") % {"what": figure.label, "when": asked.period.inside},
        "value": formats.count(number),
        "unit": str(figure.unit).strip(),
        "url": figure.url(asked),
        "line": line(by_day, days),
        **_against(number, before, asked),
    }


def _against(number: int | None, before: int | None, asked: Asked) -> dict[str, Any]:
    """How much more or less than in the period before; nothing where one of them was not counted to the end."""
    if number is None:
        return {"against": _("Too many to count here")}
    if before is None or isinstance(before, formats.AtLeast):
        return {"against": ""}
    if number == before:
        return {"against": asked.period.equal}
    sign = "+" if number > before else formats.MINUS
    return {"change": f"{sign}{abs(number - before):,}", "good": number > before, "against": asked.period.before}


def counted(figure: Figure, user: User, node: Node) -> tuple[int | None, Counter[date]]:
    """How many there are, to 10,000, and how many on each day; None where even that takes too long."""
    rows = Listing(figure.catalogue, user, node=node).rows.order_by()
    column = figure.catalogue.fields[figure.at].column
    try:
        with within_time(MILLISECONDS):
            moments = list(rows.values_list(column, flat=True)[: COUNTED_TO + 1])
    except OperationalError:
        return None, Counter()
    if len(moments) > COUNTED_TO:
        return formats.AtLeast(COUNTED_TO), _all_by_day(rows, column)
    return len(moments), Counter(timezone.localdate(one) for one in moments)


def _all_by_day(rows: Any, column: str) -> Counter[date]:
    """How many there are on each day, where the database can tell soon: of millions it is not even asked."""
    if expected(rows) > LINE_OF:
        return Counter()
    try:
        with within_time(COUNT_MILLISECONDS):
            days = rows.annotate(day=TruncDate(column)).values("day").annotate(number=Count("pk"))
            return Counter(dict(days.values_list("day", "number")))
    except OperationalError:
        return Counter()


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def line(by_day: Counter[date], days: Sequence[date]) -> dict[str, str] | None:
    """The days so far as a small line of at most twelve points; none where there is nothing to compare."""
    if len(days) < 2 or not by_day:
        return None
    points = min(len(days), MOST_POINTS)
    sums = [0.0] * points
    for place, day in enumerate(days):
        sums[place * points // len(days)] += by_day[day]
    return cells.spark(sums)
