"""Until when a lead that somebody got must be followed up for the first time (首次响应), and what follows else (E5)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from keyuan.leads.responding.hours import WorkingTime
from keyuan.org.administrators import require_administrator
from keyuan.org.models import User
from keyuan.org.settings import set_setting, setting
from keyuan.org.shelf import shelf_of
from keyuan.people import log
from keyuan.records.errors import RuleBroken
from keyuan.records.reference.workdays import workdays

SETTING = "response_rules"
REMIND, ESCALATE, TAKE_BACK = 1, 2, 3


@dataclass(frozen=True)
class ResponseRules:
    """Settings of the organisation, in working hours after a lead was taken; None: this does not happen.

    Attributes:
        remind: the owner is reminded, and who stands in for them.
        escalate: the superior is told.
        take_back: it comes back into the pool.
        opens, closes: working time on workdays, as HH:MM.
        since: what was taken before the limit was switched on is left alone.
    """

    is_on: bool = False
    remind: int | None = 4
    escalate: int | None = 8
    take_back: int | None = 24
    opens: str = "09:00"
    closes: str = "18:00"
    since: str = ""

    @property
    def steps(self) -> dict[int, timedelta]:
        """After how much working time which step comes; none while the limit is off."""
        given = {REMIND: self.remind, ESCALATE: self.escalate, TAKE_BACK: self.take_back}
        return {step: timedelta(hours=hours) for step, hours in given.items() if hours is not None and self.is_on}

    @property
    def begun(self) -> datetime | None:
        return parse_datetime(self.since) if self.since else None

    def working_time(self, user: User | None = None) -> WorkingTime:
        """The hours in which it counts; `user` as `workdays` takes one."""
        return WorkingTime(workdays(user), time.fromisoformat(self.opens), time.fromisoformat(self.closes))


def response_rules(user: User | None = None) -> ResponseRules:
    """The rules as they stand.

    Args:
        user: whose request reads them, kept with its reference data (org/shelf.py).
    """
    if user is not None:
        return shelf_of(user).get(SETTING, response_rules)
    known = ResponseRules.__dataclass_fields__
    return ResponseRules(**{name: value for name, value in (setting(SETTING) or {}).items() if name in known})


@transaction.atomic
def decide(wanted: ResponseRules, *, by: User) -> bool:
    """Let these rules hold; whether anything changed. Switched on, they are about what is taken from now on.

    Raises:
        NotAllowed: `by` is no administrator.
        RuleBroken: the steps, or the hours, are in the wrong order.
    """
    require_administrator(by)
    before = response_rules()
    _check(wanted)
    begins = wanted.is_on and not before.is_on
    wanted = replace(wanted, since=timezone.now().isoformat() if begins else before.since)
    set_setting(SETTING, asdict(wanted))
    return log.write_difference("setting", 0, asdict(before), asdict(wanted), by=by)


def _check(wanted: ResponseRules) -> None:
    if wanted.opens >= wanted.closes:
        raise RuleBroken(_("Work ends after it begins: change one of the two times."))
    hours = [one for one in (wanted.remind, wanted.escalate, wanted.take_back) if one is not None]
    if wanted.is_on and not hours:
        raise RuleBroken(_("Say after how many hours something happens."))
    if sorted(set(hours)) != hours:
        raise RuleBroken(_("Each step comes later than the one before."))
