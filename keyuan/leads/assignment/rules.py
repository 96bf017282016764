"""Rules of assignment as administrators make and change them: the verbs, and each rule as a sentence."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from keyuan.leads.assignment.models import AssignmentRule, Way
from keyuan.leads.fields import LEAD
from keyuan.org.administrators import require_administrator
from keyuan.org.models import Department, User
from keyuan.people import log
from keyuan.pools.models import Pool
from keyuan.records.errors import RuleBroken
from keyuan.records.kinds.kind import FilterRefused
from keyuan.records.namebook import NameBook
from keyuan.records.options import tag_key
from keyuan.records.query import Node, where
from keyuan.records.reference import regions
from keyuan.ui.lists.sentences import Words

KIND = "assignment_rule"
NAMED = 5
"""So many people of a rule are named."""


@dataclass(frozen=True)
class Wanted:
    """A rule as somebody wants it."""

    name: str
    way: str
    pool: Pool | None = None
    filter: Node | None = None
    person: User | None = None
    department: Department | None = None
    people: tuple[int, ...] = ()
    regions: dict[str, int] = field(default_factory=dict)

    def columns(self) -> dict[str, Any]:
        """Its columns; without what its way does not ask for."""
        shared = self.way in (Way.TURNS, Way.LOAD)
        return {
            "name": self.name, "way": self.way, "pool": self.pool, "filter": self.filter,
            "person": self.person if self.way == Way.PERSON else None,
            "department": self.department if shared else None,
            "people": list(dict.fromkeys(self.people)) if shared else [],
            "regions": self.regions if self.way == Way.REGION else {},
        }  # fmt: skip


@transaction.atomic
def add_rule(wanted: Wanted, *, by: User) -> AssignmentRule:
    """A new rule, after all others.

    Raises:
        NotAllowed, RuleBroken: the sentence says what is missing.
    """
    require_administrator(by)
    _check(wanted, None, by)
    last = AssignmentRule.objects.aggregate(last=Max("position"))["last"]
    rule = AssignmentRule.objects.create(position=0 if last is None else last + 1, **wanted.columns())
    log.write(KIND, rule.pk, "created", by=by, before={}, after=_picture(rule, by), name=rule.name)
    return rule


@transaction.atomic
def edit_rule(rule: AssignmentRule, wanted: Wanted, *, by: User) -> AssignmentRule:
    """Change a rule; it holds for what comes from now on.

    Raises:
        NotAllowed, RuleBroken.
    """
    require_administrator(by)
    locked = AssignmentRule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
    _check(wanted, locked.pk, by)
    before = _picture(locked, by)
    for name, value in wanted.columns().items():
        setattr(locked, name, value)
    locked.save()
    log.write_difference(KIND, locked.pk, before, _picture(locked, by), by=by)
    return locked


@transaction.atomic
def use_rule(rule: AssignmentRule, is_active: bool, *, by: User) -> None:
    """Switch a rule on or off. Raises NotAllowed."""
    require_administrator(by)
    if AssignmentRule.objects.filter(pk=rule.pk).exclude(is_active=is_active).update(is_active=is_active):
        log.write_difference(KIND, rule.pk, {"is_active": not is_active}, {"is_active": is_active}, by=by)


@transaction.atomic
def shift_rule(rule: AssignmentRule, step: int, *, by: User) -> None:
    """One place up (-1) or down (1): the first rule that fits a lead gives it. Raises NotAllowed."""
    require_administrator(by)
    list(AssignmentRule.objects.select_for_update().order_by("pk").values_list("pk"))
    order = list(AssignmentRule.objects.all())
    here = next(place for place, one in enumerate(order) if one.pk == rule.pk)
    if 0 <= here + step < len(order):
        order[here], order[here + step] = order[here + step], order[here]
        for place, one in enumerate(order):
            AssignmentRule.objects.filter(pk=one.pk).exclude(position=place).update(position=place)
        log.write(KIND, rule.pk, "moved", by=by, name=rule.name)


@transaction.atomic
def delete_rule(rule: AssignmentRule, *, by: User) -> None:
    """A rule goes; what it gave stays with whom it gave it. Raises NotAllowed."""
    require_administrator(by)
    log.write(KIND, rule.pk, "deleted", by=by, before=_picture(rule, by), after={}, name=rule.name)
    AssignmentRule.objects.filter(pk=rule.pk).delete()


def _check(wanted: Wanted, itself: int | None, by: User) -> None:
    others = AssignmentRule.objects.values_list("pk", "name")
    if tag_key(wanted.name) in {tag_key(name) for pk, name in others if pk != itself}:
        raise RuleBroken(_("There is a rule called “%(name)s” already.") % {"name": wanted.name})
    try:
        where(wanted.filter, LEAD, by)
    except FilterRefused as refusal:
        raise RuleBroken(str(refusal)) from refusal
    if wanted.way == Way.PERSON and wanted.person is None:
        raise RuleBroken(_("Choose to whom the leads go."))
    if wanted.way in (Way.TURNS, Way.LOAD) and wanted.department is None and not wanted.people:
        raise RuleBroken(_("Choose a department or people among whom the leads go."))
    if wanted.way == Way.REGION and not wanted.regions:
        raise RuleBroken(_("Name at least one region and whose it is."))


def _picture(rule: AssignmentRule, by: User) -> dict[str, Any]:
    return {"name": rule.name, "is_active": rule.is_active, "rule": sentence(rule, NameBook(by))}


# In words


def sentence(rule: AssignmentRule, book: NameBook) -> str:
    """Which leads go to whom, in one sentence."""
    return _("%(which)s: %(whom)s") % {"which": which(rule, book), "whom": whom(rule, book)}


def which(rule: AssignmentRule, book: NameBook) -> str:
    """The leads that a rule is about."""
    said = _("Leads in “%(pool)s”") % {"pool": rule.pool} if rule.pool else _("All leads")
    words = Words(LEAD, book.user, book)
    if not rule.filter or not words.knows(rule.filter):
        return said
    met = " ".join(str(text) for _kind, text in words.parts(rule.filter))
    return _("%(leads)s where %(condition)s") % {"leads": said, "condition": met}


def whom(rule: AssignmentRule, book: NameBook) -> str:
    """To whom they go."""
    if rule.way == Way.PERSON:
        return _("to %(name)s") % {"name": _name(rule.person_id, book)}
    if rule.way == Way.REGION:
        return _("by region, %(lines)s") % {"lines": _region_lines(rule, book)}
    among = {"people": _among(rule, book)}
    if rule.way == Way.LOAD:
        return _("to whoever of %(people)s has the fewest open leads") % among
    return _("in turn to %(people)s") % among


def _name(pk: int | None, book: NameBook) -> str:
    return str(book.person(pk) or "") if pk else pgettext("assignment", "nobody")


def _among(rule: AssignmentRule, book: NameBook) -> str:
    names = [_name(pk, book) for pk in rule.people[:NAMED]]
    if len(rule.people) > NAMED:
        names.append("…")
    if rule.department is not None:
        names.append(_("everybody of “%(department)s”") % {"department": rule.department})
    return pgettext("list", ", ").join(names) or pgettext("assignment", "nobody")


def _region_lines(rule: AssignmentRule, book: NameBook) -> str:
    pairs = sorted(rule.regions.items())
    told = [f"{' / '.join(regions.path(code))} → {_name(person, book)}" for code, person in pairs[:NAMED]]
    return pgettext("list", ", ").join([*told, "…"] if len(pairs) > NAMED else told)


def as_wanted(rule: AssignmentRule) -> dict[str, Any]:
    """A saved rule as its form begins."""
    kept = Wanted(rule.name, rule.way, people=tuple(rule.people), regions=dict(rule.regions))
    return asdict(kept) | {"filter": rule.filter, "pool": rule.pool_id, "person": rule.person_id,
                           "department": rule.department_id}  # fmt: skip
