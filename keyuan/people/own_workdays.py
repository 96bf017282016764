"""Days that an organisation works or does not, other than everybody: the verb, and what was changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from keyuan.org.administrators import lock_organisation, require_administrator
from keyuan.org.models import User
from keyuan.org.settings import set_setting, setting
from keyuan.people import log
from keyuan.records.errors import RuleBroken
from keyuan.records.history import Event
from keyuan.records.reference.workdays import SETTING, DayKind

KIND = "workday"
LONGEST = 62
"""No more days are changed at once: a slip of the year would be a thousand lines."""
SHOWN = 20


@dataclass(frozen=True)
class Line:
    """One day that was changed, as the history of the page tells it."""

    who: str
    at: datetime
    day: str
    before: str
    after: str


@transaction.atomic
def change_days(first: date, last: date, kind: str, name: str, *, by: User) -> int:
    """Say what these days are.

    Args:
        kind: `holiday`, `makeup` (they are worked), or "" for what they are everywhere.
        name: what a holiday is called, or why one works.

    Returns:
        How many days are another thing now.

    Raises:
        NotAllowed: `by` is no administrator.
        RuleBroken: the days lie too far apart or in the wrong order, or a day off has no name.
    """
    require_administrator(by)
    days = _checked(first, last, kind, name)
    lock_organisation()
    before: dict[str, Any] = dict(setting(SETTING) or {})
    after = {key: value for key, value in before.items() if key not in days}
    if kind:
        after |= {day: {"off": kind == DayKind.HOLIDAY, "name": name.strip()} for day in days}
    changed = [day for day in days if before.get(day) != after.get(day)]
    if changed:
        set_setting(SETTING, dict(sorted(after.items())))
        told = [{day: in_words(side.get(day)) for day in changed} for side in (before, after)]
        log.write(KIND, 0, "edited", by=by, before=told[0], after=told[1])
    return len(changed)


def _checked(first: date, last: date, kind: str, name: str) -> list[str]:
    if last < first:
        raise RuleBroken(_("The last day can't lie before the first."))
    if (last - first).days >= LONGEST:
        raise RuleBroken(_("Change at most %(n)d days at once.") % {"n": LONGEST})
    if kind == DayKind.HOLIDAY and not name.strip():
        raise RuleBroken(_("Say what the day off is called."))
    return [(first + timedelta(days=number)).isoformat() for number in range((last - first).days + 1)]


def in_words(change: dict[str, Any] | None) -> str:
    """What a day was made, for the history."""
    if change is None:
        return ""
    kind = DayKind.HOLIDAY if change["off"] else DayKind.MAKEUP
    return f"{kind.label} · {change['name']}" if change["name"] else str(kind.label)


def past() -> Sequence[Line]:
    """What was changed last, newest first."""
    events = Event.objects.filter(record_type=KIND, record_id=0).select_related("by", "change")
    told: list[Line] = []
    for event in events.order_by("-at", "-id")[:SHOWN]:
        change = event.change
        told += [
            Line(str(event.by), event.at, day, change.before.get(day, ""), change.after.get(day, ""))
            for day in sorted(change.after)
        ]
    return told[:SHOWN]
