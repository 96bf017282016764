"""The page of the sales figures: what it is asked for, its funnel, its forecast, and the drawing of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_GET

from keyuan.opportunities.stages import offered_pipelines, stages_of
from keyuan.org.http import Request
from keyuan.org.models import User
from keyuan.records.namebook import NameBook
from keyuan.records.query import Node
from keyuan.reports.asked import PERIODS, Period
from keyuan.reports.sales import (
    Funnel,
    Outlook,
    all_of,
    forecast,
    funnel,
    is_,
    last_of,
    overdue_before,
    total_of,
)
from keyuan.ui import formats
from keyuan.ui.audience import may
from keyuan.ui.frame import SCRIPTED
from keyuan.ui.pages import page

MOST_PEOPLE = 200
SHORT, LONG = 6, 12
"""How many months the forecast looks at: for a quarter or less, and for a year."""
GROUPS = {
    "month": gettext_lazy("By month"),
    "person": gettext_lazy("By person"),
    "department": gettext_lazy("By department"),
}
ME, DEPARTMENT = "me", "department"
HEIGHT, WIDTH = 200, 600
SHADES = ("won", "likely", "possible", "unlikely")


@dataclass(frozen=True)
class SalesAsked:
    """What the page is asked for; it may always be answered.

    Attributes:
        who: `me`, `department`, the number of a person, or "" for everybody whom the reader sees.
    """

    user: User
    period: Period
    who: str
    pipeline: int
    group: str

    @classmethod
    def of(cls, request: Request, book: NameBook) -> SalesAsked:
        given = request.GET
        offered = [one.pk for one in stages_of(book).pipelines if not one.is_retired]
        wanted = given.get("pipeline", "")
        pipeline = int(wanted) if wanted.isdecimal() and int(wanted[:18]) in offered else 0
        who = given.get("who", "")
        return cls(
            request.user,
            PERIODS.get(given.get("period", ""), PERIODS["quarter"]),
            who if who in (ME, DEPARTMENT) or is_person(who) else "",
            pipeline or next((one.pk for one in offered_pipelines(book)), 0),
            given.get("group", "") if given.get("group") in GROUPS else "month",
        )

    def whose(self) -> Node | None:
        """The condition on whose deals they are."""
        if self.who == ME:
            return {"field": "owner", "op": "me"}
        if self.who == DEPARTMENT:
            return {"field": "department", "op": "my-department"}
        return is_("owner", self.who) if self.who else None

    def cohort(self) -> Node:
        """The deals of the funnel: all that are open, and those that were closed in the period."""
        closed = {"field": "closed_on", "op": "within", "value": self.period.name}
        return all_of({"or": [is_("outcome", "open"), closed]}, self.whose())

    def days(self) -> tuple[date, date]:
        """The first and the last day of the forecast."""
        first = self.period.first_day(timezone.localdate()).replace(day=1)
        last = first
        for _month in range((LONG if self.period.key == "year" else SHORT) - 1):
            last = date.fromordinal(last_of(last).toordinal() + 1)
        return first, last_of(last)

    def url(self, **changes: Any) -> str:
        return f"{reverse('reports')}?{replace(self, **changes).query()}"

    def query(self) -> str:
        given = {"period": self.period.key, "who": self.who, "pipeline": self.pipeline, "group": self.group}
        return urlencode({name: value for name, value in given.items() if value})


def is_person(text: str) -> bool:
    return text.isdecimal() and len(text) < 18 and User.objects.people().filter(pk=int(text)).exists()


class SalesPage:
    """The figures as one person sees them."""

    def __init__(self, asked: SalesAsked, book: NameBook, *, with_stays: bool = True) -> None:
        self.asked, self.book, self.user, self.with_stays = asked, book, asked.user, with_stays

    @property
    def sees_amounts(self) -> bool:
        return bool(self.user.rights.sees("opportunity", "amount"))

    @property
    def sees_forecast(self) -> bool:
        """Sums by month and by probability tell all three."""
        return bool(self.user.rights.sees("opportunity", "amount", "probability", "expected_on"))

    @cached_property
    def funnel(self) -> Funnel:
        return funnel(self.user, self.asked.pipeline, self.asked.cohort(), self.book, with_stays=self.with_stays)

    def funnel_rows(self) -> list[dict[str, Any]]:
        return funnel_rows(self.funnel)

    def summary(self) -> str:
        """How many deals there are, and how many of the closed ones were won."""
        count, won = self.funnel.count, self.funnel.won
        closed = won + sum(one.lost or 0 for one in self.funnel.steps)
        told = [_("%(n)s deals") % {"n": f"{count:,}"}]
        if closed:
            told.append(_("%(rate)s of the closed ones won") % {"rate": formats.percent(Decimal(won) * 100 / closed)})
        return " · ".join(told)

    @cached_property
    def outlooks(self) -> list[Outlook]:
        first, last = self.asked.days()
        return forecast(self.user, self.asked.group, first, last, self.asked.whose(), self.book)

    def total(self) -> Outlook:
        return total_of(self.outlooks, _("Total"))

    @cached_property
    def late(self) -> Outlook | None:
        """Open deals that should have been closed before the forecast begins."""
        return overdue_before(self.user, self.asked.days()[0], self.asked.whose(), self.book)

    def chart(self) -> dict[str, Any]:
        return drawn(self.outlooks if self.asked.group != "month" else self._every_month())

    def _every_month(self) -> list[Outlook]:
        """Months without a deal have their place as well."""
        known = {one.key: one for one in self.outlooks}
        first, last = self.asked.days()
        months = []
        while first <= last:
            months.append(known.get(first) or Outlook(first, f"{first:%Y-%m}"))
            first = date.fromordinal(last_of(first).toordinal() + 1)
        return months

    def people(self) -> list[tuple[str, str]]:
        """Those whose deals the reader may look at alone."""
        reach = self.user.reach("opportunity", "view")
        rows = User.objects.people().filter(is_active=True)
        if not reach.everything:
            rows = rows.filter(pk__in=reach.owners) | rows.filter(department__in=reach.departments)
        return [(str(one.pk), str(one)) for one in rows.order_by("name")[:MOST_PEOPLE]]

    def context(self) -> dict[str, Any]:
        asked = self.asked
        return {
            "title": _("Sales figures"),
            "asked": asked,
            "sales": self,
            "now": timezone.localtime(),
            "periods": [(one.key, one.label) for one in PERIODS.values()],
            "pipelines": [one for one in stages_of(self.book).pipelines if not one.is_retired],
            "groups": [(key, label, asked.url(group=key), key == asked.group) for key, label in GROUPS.items()],
        }


def funnel_rows(found: Funnel) -> list[dict[str, Any]]:
    """The steps with their bar: its width in per cent of the first, in the middle."""
    most = max((one.reached for one in found.steps), default=0) or 1
    rows = []
    for place, one in enumerate(found.steps):
        width = round(one.reached * 100 / most, 2)
        stay = formats.plain(Decimal(one.seconds / 86_400).quantize(Decimal("0.1"))) if one.seconds is not None else ""
        rows.append(
            {
                "step": one,
                "width": width,
                "left": round((100 - width) / 2, 2),
                "shade": min(place, 5),
                "rate": formats.percent(one.rate) if one.rate is not None else "",
                "stay": pgettext("stay", "%(n)s d") % {"n": stay} if stay else "",
            }
        )
    return rows


def drawn(rows: Sequence[Outlook]) -> dict[str, Any]:
    """Stacked bars for an image of WIDTH × HEIGHT, and the lines behind them."""
    top = scale_of(max((one.whole for one in rows), default=Decimal(0)))
    slot = WIDTH / max(len(rows), 1)
    bars = [
        {
            "row": one,
            "x": round(place * slot + slot * 0.3, 2),
            "width": round(slot * 0.4, 2),
            "middle": round(place * slot + slot / 2, 2),
            "parts": _stacked(one, top),
        }
        for place, one in enumerate(rows)
    ]
    lines = [(HEIGHT - HEIGHT * part / 4, formats.money_short(top * part / 4)) for part in range(5)] if top else []
    return {"bars": bars, "lines": lines, "width": WIDTH, "height": HEIGHT}


def _stacked(row: Outlook, top: Decimal) -> list[dict[str, Any]]:
    low, parts = Decimal(0), []
    for name in SHADES if top else ():
        amount = getattr(row, name)
        low += amount
        height = float(amount / top) * HEIGHT
        parts.append({"kind": name, "y": round(HEIGHT - float(low / top) * HEIGHT, 2), "height": round(height, 2)})
    return parts


def scale_of(most: Decimal) -> Decimal:
    """A round number that is not below the largest bar: 1, 2, 4, 5 or 8 times a power of ten."""
    if most <= 0:
        return Decimal(0)
    power = Decimal(10) ** (most.adjusted())
    return next(power * step for step in (1, 2, 4, 5, 8, 10) if power * step >= most)


@require_GET
@may("opportunity", "view")
def reports(request: Request) -> HttpResponse:
    """The funnel and the forecast."""
    book = NameBook(request.user)
    # Stays take longer than the page; a script asks for them, and nobody without one goes without them.
    shown = SalesPage(SalesAsked.of(request, book), book, with_stays=SCRIPTED not in request.COOKIES)
    return page(request, "reports/sales.html", shown.context())


@require_GET
@may("opportunity", "view")
def funnel_card(request: Request) -> HttpResponse:
    """The funnel once more, with how long deals stay."""
    book = NameBook(request.user)
    return render(request, "reports/funnel.html", SalesPage(SalesAsked.of(request, book), book).context())
