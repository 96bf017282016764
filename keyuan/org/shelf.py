"""Reference data that a process keeps between requests: options, tags, departments, names of people, grants.

It changes seldom and every page reads it. Triggers put a random mark beside each change of these tables, in the same
transaction; the sum of all marks names the state that a reader sees, and a process keeps what it has read under that
name. So nobody reads anything older than the beginning of the request, and no change can be forgotten
(docs/decisions/0012-shelf.md).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import connection
from django.db.models.expressions import RawSQL
from django.db.models.fields import CharField

if TYPE_CHECKING:
    from keyuan.org.models import User

Kept = TypeVar("Kept")

STATES = 4  # the present one, and what unfinished transactions see
SUM = "mod(coalesce(sum(mark), 0), 4503599627370496)"  # marks are of 52 bits, and so is their sum
STATE = f"SELECT {SUM}::text FROM shelf_mark"
FOLD = f"""
    WITH folded AS (DELETE FROM shelf_mark RETURNING mark)
    INSERT INTO shelf_mark (mark) SELECT {SUM} FROM folded HAVING count(*) > 0
"""


class Shelf:
    """What has been read in one state of the reference data. Nobody may change what lies on it."""

    def __init__(self, state: str) -> None:
        self.state = state
        self._kept: dict[Any, Any] = {}

    def get(self, key: Any, read: Callable[[], Kept]) -> Kept:
        """What lies under `key`; the first who asks reads it."""
        if key not in self._kept:
            self._kept[key] = read()
        return self._kept[key]

    def lay(self, key: Any, value: Kept) -> Kept:
        """What lies under `key`, or else this value from now on."""
        return self.get(key, lambda: value)

    def found(self, key: Any) -> Any:
        """What lies under `key` by now, or None."""
        return self._kept.get(key)


_SHELVES: OrderedDict[str, Shelf] = OrderedDict()


def named_state() -> RawSQL:
    """The name of the present state, as part of a query that is made anyway."""
    return RawSQL(f"({STATE})", (), output_field=CharField())


def shelf_of(user: User) -> Shelf:
    """The shelf of the state that `user`'s request has begun with, else of the present one, for one query."""
    return shelf(user.shelf_state or present_state())


def present_state() -> str:
    with connection.cursor() as cursor:
        cursor.execute(STATE)
        return str(cursor.fetchone()[0])


def shelf(state: str) -> Shelf:
    """The shelf of this state, a new one where the process has none."""
    found = _SHELVES.get(state)
    if found is None:
        found = _SHELVES[state] = Shelf(state)
        while len(_SHELVES) > STATES:
            _SHELVES.popitem(last=False)
    return found


def fold_marks() -> None:
    """Put one mark in the place of all; the sum, which names the state, stays."""
    with connection.cursor() as cursor:
        cursor.execute(FOLD)
