"""How many records one person may claim from a pool on one day, and hold: their own limits, else the general ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from keyuan.org.models import Department, Role, User
from keyuan.pools.membership import above, roles_of
from keyuan.pools.models import Pool
from keyuan.pools.rules import OwnLimit, PoolRules

PEOPLE, ROLES, DEPARTMENTS = "people", "roles", "departments"


class Limits(NamedTuple):
    """None is no limit."""

    claims: int | None
    holds: int | None


def limits_of(pool: Pool, user: User) -> Limits:
    """The limits that hold for `user` today.

    For each of the two: the person's own, else the most generous of their roles', else that of the nearest
    department upwards, else the general one of the pool.
    """
    rules = pool.rules
    if not rules.own_limits:
        return Limits(rules.claims, rules.holds)
    order = list(_applying(rules, user))
    return Limits(_first(order, "claims", rules.claims), _first(order, "holds", rules.holds))


def _applying(rules: PoolRules, user: User) -> Iterator[list[OwnLimit]]:
    """Those about `user`, together where the most generous counts, the nearest first."""
    roles = roles_of(user)
    yield [one for one in rules.own_limits if (one.of, one.pk) == (PEOPLE, user.pk)]
    yield [one for one in rules.own_limits if one.of == ROLES and one.pk in roles]
    for department in reversed(above(user)):
        yield [one for one in rules.own_limits if (one.of, one.pk) == (DEPARTMENTS, department)]


def _first(order: list[list[OwnLimit]], name: str, general: int | None) -> int | None:
    for near in order:
        if given := [number for one in near if (number := getattr(one, name)) is not None]:
            return max(given)
    return general


def names_of(limits: tuple[OwnLimit, ...]) -> dict[tuple[str, int], str]:
    """What these are about, by name; whatever is not there any more is missing."""
    models: dict[str, Any] = {PEOPLE: User, ROLES: Role, DEPARTMENTS: Department}
    found: dict[tuple[str, int], str] = {}
    for of, model in models.items():
        if pks := [one.pk for one in limits if one.of == of]:
            found |= {(of, row.pk): str(row) for row in model.objects.filter(pk__in=pks)}
    return found
