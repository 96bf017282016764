"""To whom which pools are open, and into which pool a record of somebody falls. Kept with the reference data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from django.apps import apps

from keyuan.org.shelf import Shelf, present_state, shelf, shelf_of

if TYPE_CHECKING:
    from keyuan.org.models import User
    from keyuan.pools.models import Pool

OF_MEMBERS = {"view", "claim"}
"""What members may do with what lies in their pool; managers may do all that their role lets them do."""


@dataclass(frozen=True)
class Open:
    """One pool, and whom it is open to, by id.

    Attributes:
        people, departments, roles: ids of each, with whether they manage the pool.
    """

    pool: Pool
    people: dict[int, bool]
    departments: dict[int, bool]
    roles: dict[int, bool]

    def includes(self, user: User, above: Iterable[int]) -> bool | None:
        """None where it is not open to `user`, else whether they manage it.

        Args:
            above: the user's department and those above it.
        """
        found = [self.people.get(user.pk), *(self.departments.get(one) for one in above)]
        if self.roles:
            found += [self.roles.get(one) for one in roles_of(user)]
        given = [one for one in found if one is not None]
        return any(given) if given else None


def pools(kept: Shelf | None = None) -> list[Open]:
    """All pools that are in use, in their order."""
    return (kept or shelf(present_state())).get("pools", _read)


def _read() -> list[Open]:
    found: dict[int, Open] = {}
    for pool in apps.get_model("keyuan", "Pool").objects.filter(is_active=True):
        found[pool.pk] = Open(pool, {}, {}, {})
    for one in apps.get_model("keyuan", "PoolMember").objects.filter(pool_id__in=found):
        held = found[one.pool_id]
        for kind, pk in ((held.people, one.user_id), (held.departments, one.department_id), (held.roles, one.role_id)):
            if pk is not None:
                kind[pk] = kind.get(pk, False) or one.is_manager
    return list(found.values())


def standing(user: User, kind: str) -> dict[int, bool]:
    """The pools of one kind that are open to `user`, by id, in their order: whether they manage it."""
    return user.rights.keep(("pools", kind), lambda: _standing(user, kind))


def _standing(user: User, kind: str) -> dict[int, bool]:
    departments = above(user)
    of_kind = [one for one in pools(shelf_of(user)) if one.pool.kind == kind]
    found = {one.pool.pk: one.includes(user, departments) for one in of_kind}
    return {pk: manages for pk, manages in found.items() if manages is not None}


def above(user: User) -> list[int]:
    """The departments above `user` from the top down, the own one last."""
    if user.department_id is None:
        return []
    paths: dict[int, str] = dict(user.rights.tree.departments)
    return [int(part) for part in paths.get(user.department_id, "").split("/") if part]


def roles_of(user: User) -> frozenset[int]:
    """The roles of `user`, by id; kept with their rights."""
    return user.rights.keep("ids of roles", lambda: frozenset(user.roles.values_list("pk", flat=True)))


def managed(user: User, kind: str, operation: str) -> set[int]:
    """The pools that `user` manages, where the role lets them do `operation`."""
    if not user.rights.may(kind, operation):
        return set()
    return {pk for pk, manages in standing(user, kind).items() if manages}


def open_to(user: User, kind: str, operation: str) -> set[int]:
    """The pools on whose records `user` may do `operation`."""
    if not user.rights.may(kind, operation):
        return set()
    return {pk for pk, manages in standing(user, kind).items() if manages or operation in OF_MEMBERS}


def receiving_pool(by: User, kind: str) -> Pool | None:
    """Into which pool something falls that `by` writes down for nobody: the first open to them, else the first of all
    for those who may write down everybody's, as the machine may. None where there is none."""
    of_kind = [one.pool for one in pools(shelf_of(by)) if one.pool.kind == kind]
    own = standing(by, kind)
    found = [one for one in of_kind if one.pk in own]
    if not found and by.reach(kind, "create").everything:
        found = of_kind
    return found[0] if found else None


def telling(user: User, kind: str, operation: str, name: str) -> set[int]:
    """The pools open to `user` for `operation` that tell them the field `name`: hidden ones are told to managers."""
    found = open_to(user, kind, operation)
    if not found:
        return found
    hiding = {one.pool.pk for one in pools(shelf_of(user)) if name in one.pool.hidden_fields}
    return found - (hiding - managed(user, kind, operation))


def lie_anywhere(user: User, kind: str) -> bool:
    """Whether there are pools of this kind at all, also such as are not in use any more."""
    return user.rights.keep(("pools are", kind), lambda: kind in shelf_of(user).get("kinds of pools", _kinds))


def _kinds() -> set[str]:
    return set(apps.get_model("keyuan", "Pool").objects.order_by().values_list("kind", flat=True).distinct())


def recycles(kind: str, by: User | None) -> bool:
    """Whether records of this kind come back by themselves anywhere. Costs nothing again with the rights of `by`."""
    if by is None:
        return _recycles(kind, shelf(present_state()))
    return by.rights.keep(("recycles", kind), lambda: _recycles(kind, shelf_of(by)))


def _recycles(kind: str, kept: Shelf) -> bool:
    return any(one.pool.kind == kind and one.pool.rules.recycles for one in pools(kept))


def exempts(kind: str, by: User) -> bool:
    """Whether any pool of this kind exempts what matches a filter, which may ask any field. Kept with the rights."""
    return by.rights.keep(("exempts", kind), lambda: _exempts(kind, shelf_of(by)))


def _exempts(kind: str, kept: Shelf) -> bool:
    return any(one.pool.kind == kind and one.pool.rules.exempt_filter is not None for one in pools(kept))


def home_pools(owners: Iterable[int], kind: str) -> dict[int, Pool | None]:
    """By the id of each owner: the pool whose rules hold for what they have, and into which it falls.

    It is the first that is open to them; None where none is.
    """
    kept = shelf(present_state())
    if not any(one.pool.kind == kind for one in pools(kept)):
        return dict.fromkeys(owners)
    return {owner: kept.get(("home pool", kind, owner), partial(_home, owner, kind)) for owner in owners}


def _home(owner: int, kind: str) -> Pool | None:
    user = apps.get_model("keyuan", "User").objects.get(pk=owner)
    first = next(iter(standing(user, kind)), None)
    return next((one.pool for one in pools() if one.pool.pk == first), None)


def home_pool(owner: int, kind: str) -> Pool | None:
    """The same of one owner."""
    return home_pools([owner], kind)[owner]
