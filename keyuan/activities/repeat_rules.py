"""Rules by which plans repeat: a subset of RFC 5545, section 3.3.10, its slots, and the rule in words.

Slots are worked out on the wall clock of the series' zone (by python-dateutil) and become moments afterwards, so that
a plan at nine stays at nine when clocks are changed. A time that a change of clocks leaves out is read with the offset
before the change, as the RFC says; where a zone leaves out a whole day, two slots become one moment, and one plan.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import takewhile
from zoneinfo import ZoneInfo

from dateutil import rrule
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from keyuan.ui import formats

FREQUENCIES = {"DAILY": rrule.DAILY, "WEEKLY": rrule.WEEKLY, "MONTHLY": rrule.MONTHLY, "YEARLY": rrule.YEARLY}
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WORKING = tuple((0, day) for day in range(5))
MOST_COUNT, MOST_INTERVAL = 999, 99
_DAY = re.compile(r"(-?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")
_UNTIL = "%Y%m%dT%H%M%SZ"
_WALL = "%Y%m%dT%H%M%S"
SECOND = timedelta(seconds=1)


class RuleRefused(ValueError):
    """A text is no rule of the subset; its text says why."""


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes:
        days: (which, weekday): every Monday is (0, 0), the second Tuesday of a month (2, 1), the last Friday (-1, 4).
        month_days: days of the month; -1 is the last one.
        until: the last moment at which a slot may lie, in UTC.
        week_start: the weekday with which a week begins, for rules of every second week.
    """

    freq: str
    interval: int = 1
    days: tuple[tuple[int, int], ...] = ()
    month_days: tuple[int, ...] = ()
    count: int | None = None
    until: datetime | None = None
    week_start: int = 0

    def __str__(self) -> str:
        parts = [f"FREQ={self.freq}"]
        if self.interval > 1:
            parts.append(f"INTERVAL={self.interval}")
        if self.days:
            parts.append("BYDAY=" + ",".join(f"{which or ''}{WEEKDAYS[day]}" for which, day in self.days))
        if self.month_days:
            parts.append("BYMONTHDAY=" + ",".join(map(str, self.month_days)))
        if self.count:
            parts.append(f"COUNT={self.count}")
        if self.until:
            parts.append(f"UNTIL={self.until.astimezone(UTC):{_UNTIL}}")
        if self.week_start:
            parts.append(f"WKST={WEEKDAYS[self.week_start]}")
        return ";".join(parts)

    @property
    def is_working_days(self) -> bool:
        """Monday to Friday: weekends are left out, public holidays are not."""
        return self.freq == "WEEKLY" and self.interval == 1 and self.days == WORKING

    def ending(self, *, count: int | None = None, until: datetime | None = None) -> Rule:
        """The same rule with another end; RFC 5545 allows one of both."""
        return replace(self, count=count, until=until)


