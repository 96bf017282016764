"""What the address of the calendar asks for: how it is shown, which days, whose plans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from keyuan.ui import formats, months

DAY = timedelta(days=1)
VIEWS = {
    "day": pgettext_lazy("calendar", "Day"),
    "week": pgettext_lazy("calendar", "Week"),
    "month": pgettext_lazy("calendar", "Month"),
    "list": pgettext_lazy("calendar", "List"),
}
LISTED_DAYS = 28
YEARS = (1990, 2099)
ADDRESS = "/activities/calendar/"


@dataclass(frozen=True)
class Asked:
    """One request.

    Attributes:
        who: `me`, `department`, or ids with commas between.
        is_chosen: whether somebody chose the view; where nobody did, a phone shows the list.
    """

    view: str
    day: date
    who: str = "me"
    is_chosen: bool = True

    @classmethod
    def read(cls, given: QueryDict) -> Asked:
        view = given.get("view", "")
        return cls(view if view in VIEWS else "week", _day(given.get("date", "")), _who(given), view in VIEWS)

    @property
    def first(self) -> date:
        if self.view == "month":
            return months.weeks_of(self.month)[0][0]
        return self.day - self.day.weekday() * DAY if self.view == "week" else self.day

    @property
    def after(self) -> date:
        """The day after the last one that is shown."""
        if self.view == "month":
            return months.weeks_of(self.month)[-1][-1] + DAY
        return self.first + {"day": 1, "week": 7, "list": LISTED_DAYS}[self.view] * DAY

    @property
    def days(self) -> list[date]:
        return [self.first + number * DAY for number in range((self.after - self.first).days)]

    def listed_days(self, today: date) -> list[date]:
        """The days of the list: those that are shown; on a phone that asked for nothing, four weeks from today on."""
        if self.is_chosen or today not in self.days:
            return self.days
        return [today + number * DAY for number in range(LISTED_DAYS)]

    @property
    def month(self) -> date:
        return self.day.replace(day=1)

    def at(self, day: date) -> Asked:
        return replace(self, day=day)

    def previous(self) -> Asked:
        return self.at(months.previous_month(self.month) if self.view == "month" else self.day - self._step)

    def next(self) -> Asked:
        return self.at(months.next_month(self.month) if self.view == "month" else self.day + self._step)

    @property
    def _step(self) -> timedelta:
        return {"day": 1, "week": 7, "list": LISTED_DAYS}[self.view] * DAY

    @property
    def url(self) -> str:
        given = {"view": self.view} if self.is_chosen else {}
        return f"{ADDRESS}?{urlencode({**given, 'date': self.day.isoformat(), 'who': self.who}, safe=',')}"

    @property
    def title(self) -> str:
        """2026年3月; of one day 3月18日 周三."""
        return formats.day(self.day) if self.view == "day" else months.name_of(self.month, year=True)

    @property
    def week(self) -> str:
        """第 12 周 (ISO 8601)."""
        return _("Week %(n)d") % {"n": self.first.isocalendar().week} if self.view == "week" else ""


def _day(text: str) -> date:
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    return found if found and YEARS[0] <= found.year <= YEARS[1] else timezone.localdate()


def _who(given: QueryDict) -> str:
    """`me`, `department`, or the ids of one parameter or of several check boxes."""
    values = given.getlist("who")
    if values in (["me"], ["department"]):
        return values[0]
    ids = [one for text in values for one in text.split(",") if one.isdecimal() and len(one) < 18]
    return ",".join(dict.fromkeys(ids)) or "me"


def ids_of(who: str) -> Sequence[int]:
    return [int(one) for one in who.split(",") if one.isdecimal()]
