"""What a person may do, and how far: grants of all their roles, united and resolved to literal ids once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from django.apps import apps

from keyuan.org.scopes import OPERATIONS, FieldRight, Scope
from keyuan.org.shelf import present_state, shelf

if TYPE_CHECKING:
    from keyuan.org.models import User


@dataclass(frozen=True)
class Reach:
    """The rows an operation reaches: everything, or those of these owners or departments."""

    everything: bool = False
    owners: frozenset[int] = frozenset()
    departments: frozenset[int] = frozenset()

    def __or__(self, other: Reach) -> Reach:
        return Reach(
            self.everything or other.everything,
            self.owners | other.owners,
            self.departments | other.departments,
        )

    def __bool__(self) -> bool:
        return self.everything or bool(self.owners) or bool(self.departments)

    def covers(self, owner: int | None, department: int | None) -> bool:
        """Whether a row of this owner and department is within reach."""
        return self.everything or owner in self.owners or department in self.departments


Kept = TypeVar("Kept")
GrantRow = tuple[str, str, list[int], dict[str, str], dict[str, str]]
"""Module, default scope, chosen departments, operations with their scopes, limited fields."""

NOTHING = Reach()
_MORE = FieldRight.values


@dataclass
class Rights:
    """The united grants of one person."""

    user: User
    scopes: dict[tuple[str, str], set[tuple[str, tuple[int, ...]]]] = field(default_factory=dict)
    fields: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    _reaches: dict[tuple[str, str], Reach] = field(default_factory=dict)
    tree: Tree = field(default_factory=lambda: Tree())
    _kept: dict[Any, Any] = field(default_factory=dict)

    def may(self, module: str, operation: str) -> bool:
        return (module, operation) in self.scopes

    def keep(self, key: Any, make: Callable[[], Kept]) -> Kept:
        """What follows from these rights alone, worked out once."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def limits(self, module: str) -> dict[str, str]:
        """The fields of a module with less than the full right; of several roles that show it the widest counts."""
        given = self.fields.get(module, [])
        return self.keep(("limits", module), lambda: _widest(given)) if given and all(given) else {}

    def sees(self, module: str, *names: str) -> bool:
        """Whether the values of all these fields are told in full."""
        limits = self.limits(module)
        return not any(limits.get(name) in (FieldRight.HIDDEN, FieldRight.MASKED) for name in names)

    def reach(self, module: str, operation: str) -> Reach:
        """Literal ids that `operation` in `module` reaches; nothing where it is not granted."""
        key = (module, operation)
        if key not in self._reaches:
            reach = NOTHING
            for scope, chosen in self.scopes.get(key, ()):
                reach = reach | self._resolve(scope, chosen)
            self._reaches[key] = reach
        return self._reaches[key]

    def team(self) -> frozenset[int]:
        """The person and those below, where one of the grants reaches them as such; else nobody."""
        scopes = {scope for found in self.scopes.values() for scope, _chosen in found}
        return frozenset({self.user.pk}) | self._subordinates() if Scope.TEAM in scopes else frozenset()

    def _resolve(self, scope: str, chosen: tuple[int, ...]) -> Reach:
        user = self.user
        own = frozenset({user.pk})
        match scope:
            case Scope.ALL:
                return Reach(everything=True)
            case Scope.TEAM:
                return Reach(owners=own | self._subordinates())
            case Scope.DEPARTMENT if user.department_id:
                return Reach(owners=own, departments=frozenset({user.department_id}))
            case Scope.BRANCH if user.department_id:
                return Reach(owners=own, departments=self._below({user.department_id}))
            case Scope.CHOSEN:
                return Reach(owners=own, departments=self._below(set(chosen)))
            case _:
                return Reach(owners=own)

    def _subordinates(self) -> frozenset[int]:
        return self.keep("subordinates", lambda: _descend(self.tree.below, {self.user.pk}))

    def _below(self, roots: set[int]) -> frozenset[int]:
        marks = {f"/{root}/" for root in roots}
        return frozenset(pk for pk, path in self.tree.departments if any(mark in f"/{path}" for mark in marks))


