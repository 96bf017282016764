"""The calendar: month, week, day and list, of oneself, a department or chosen people (A2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from keyuan.activities.calendar import drawing
from keyuan.activities.calendar.asked import VIEWS, Asked
from keyuan.activities.calendar.entries import (
    Entry,
    days_with_plans,
    entries_of,
    laid_out,
    overdue_before,
    plans_between,
)
from keyuan.activities.calendar.people import boxes, shown_people
from keyuan.activities.conflicts import involving
from keyuan.activities.models import Plan
from keyuan.activities.series_making import AHEAD, continue_until
from keyuan.org.http import Request
from keyuan.records.namebook import NameBook
from keyuan.records.reference.workdays import DayKind, Workdays, workdays
from keyuan.records.relative_dates import start_of
from keyuan.ui import formats, months
from keyuan.ui.audience import may
from keyuan.ui.pages import render_part

DAY = timedelta(days=1)
UNSCHEDULED = 20
SOON = 45
"""For how many days ahead the list names holidays."""


@require_GET
@may("plan", "view")
def calendar(request: Request) -> HttpResponse:
    """One page of the calendar; where a part is asked for, the calendar without its frame."""
    page = CalendarPage(Asked.read(request.GET), request)
    return render_part(request, "activities/calendar/page.html", "activities/calendar/calendar.html", page.context())


class CalendarPage:
    """What one page shows."""

    def __init__(self, asked: Asked, request: Request) -> None:
        self.asked, self.request, self.user = asked, request, request.user
        self.book = NameBook(request.user)
        self.today = timezone.localdate()
        self.people = shown_people(asked, self.book)
        self.workdays: Workdays = workdays(request.user)
        self.pen = drawing.Pen(self.today)

    def context(self) -> dict[str, Any]:
        asked = self.asked
        self._continue()
        shown = {"day": self._hours, "week": self._hours, "month": self._month}
        listed = asked.view == "list" or not asked.is_chosen
        return {
            "title": _("Calendar"),
            "asked": asked,
            "views": [(key, label, self._as(key), key == asked.view) for key, label in VIEWS.items()],
            "today_url": asked.at(self.today).url,
            "kinds": [one for one in self.book.options("follow_up_kind") if not one.is_retired],
            "may_plan": self.user.may("plan", "create"),
            "listed": self._listed() if listed else [],
            **(shown[asked.view](self._entries(asked.first, asked.after)) if asked.view in shown else {}),
            **self._side(),
        }

    def _as(self, view: str) -> str:
        return Asked(view, self.asked.day, self.asked.who).url

    def _continue(self) -> None:
        """Series are made some months ahead; whoever looks further has them continued."""
        if self.asked.after > self.today + AHEAD - DAY:
            continue_until(
                Plan.objects.visible_to(self.user).filter(involving(self.people)), start_of(self.asked.after)
            )

    def _url_of(self, view: str) -> Callable[[date], str]:
        return lambda day: Asked(view, day, self.asked.who).url

    # Day and week

    def _hours(self, entries: list[Entry]) -> dict[str, Any]:
        laid = laid_out(entries, self.asked.days)
        heads = drawing.heads(self.asked.days, self.today, self.workdays, self._url_of("day"))
        for head in heads:
            head["entries"] = self.pen.column(laid.pieces[head["day"]], self._url_of("list")(head["day"]))
        now = timezone.localtime()
        rows = 1 + max((bar.row for bar in laid.bars), default=-1)
        return {
            "heads": heads,
            "bars": self.pen.bars(laid.bars),
            "bar_rows": range(rows + 1),
            "now": drawing.now_slot(now),
            "hours": range(1, 24),
            "earliest": min((piece.start for pieces in laid.pieces.values() for piece in pieces), default=32),
        }

    # Month

    def _month(self, entries: list[Entry]) -> dict[str, Any]:
        days = self.asked.days
        laid = laid_out(entries, days)
        heads = drawing.heads(days, self.today, self.workdays, self._url_of("day"))
        cells = drawing.month_cells(laid, days, self.pen, self._url_of("day"))
        for head in heads:
            head |= cells[head["day"]] | {"is_other": head["day"].month != self.asked.day.month}
        return {"cells": heads}

    # List

    def _entries(self, first: date, after: date) -> list[Entry]:
        return entries_of(plans_between(self.people, first, after, self.book), self.people, self.book)

    def _listed(self) -> list[dict[str, Any]]:
        """Days with their lines; what is overdue stands first, holidays stand where they are."""
        days = self.asked.listed_days(self.today)
        entries = self._entries(days[0], days[-1] + DAY)
        if self.today in days:
            late = entries_of(overdue_before(self.people, days[0], self.book), self.people, self.book)
            entries = [*late, *entries]
        lines = drawing.agenda(entries, days, self.pen)
        made = {day: {"lines": found, **self._head(day)} for day, found in lines.items()}
        last = max(days[-1], min(self.today, days[-1]) + SOON * DAY)
        for found in self.workdays.holidays_between(days[0], last):
            day = max(found.first, days[0])
            if day not in made:
                made[day] = {"holiday": months.said(found)}
        return [made[day] for day in sorted(made)]

    def _head(self, day: date) -> dict[str, Any]:
        what = self.workdays.day_of(day)
        name = what.name or (what.kind.label if what.kind == DayKind.MAKEUP else "")
        return {
            "label": formats.day(day, weekday=False),
            "weekday": formats.WEEKDAYS[formats.language()][day.weekday()],
            "is_today": day == self.today,
            "name": name,
            "is_holiday": what.kind == DayKind.HOLIDAY,
        }

    # The side

    def _side(self) -> dict[str, Any]:
        month = self.asked.month
        following = months.next_month(month)
        end = months.next_month(following)
        dotted = days_with_plans(self.people, month, end, self.book)
        view = "day" if self.asked.view == "list" else self.asked.view
        link, shown = self._url_of(view), self.asked.days if self.asked.view in ("day", "week") else ()
        return {
            "months": [self._mini(first, link, dotted, shown) for first in (month, following)],
            "previous_month": Asked(self.asked.view, months.previous_month(month), self.asked.who).url,
            "next_month": Asked(self.asked.view, following, self.asked.who).url,
            "people": boxes(self.people, self.book),
            **self._unscheduled(),
        }

    def _mini(self, first: date, link: Any, dotted: set[date], shown: Sequence[date]) -> dict[str, Any]:
        last = months.next_month(first) - DAY
        grid = months.mini(first, self.workdays, today=self.today, link=link, dotted=dotted, shown=set(shown))
        breaks = [months.said(one) for one in self.workdays.holidays_between(first, last)]
        return {"name": months.name_of(first), "grid": grid, "breaks": breaks}

    def _unscheduled(self) -> dict[str, Any]:
        rows = Plan.objects.visible_to(self.user).open().filter(involving(self.people), starts_at=None)
        found = list(rows.select_related("customer").order_by("-created_at", "-pk")[: UNSCHEDULED + 1])
        reach = self.user.reach("plan", "edit")
        for one in found:
            one.may_move = reach.covers(one.owner_id, one.department_id)
        return {"unscheduled": found[:UNSCHEDULED], "more_unscheduled": len(found) > UNSCHEDULED}