def parse(text: str) -> Rule:
    """The rule that a text of RFC 5545 means.

    Raises:
        RuleRefused: it is not one of the subset that plans know.
    """
    parts = dict(part.partition("=")[::2] for part in text.removeprefix("RRULE:").split(";"))
    known = {"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "COUNT", "UNTIL", "WKST"}
    if parts.get("FREQ") not in FREQUENCIES or set(parts) - known or ("COUNT" in parts and "UNTIL" in parts):
        raise RuleRefused(text)
    try:
        rule = Rule(
            parts["FREQ"],
            _number(parts.get("INTERVAL", "1"), 1, MOST_INTERVAL),
            tuple(_day(one) for one in _listed(parts.get("BYDAY", ""))),
            tuple(_month_day(one) for one in _listed(parts.get("BYMONTHDAY", ""))),
            _number(parts["COUNT"], 1, MOST_COUNT) if "COUNT" in parts else None,
            datetime.strptime(parts["UNTIL"], _UNTIL).replace(tzinfo=UTC) if "UNTIL" in parts else None,
            WEEKDAYS.index(parts.get("WKST", "MO")),
        )
    except ValueError as wrong:
        raise RuleRefused(text) from wrong
    return _consistent(rule, text)


def _consistent(rule: Rule, text: str) -> Rule:
    """What the RFC forbids or leaves open is refused."""
    counted = any(which for which, _day in rule.days)
    if (counted and rule.freq != "MONTHLY") or (rule.month_days and rule.freq == "WEEKLY"):
        raise RuleRefused(text)
    if rule.freq == "YEARLY" and (rule.days or rule.month_days):
        raise RuleRefused(text)
    return rule


def _listed(text: str) -> list[str]:
    return text.split(",") if text else []


def _number(text: str, least: int, most: int) -> int:
    if not text.isdecimal() or not least <= int(text) <= most:
        raise RuleRefused(text)
    return int(text)


def _day(text: str) -> tuple[int, int]:
    found = _DAY.fullmatch(text)
    if found is None:
        raise RuleRefused(text)
    return int(found[1] or 0), WEEKDAYS.index(found[2])


def _month_day(text: str) -> int:
    if text == "-1":
        return -1
    return _number(text, 1, 31)


# Slots


def wall(moment: datetime, zone: ZoneInfo) -> datetime:
    """What clocks of the zone show at a moment."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def moment_of(slot: datetime, zone: ZoneInfo) -> datetime:
    """The moment at which clocks of the zone show this."""
    return slot.replace(tzinfo=zone).astimezone(UTC)


@dataclass(frozen=True)
class Slots:
    """A rule with its beginning on the wall and its zone: all slots of a series."""

    rule: Rule
    start: datetime
    zone: ZoneInfo

    @classmethod
    def read(cls, rule: str, start: str, zone: str) -> Slots:
        return cls(parse(rule), datetime.strptime(start, _WALL), ZoneInfo(zone))

    @property
    def written_start(self) -> str:
        """The beginning as RFC 5545 writes a local time."""
        return f"{self.start:{_WALL}}"

    @cached_property
    def _rrule(self) -> rrule.rrule:
        rule = self.rule
        weekdays = [rrule.weekday(day, which or None) for which, day in rule.days]
        return rrule.rrule(
            FREQUENCIES[rule.freq],  # type: ignore[arg-type]
            dtstart=self.start,
            interval=rule.interval,
            wkst=rule.week_start,
            byweekday=weekdays or None,
            bymonthday=rule.month_days or None,
            count=rule.count,
        )

    def walls(self) -> Iterator[datetime]:
        """All slots as clocks show them."""
        until = self.rule.until
        return takewhile(lambda slot: until is None or moment_of(slot, self.zone) <= until, self._rrule)

    def pairs(self) -> Iterator[tuple[datetime, datetime]]:
        """Each slot as clocks show it and as a moment; no moment twice."""
        before = None
        for slot in self.walls():
            moment = moment_of(slot, self.zone)
            if before is None or moment > before:
                before = moment
                yield slot, moment

    def moments(self, after: datetime | None = None, until: datetime | None = None) -> list[datetime]:
        """The moments after `after`, up to and with `until`."""
        found = takewhile(lambda moment: until is None or moment <= until, (moment for _slot, moment in self.pairs()))
        return [moment for moment in found if after is None or moment > after]

    def pairs_between(self, after: datetime | None, until: datetime) -> list[tuple[datetime, datetime]]:
        """The slots whose moments lie after `after`, up to and with `until`."""
        found = takewhile(lambda one: one[1] <= until, self.pairs())
        return [one for one in found if after is None or one[1] > after]

    def first(self) -> tuple[datetime, datetime] | None:
        """The first slot, which may lie behind the beginning; None where the rule never comes true."""
        return next(self.pairs(), None)

    def next_after(self, moment: datetime) -> datetime | None:
        return next((one for _slot, one in self.pairs() if one > moment), None)

    def place_of(self, moment: datetime) -> tuple[int, datetime] | None:
        """How many slots lie before the slot of this moment, and what clocks show then."""
        last = moment
        for place, slot in enumerate(self.walls()):
            here = moment_of(slot, self.zone)
            if here == moment:
                return place, slot
            if here > last:
                return None
        return None

    def cut_before(self, moment: datetime) -> Slots:
        """The slots before this moment."""
        return replace(self, rule=self.rule.ending(until=moment - SECOND))

    def rest_from(self, moment: datetime) -> Slots:
        """The slots from that of this moment on, as a series of their own."""
        found = self.place_of(moment)
        assert found is not None, moment
        place, slot = found
        count = self.rule.count - place if self.rule.count else None
        return replace(self, start=slot, rule=self.rule.ending(count=count, until=self.rule.until))


def moved(slots: Slots, old: datetime, new: datetime, first: datetime) -> Slots:
    """The series when the slot at `old` moves to `new` and the others follow.

    The time of day moves with all of them. The day moves as people mean it: of a rule with several days the moved one
    is replaced, Monday and Wednesday become Monday and Thursday; a rule with one day, or none, moves as a whole.

    Args:
        old, new: on the wall.
        first: the slot with which the changed series begins, on the wall.
    """
    days = (new.date() - old.date()).days
    if not days:
        return replace(slots, start=datetime.combine(first.date(), new.time()))
    rule = _with_day(slots.rule, old, new)
    whole = rule is not None and len(rule.days) + len(rule.month_days) <= 1
    if whole or (rule is not None and first == old):
        return replace(slots, rule=rule or slots.rule, start=datetime.combine(first.date(), new.time()) + days * DAY)
    return replace(slots, rule=rule or slots.rule, start=datetime.combine(first.date(), new.time()))


DAY = timedelta(days=1)


def _with_day(rule: Rule, old: datetime, new: datetime) -> Rule | None:
    """The rule with the day of `old` replaced by that of `new`; None where it can't be said or is there already."""
    if rule.days and rule.month_days:
        return None
    if rule.month_days:
        there = -1 if -1 in rule.month_days and _is_last(old) else old.day
        day = -1 if there == -1 and _is_last(new) else new.day
        if there not in rule.month_days or day in rule.month_days:
            return None
        return replace(rule, month_days=tuple(sorted({*rule.month_days, day} - {there})))
    if rule.days:
        gone = next((one for one in rule.days if _falls(one, old)), None)
        come = _counted(gone, new) if gone else None
        if gone is None or come is None or come in rule.days:
            return None
        return replace(rule, days=tuple(sorted({*rule.days, come} - {gone})))
    return rule


def _is_last(day: datetime) -> bool:
    return (day + DAY).month != day.month


def _falls(one: tuple[int, int], day: datetime) -> bool:
    which, weekday = one
    if weekday != day.weekday():
        return False
    return not which or (which == (day.day - 1) // 7 + 1 if which > 0 else which == -((_left(day)) // 7 + 1))


def _left(day: datetime) -> int:
    """How many days of the month follow."""
    return ((day.replace(day=28) + 4 * DAY).replace(day=1) - DAY).day - day.day


def _counted(like: tuple[int, int], day: datetime) -> tuple[int, int]:
    which = like[0]
    if which > 0:
        return (day.day - 1) // 7 + 1, day.weekday()
    return (-(_left(day) // 7 + 1), day.weekday()) if which else (0, day.weekday())


# Words


def in_words(slots: Slots) -> str:
    """每周一、周三，共 10 次; Every week on Mon and Wed, 10 times."""
    return _rhythm(slots.rule, slots.start) + _end(slots.rule, slots.zone)


def _rhythm(rule: Rule, start: datetime) -> str:
    n, several = {"n": rule.interval}, rule.interval > 1
    if rule.is_working_days:
        return _("Every weekday, Monday to Friday")
    if rule.freq == "DAILY":
        return (_("Every %(n)d days") if several else _("Every day")) % n + _on(rule)
    if rule.freq == "WEEKLY":
        days = _joined(_weekday(day) for _which, day in rule.days or ((0, start.weekday()),))
        words = _("Every %(n)d weeks on %(days)s") if several else _("Every week on %(days)s")
        return words % {"days": days, **n}
    if rule.freq == "MONTHLY":
        days = _days_of_month(rule, start)
        words = _("Every %(n)d months on %(days)s") if several else _("Every month on %(days)s")
        return words % {"days": days, **n}
    day = formats.day(start.date(), today=start.date(), weekday=False)
    return (_("Every %(n)d years on %(day)s") if several else _("Every year on %(day)s")) % {"day": day, **n}


def _on(rule: Rule) -> str:
    """What limits a rule of days."""
    if not rule.days and not rule.month_days:
        return ""
    return _(" on %(days)s") % {"days": _days_of_month(rule, datetime.min)}


def _days_of_month(rule: Rule, start: datetime) -> str:
    days = [_nth(which, day) for which, day in rule.days]
    dates = rule.month_days or (() if rule.days else (start.day,))
    return _joined([*days, *(_("the last day") if day == -1 else _("day %(day)d") % {"day": day} for day in dates)])


def _nth(which: int, day: int) -> str:
    if which == -1:
        return _("the last %(day)s") % {"day": _weekday(day)}
    if which < 0:
        return _("the %(n)dth last %(day)s") % {"n": -which, "day": _weekday(day)}
    if not which:
        return _weekday(day)
    nth = (_("the first %(day)s"), _("the second %(day)s"), _("the third %(day)s"), _("the fourth %(day)s"))
    return (*nth, _("the fifth %(day)s"))[which - 1] % {"day": _weekday(day)}


def _weekday(day: int) -> str:
    return formats.WEEKDAYS[formats.language()][day]


def _joined(words: Iterable[str]) -> str:
    return pgettext("between words of a list", ", ").join(words)


def _end(rule: Rule, zone: ZoneInfo) -> str:
    if rule.count:
        return ngettext(", once", ", %(n)d times", rule.count) % {"n": rule.count}
    if rule.until:
        return _(", until %(day)s") % {"day": last_day(rule, zone).isoformat()}
    return ""


def last_day(rule: Rule, zone: ZoneInfo) -> date:
    assert rule.until is not None
    return wall(rule.until, zone).date()
