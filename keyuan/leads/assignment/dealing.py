"""Who gets which lead, by one rule: people in turn, by load, by region. Nothing is written here."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Count
from django.utils import timezone

from keyuan.leads.assignment.models import AssignmentRule, Way
from keyuan.leads.models import Lead
from keyuan.leads.models.standing import OPEN
from keyuan.org.models import Department, User
from keyuan.org.rights import load_rights_of
from keyuan.people.absences import away_on
from keyuan.pools.claiming import held
from keyuan.pools.limits import limits_of
from keyuan.pools.models import Pool
from keyuan.records.reference import regions


@dataclass(frozen=True)
class Waiting:
    """What a rule asks of a lead that is nobody's."""

    pk: int
    pool: int | None
    region: str


@dataclass
class Gift:
    """What one person gets by one rule."""

    rule: AssignmentRule
    to: User
    pks: list[int] = field(default_factory=list)


class Desk:
    """Who can take leads now: works here, is there today, sees leads, and holds less than the pool allows.

    Args:
        rules: whose people are asked about.
        pools: in which the leads lie, by id.
    """

    def __init__(self, rules: Iterable[AssignmentRule], pools: dict[int, Pool]) -> None:
        self.pools = pools
        self.of_rule = {rule.pk: candidates(rule) for rule in rules}
        wanted = {pk for pks in self.of_rule.values() for pk in pks} - set(away_on(timezone.localdate()))
        people = list(User.objects.people().filter(pk__in=wanted, is_active=True))
        load_rights_of(people)
        self.people = {one.pk: one for one in people if one.may("lead", "view")}
        self.given: Counter[int] = Counter()
        self._left: dict[tuple[int, int], int | None] = {}

    def of(self, rule: AssignmentRule) -> list[int]:
        """The people of a rule who can take leads, in their order."""
        return [pk for pk in self.of_rule[rule.pk] if pk in self.people]

    def has_room(self, person: int, pool: int | None) -> bool:
        """Whether the limit of this pool lets this person hold one more."""
        if pool is None:
            return True
        if (pool, person) not in self._left:
            self._left[pool, person] = self._room(self.pools[pool], self.people[person])
        left = self._left[pool, person]
        return left is None or left > self.given[person]

    def _room(self, pool: Pool, person: User) -> int | None:
        most = limits_of(pool, person).holds
        return None if most is None else most - held(pool, person)


def candidates(rule: AssignmentRule) -> list[int]:
    """The people whom a rule names, whether they are there or not, in the order of their turns."""
    if rule.way == Way.PERSON:
        return [rule.person_id] if rule.person_id else []
    if rule.way == Way.REGION:
        return list(dict.fromkeys(rule.regions.values()))
    chosen = list(dict.fromkeys(rule.people))
    if rule.department is None:
        return chosen
    below = Department.objects.under(rule.department)
    found = User.objects.people().filter(department__in=below, is_active=True).exclude(pk__in=chosen)
    return [*chosen, *found.order_by("pk").values_list("pk", flat=True)]


def deal(rule: AssignmentRule, leads: Sequence[Waiting], desk: Desk) -> list[Gift]:
    """Who gets which of these leads; what nobody can take is in no gift. Remembers at the rule who got the last."""
    gifts: dict[int, list[int]] = defaultdict(list)
    loads = _loads(desk.of(rule)) if rule.way == Way.LOAD else Counter[int]()
    for lead in leads:
        person = _next(rule, lead, desk, loads)
        if person is None:
            continue
        gifts[person].append(lead.pk)
        desk.given[person] += 1
        loads[person] += 1
        rule.last_given = person
    return [Gift(rule, desk.people[person], pks) for person, pks in gifts.items()]


def _next(rule: AssignmentRule, lead: Waiting, desk: Desk, loads: Counter[int]) -> int | None:
    """To whom this lead goes; None where nobody can take it."""
    if rule.way == Way.REGION:
        found = [pk for pk in desk.of(rule) if pk == of_region(rule.regions, lead.region)]
    else:
        found = in_turn(desk.of(rule), desk.of_rule[rule.pk], rule.last_given)
    free = [pk for pk in found if desk.has_room(pk, lead.pool)]
    if rule.way == Way.LOAD and free:
        return min(free, key=lambda pk: loads[pk])  # of equals the one whose turn it is
    return free[0] if free else None


def in_turn(there: Sequence[int], everybody: Sequence[int], last: int | None) -> list[int]:
    """Who is there, beginning after whoever got the last, who need not be there today."""
    start = everybody.index(last) + 1 if last in everybody else 0
    present = set(there)
    return [pk for pk in [*everybody[start:], *everybody[:start]] if pk in present]


def of_region(table: dict[str, int], code: str) -> int | None:
    """Whose a region is: by its own line, else by that of the city, else of the province (GB/T 2260)."""
    above = [one.code for one in reversed(regions.line(code))]
    return next((table[one] for one in above if one in table), None)


def _loads(people: Sequence[int]) -> Counter[int]:
    """How many open leads each of them has."""
    rows = Lead.rows.living().filter(owner__in=people, state__in=OPEN).order_by()
    return Counter(dict(rows.values_list("owner").annotate(number=Count("pk"))))
