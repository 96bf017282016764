# ruff: noqa: PLC0415  what reads models is imported when Django knows its database
"""The organisation: 200 salespeople in sixteen teams of four regions, their managers and a director."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from bench.words import DEPARTMENTS, GIVEN, SURNAMES, TAGS, TEAMS

SALESPEOPLE = 200
TEAM_COUNT = len(DEPARTMENTS) * len(TEAMS)
FIRST, FIRST_TEAM = 1.0, 6.0
"""Of a hundred customers, how many the first salesperson has, and how many the first team."""

PERSONS = {"salesperson": "s001", "manager": "m01", "director": "director"}


@dataclass(frozen=True)
class World:
    """What rows point at: ids with their weights.

    Attributes:
        owners: (user id, department id) of each salesperson, `shares` how many of a hundred customers each has.
        options: ids per list, in order.
        tags: (id, name, of a hundred customers).
    """

    owners: list[tuple[int, int]]
    shares: list[float]
    options: dict[str, list[int]]
    tags: list[tuple[int, str, float]]
    operation: int


def person_name(rng: Random) -> str:
    given = rng.choice(GIVEN) + (rng.choice(GIVEN) if rng.random() < 0.75 else "")
    return rng.choice(SURNAMES) + given


def populate() -> World:
    """Make departments, people, tags and one operation; the world they are."""
    from keyuan.org.models import Department, Role, User
    from keyuan.org.scopes import Scope
    from keyuan.records.models import Operation, Option

    rng = Random(7)
    root = Department.objects.get(parent=None)
    roles = {role.key: role for role in Role.objects.all()}
    teams = [team for name in DEPARTMENTS for team in _region(name, root)]
    _user("director", rng, root, _director(Role, Scope))
    managers = [_user(f"m{n + 1:02}", rng, team, roles["sales_manager"]) for n, team in enumerate(teams)]
    owners = []
    for number in range(SALESPEOPLE):
        team, manager = teams[number % TEAM_COUNT], managers[number % TEAM_COUNT]
        user = _user(f"s{number + 1:03}", rng, team, roles["sales"], superior=manager)
        owners.append((user.pk, team.pk))
    options: dict[str, list[int]] = {}
    for option in Option.objects.all():
        options.setdefault(option.list, []).append(option.pk)
    operation = Operation.begin("customer.created", by=User.objects.robot())
    return World(owners, _shares(), options, _tags(), operation.pk)


DIRECTOR = "销售总监"


def _region(name: str, root: Any) -> list[Any]:
    region = _department(name, root)
    return [_department(f"{name[:2]}{team}", region) for team in TEAMS]


def _department(name: str, parent: Any) -> Any:
    made = type(parent).objects.create(name=name, parent=parent)
    made.path = f"{parent.path}{made.pk}/"
    made.save()
    return made


def _director(role: Any, scope: Any) -> Any:
    """A role that reaches everything."""
    made = role.objects.create(name=DIRECTOR, position=90)
    grant_all(made, role, scope)
    return made


def grant_all(made: Any, role: Any, scope: Any) -> None:
    """What sales managers may, without limits; data of an earlier version learns of modules that came since."""
    had = set(made.grants.values_list("module", flat=True))
    for grant in role.objects.get(key="sales_manager").grants.exclude(module__in=had):
        grant.pk, grant.role, grant.scope = None, made, scope.ALL
        grant.save()


def _user(username: str, rng: Random, department: Any, role: Any, superior: Any = None) -> Any:
    user = department.members.create(
        username=username, name=person_name(rng), superior=superior, must_change_password=False
    )
    user.roles.set([role])
    return user


def _shares() -> list[float]:
    in_first_team = [number % TEAM_COUNT == 0 for number in range(SALESPEOPLE)]
    near, far = sum(in_first_team) - 1, SALESPEOPLE - sum(in_first_team)
    shares = [(FIRST_TEAM - FIRST) / near if near_ else (100 - FIRST_TEAM) / far for near_ in in_first_team]
    return [FIRST, *shares[1:]]


def _tags() -> list[tuple[int, str, float]]:
    from keyuan.records.options import Tag, tag_key

    for name in TAGS:
        Tag.objects.get_or_create(key=tag_key(name), owner=None, defaults={"name": name})
    shares = {"高价值": 5.0, "重点关注": 1.0, **TAGS}
    return [(tag.pk, tag.name, shares.get(tag.name, 0.0)) for tag in Tag.objects.filter(owner=None).order_by("pk")]
