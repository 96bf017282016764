"""Which plan of a series goes to which slot of the changed rule, so that none is lost and none stands twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta


def pair(plans: Mapping[int, datetime], slots: Sequence[datetime], shift: timedelta) -> dict[int, datetime]:
    """A slot for each plan, as near to what its person expects as there is one.

    First the slot at which it lands when it moves like all others, then one on its own day, then the next free one in
    order. Plans for which nothing is left have no entry.

    Args:
        plans: per id, the wall time of its old slot.
        slots: wall times in order.
        shift: by how much the changed plan moves.
    """
    free = dict.fromkeys(slots)
    found: dict[int, datetime] = {}
    waiting = sorted(plans, key=lambda pk: (plans[pk], pk))
    waiting = _take(waiting, free, found, lambda pk: plans[pk] + shift)
    by_day = _by_day(free)
    waiting = _take(waiting, free, found, lambda pk: by_day.get(plans[pk].date()))
    rest = list(free)
    found |= dict(zip(waiting, rest, strict=False))
    return found


def _take(waiting: list[int], free: dict[datetime, None], found: dict[int, datetime], wanted: object) -> list[int]:
    left = []
    for pk in waiting:
        slot = wanted(pk)  # type: ignore[operator]
        if slot in free:
            del free[slot]
            found[pk] = slot
        else:
            left.append(pk)
    return left


def _by_day(free: Mapping[datetime, None]) -> dict[date, datetime]:
    return {slot.date(): slot for slot in free}
