"""What a pool tells of what lies in it: its hidden fields exist for its managers, and for whoever has claimed."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from keyuan.org.rights import Rights
from keyuan.org.scopes import FieldRight
from keyuan.org.shelf import shelf_of
from keyuan.pools.membership import managed, open_to, pools

if TYPE_CHECKING:
    from keyuan.org.models import User
    from keyuan.pools.models import Pool

CONTACTS = "contacts"
"""The hidden “field” of a pool of customers that means all their contacts."""


def pools_seen(user: User, kind: str) -> list[Pool]:
    """The pools of one kind, in their order, whose records `user` sees."""
    of_kind = [one.pool for one in pools(shelf_of(user)) if one.pool.kind == kind]
    if user.reach(kind, "view").everything:
        return of_kind
    found = open_to(user, kind, "view")
    return [one for one in of_kind if one.pk in found]


def hidden_from(user: User, pool: Pool) -> tuple[str, ...]:
    """The fields of what lies in this pool that do not exist for `user`."""
    if user.reach(pool.kind, "view").everything or pool.pk in managed(user, pool.kind, "view"):
        return ()
    return tuple(sorted(pool.hidden_fields))


def reader_in(user: User, pool: Pool) -> User:
    """`user` as who reads what lies in this pool: the same person, for whom the hidden fields are not there."""
    return _without(user, pool.kind, hidden_from(user, pool))


def reader_of(user: User, kind: str, pk: int | None) -> User:
    """The same for a record, by the id of the pool in which it lies; `user` where it lies in none."""
    pool = next((one.pool for one in pools(shelf_of(user)) if one.pool.pk == pk), None) if pk is not None else None
    return reader_in(user, pool) if pool is not None and pool.kind == kind else user


def readers_of_pools(user: User, kind: str) -> list[tuple[User, list[int]]]:
    """The pools that `user` sees, together where they tell the same, each group with its reader."""
    found: dict[tuple[str, ...], list[int]] = {}
    for pool in pools_seen(user, kind):
        found.setdefault(hidden_from(user, pool), []).append(pool.pk)
    return [(_without(user, kind, hidden), pks) for hidden, pks in found.items()]


def _without(user: User, kind: str, hidden: tuple[str, ...]) -> User:
    if not hidden:
        return user
    reader = copy(user)
    reader._rights = user.rights.keep(("reader", kind, hidden), lambda: _narrowed(user.rights, kind, hidden))
    return reader


def _narrowed(rights: Rights, kind: str, hidden: tuple[str, ...]) -> Rights:
    limits = rights.limits(kind) | dict.fromkeys(hidden, FieldRight.HIDDEN.value)
    kept = {key: found for key, found in rights.scopes.items() if key[0] != "contact" or CONTACTS not in hidden}
    return Rights(rights.user, kept, rights.fields | {kind: [limits]}, tree=rights.tree)
