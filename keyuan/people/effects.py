"""What a change of a role would do before it is saved: whom it concerns, and how many rows more or fewer they see."""

from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from django.db import OperationalError

from keyuan.org.models import Role, User
from keyuan.org.rights import NOTHING, Reach, unite
from keyuan.org.scopes import FOLLOWS, Module
from keyuan.people.roles import Granted
from keyuan.records.listing import within_time
from keyuan.records.models import within
from keyuan.ui.lists.installed import LISTS

MOST_MEMBERS = 500
PATIENCE = 1000  # milliseconds for each count


@dataclass(frozen=True)
class Effect:
    """How many enabled people have the role; `rows` by module label how many rows more they see together."""

    members: int
    rows: dict[str, int] = field(default_factory=dict)


def effect_of(role: Role, grants: dict[str, Granted], *, by: User) -> Effect:
    """What it would do to give `role` these grants.

    What takes too long to count is left out, and so are rows of modules that `by` does not see as a whole.
    """
    members = list(role.members.filter(is_active=True).prefetch_related("roles__grants")[:MOST_MEMBERS])
    found = {}
    for module, spec in LISTS.items():
        if module not in FOLLOWS and by.reach(module, "view").everything:
            before, after = _united(members, module), _united(members, module, {role.pk: grants})
            if before != after and (rows := _difference(spec.catalogue.model, before, after)):
                found[str(Module(module).label)] = rows
    return Effect(role.members.filter(is_active=True).count(), found)


def _united(members: list[User], module: str, instead: dict[int, dict[str, Granted]] | None = None) -> Reach:
    """Everything that at least one of these people sees."""
    reaches = (unite(one, _grants(one, module, instead or {})).reach(module, "view") for one in members)
    return reduce(Reach.__or__, reaches, NOTHING)


def _grants(person: User, module: str, instead: dict[int, dict[str, Granted]]) -> list[Any]:
    found: list[Any] = []
    for role in person.roles.all():
        kept = {one.module: Granted(one.scope, one.departments, one.operations) for one in role.grants.all()}
        if granted := instead.get(role.pk, kept).get(module):
            found.append((module, granted.scope, granted.departments, granted.operations, {}))
    return found


def _difference(model: Any, before: Reach, after: Reach) -> int:
    try:
        return _count(model, after) - _count(model, before)
    except OperationalError:
        return 0


def _count(model: Any, reach: Reach) -> int:
    rows = model.objects.unscoped(reason="an administrator is told how many rows a role would show").living()
    if not reach:
        return 0
    with within_time(PATIENCE):
        return (rows if reach.everything else rows.filter(within(reach))).count()