class Tree:
    """Who is below whom, and which department lies where; read when asked for, once for all who share it."""

    @cached_property
    def below(self) -> dict[int, list[int]]:
        pairs = apps.get_model("keyuan", "User").objects.exclude(superior=None).values_list("pk", "superior_id")
        below: dict[int, list[int]] = defaultdict(list)
        for pk, superior in pairs:
            below[superior].append(pk)
        return below

    @cached_property
    def departments(self) -> list[tuple[int, str]]:
        return list(apps.get_model("keyuan", "Department").objects.order_by().values_list("pk", "path"))


def _widest(given: list[dict[str, str]]) -> dict[str, str]:
    """The limited fields of several roles together: a role that does not limit a field gives the full right to it."""
    names = set.intersection(*map(set, given))
    widest = {name: max((one[name] for one in given), key=_MORE.index) for name in sorted(names)}
    return {name: right for name, right in widest.items() if right != FieldRight.EDITABLE}


def _descend(below: dict[int, list[int]], roots: set[int]) -> frozenset[int]:
    found: set[int] = set()
    edge = set(roots)
    while edge:
        edge = {child for person in edge for child in below.get(person, ())} - found - roots
        found |= edge
    return frozenset(found)


def load_rights(user: User) -> Rights:
    """Read all grants of all roles of `user` in one query; the robot may do everything."""
    if user.is_robot:
        return Rights(
            user, {(module, name): {(Scope.ALL.value, ())} for module in OPERATIONS for name in OPERATIONS[module]}
        )
    if not user.is_active or user.pk is None:
        return Rights(user)
    grants = apps.get_model("keyuan", "Grant").objects.filter(role__members=user)
    return unite(user, grants.values_list("module", "scope", "departments", "operations", "fields"))


def load_rights_of(people: Sequence[User]) -> None:
    """Resolve the rights of many at once, in three queries, as of now. Each of them keeps theirs."""
    state = present_state()
    missing = []
    for user in people:
        user.shelf_state = state
        kept = shelf(state).found(("rights", user.pk))
        if kept is None:
            missing.append(user)
        else:
            user._rights = kept
    given = _grants_of([user.pk for user in missing if user.is_active]) if missing else {}
    tree = Tree()
    for user in missing:
        rights = load_rights(user) if user.is_robot else unite(user, given.get(user.pk, ()))
        rights.tree = tree
        user._rights = shelf(state).lay(("rights", user.pk), rights)


def _grants_of(pks: list[int]) -> dict[int, list[GrantRow]]:
    """The grants of these people by id."""
    member = apps.get_model("keyuan", "Role").members.through.objects.filter(user__in=pks)
    roles = list(member.values_list("user_id", "role_id"))
    grants: dict[int, list[GrantRow]] = defaultdict(list)
    rows = apps.get_model("keyuan", "Grant").objects.filter(role__in={role for _user, role in roles})
    for role, *row in rows.values_list("role_id", "module", "scope", "departments", "operations", "fields"):
        grants[role].append(tuple(row))
    given: dict[int, list[GrantRow]] = defaultdict(list)
    for user, role in roles:
        given[user] += grants[role]
    return given


def unite(user: User, grants: Iterable[GrantRow]) -> Rights:
    """What these grants together mean for `user`.

    Args:
        grants: module, default scope, chosen departments, operations with their scopes, limited fields.
    """
    rights = Rights(user)
    for module, scope, chosen, operations, fields in grants:
        if "view" in operations:
            rights.fields.setdefault(module, []).append(fields)
        for operation, override in operations.items():
            rights.scopes.setdefault((module, operation), set()).add((override or scope, tuple(chosen)))
    return rights
