"""Whose home page somebody looks at, and over which period: from the address, else as they left it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from dateutil.relativedelta import relativedelta
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keyuan.org.http import Request
from keyuan.org.models import User
from keyuan.records.query import Node
from keyuan.records.relative_dates import span, start_of

ME, DEPARTMENT = "me", "department"


@dataclass(frozen=True)
class Period:
    """This week, month, quarter or year, and the one before up to the same day."""

    key: str
    label: Any
    inside: Any
    before: Any
    equal: Any
    length: relativedelta

    @property
    def name(self) -> str:
        """As the filter language calls it."""
        return f"this-{self.key}"

    def first_day(self, today: date) -> date:
        found = span(self.name, start_of(today))
        assert found is not None
        return timezone.localdate(found.start)

    def days_before(self, today: date) -> tuple[date, date]:
        """The first day of the period before, and the one of it that is today's."""
        first = self.first_day(today)
        return first - self.length, min(today - self.length, first - timedelta(days=1))


_LENGTHS = {
    "week": relativedelta(weeks=1),
    "month": relativedelta(months=1),
    "quarter": relativedelta(months=3),
    "year": relativedelta(years=1),
}
PERIODS = {
    key: Period(key, label, inside, before, equal, _LENGTHS[key])
    for key, label, inside, before, equal in (
        ("week", _("This week"), pgettext_lazy("figure", "this week"), _("vs last week"), _("as last week")),
        ("month", _("This month"), pgettext_lazy("figure", "this month"), _("vs last month"), _("as last month")),
        (
            "quarter",
            _("This quarter"),
            pgettext_lazy("figure", "this quarter"),
            _("vs last quarter"),
            _("as last quarter"),
        ),
        ("year", _("This year"), pgettext_lazy("figure", "this year"), _("vs last year"), _("as last year")),
    )
}
WHOSE = {ME: pgettext_lazy("home page", "Mine"), DEPARTMENT: pgettext_lazy("home page", "Department")}


@dataclass(frozen=True)
class Asked:
    """What a home page is asked for; it may always be answered."""

    user: User
    who: str
    period: Period

    @classmethod
    def of(cls, request: Request) -> Asked:
        kept = cls.kept_by(request.user)
        return cls.chosen(
            request.user, request.GET.get("who") or kept.who, request.GET.get("period") or kept.period.key
        )

    @classmethod
    def kept_by(cls, user: User) -> Asked:
        """As this person left it."""
        kept = user.preferences
        return cls.chosen(user, kept.get("home_who"), kept.get("home_period"))

    @classmethod
    def chosen(cls, user: User, who: str | None, period: str | None) -> Asked:
        is_wide = who == DEPARTMENT and reaches_further(user)
        return cls(user, DEPARTMENT if is_wide else ME, PERIODS.get(str(period), PERIODS["month"]))

    @property
    def is_mine(self) -> bool:
        return self.who == ME

    def mine(self, field: str) -> list[Node]:
        """The condition on whose it is: mine, or whatever I see."""
        return [{"field": field, "op": "me"}] if self.is_mine else []

    def url(self, *, who: str = "", period: str = "") -> str:
        return f"/?{urlencode({'who': who or self.who, 'period': period or self.period.key})}"

    def whose(self) -> list[tuple[str, Any, str, bool]]:
        """The switch between mine and my department's; nothing for somebody who sees their own only."""
        if not reaches_further(self.user):
            return []
        return [(key, label, self.url(who=key), key == self.who) for key, label in WHOSE.items()]

    def periods(self) -> Iterator[tuple[str, Any, str, bool]]:
        for one in PERIODS.values():
            yield one.key, one.label, self.url(period=one.key), one is self.period


def reaches_further(user: User) -> bool:
    """Whether a role lets this person see customers of others."""
    reach = user.reach("customer", "view")
    return reach.everything or bool(reach.departments) or bool(reach.owners - {user.pk})
