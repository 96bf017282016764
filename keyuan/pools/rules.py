"""What a pool demands of those who take from it, and when what they took comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any

FOLLOW_UP, OPPORTUNITY, DEAL = "follow_up", "opportunity", "deal"
EVENTS = (FOLLOW_UP, OPPORTUNITY, DEAL)
"""What keeps a record with its owner: a follow-up that counts, a new opportunity, a deal that was won."""
LOCKED, WON, OPEN, MATCHES = "locked", "won", "open", "matches"
EXEMPTIONS = (LOCKED, WON, OPEN)
"""What is never recycled: marked as locked, has bought, has an open opportunity."""


@dataclass(frozen=True)
class Wait:
    """Days without one event after which a record comes back.

    Attributes:
        days: of every record.
        by_choice: other numbers of days by the id of an entry of the list `PoolRules.list`.
    """

    days: int
    by_choice: Mapping[int, int] = field(default_factory=dict)

    def for_choice(self, choice: int | None) -> int:
        return self.by_choice.get(choice, self.days) if choice is not None else self.days


@dataclass(frozen=True)
class OwnLimit:
    """Limits of one person, role or department (with those beneath), beside the general ones of a pool.

    Attributes:
        of: "people", "roles" or "departments".
        pk: of that one.
        claims, holds: as in `PoolRules`; None is as for everybody.
    """

    of: str
    pk: int
    claims: int | None = None
    holds: int | None = None


@dataclass(frozen=True)
class PoolRules:
    """The rules of one pool; days are calendar days of the organisation, None switches a rule off.

    Attributes:
        recycles: whether records come back by themselves at all.
        protection: days after taking in which nothing comes back.
        new_days: days after its creation in which a record never comes back.
        waits: by event, the days without it after which a record comes back.
        needs_all: whether all waits must be over (且), rather than any (或).
        choice: the field of the record by whose entries waits may differ: category, level or rating.
        hard_end: days after taking at which a record comes back whatever happens.
        exempt: what never comes back.
        exempt_filter: a filter (records/query.py); what matches it never comes back either (pools/exempting.py).
        warn: days before the end at which the owner is told.
        claims: how many records one person may claim on one day.
        holds: how many records one person may hold.
        uncounted: what does not count as held.
        rest: days which the last owner must wait before claiming the same record again.
        extension: days that a manager may add on request.
        own_limits: of whom other limits hold (pools/limits.py).
    """

    recycles: bool = False
    protection: int = 10
    new_days: int = 0
    waits: Mapping[str, Wait] = field(default_factory=lambda: {FOLLOW_UP: Wait(3)})
    needs_all: bool = False
    choice: str = ""
    hard_end: int | None = None
    exempt: tuple[str, ...] = EXEMPTIONS
    exempt_filter: dict[str, Any] | None = None
    warn: int = 3
    claims: int | None = None
    holds: int | None = None
    uncounted: tuple[str, ...] = (WON, LOCKED)
    rest: int = 0
    extension: int = 7
    own_limits: tuple[OwnLimit, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> PoolRules:
        """The rules as they were kept; what a later version knows and this one does not is left out."""
        known: dict[str, Any] = {name: kept[name] for name in cls.__dataclass_fields__ if name in kept}
        if "waits" in known:
            known["waits"] = {event: _wait(one) for event, one in known["waits"].items() if event in EVENTS}
        known["own_limits"] = [OwnLimit(**one) for one in known.get("own_limits", ())]
        return cls(**known | {name: tuple(one) for name, one in known.items() if isinstance(one, list)})


def _wait(kept: Mapping[str, Any]) -> Wait:
    return Wait(kept["days"], {int(choice): days for choice, days in kept.get("by_choice", {}).items()})


@dataclass(frozen=True)
class Facts:
    """What the clock of one record asks; days of the organisation.

    Attributes:
        taken: when its owner got it.
        events: by name, the last day of each event that happened.
        choice: the entry of the list by which waits differ.
        exempt: which exemptions hold; MATCHES where the record matches the filter of the rules.
        extended: until when a manager let the owner keep it.
    """

    created: date
    taken: date
    events: Mapping[str, date] = field(default_factory=dict)
    choice: int | None = None
    exempt: frozenset[str] = frozenset()
    extended: date | None = None


def due(facts: Facts, rules: PoolRules) -> date | None:
    """The last day on which the record is its owner's; None where it never comes back.

    The clock counts from the latest of created, taken, and what happened last; so nothing new comes back at once. The
    statement in clock.py says the same about many records, and a test holds the two together.
    """
    never = {*rules.exempt, MATCHES} if rules.exempt_filter is not None else set(rules.exempt)
    if not rules.recycles or facts.exempt & never:
        return None
    ends = [_waited(facts, rules, event, wait) for event, wait in rules.waits.items()]
    if not ends and rules.hard_end is None:
        return None
    waited = (max(ends) if rules.needs_all else min(ends)) if ends else date.max
    found = max(waited, _later(facts.taken, rules.protection), _later(facts.created, rules.new_days))
    if rules.hard_end is not None:
        found = min(found, _later(facts.taken, rules.hard_end))
    return max(found, facts.extended) if facts.extended else found


def _waited(facts: Facts, rules: PoolRules, event: str, wait: Wait) -> date:
    happened = facts.events.get(event)
    start = max(facts.created, facts.taken, happened) if happened else max(facts.created, facts.taken)
    return _later(start, wait.for_choice(facts.choice if rules.choice else None))


def _later(day: date, days: int) -> date:
    return day + timedelta(days=days)
