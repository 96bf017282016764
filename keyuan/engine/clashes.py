"""Work that PostgreSQL ended because of what somebody else did at the same moment, done once more.

Two transactions that wait for each other are broken up by ending one of them (SQLSTATE 40P01), and one that would see
a mixture of states is refused (40001). PostgreSQL's manual says of both: do the whole transaction again.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import OperationalError, connection, transaction

Result = TypeVar("Result")

ATTEMPTS = 5
STATES = ("40001", "40P01")  # serialization_failure, deadlock_detected
PAUSE = 0.02  # seconds, at most, before the second attempt; doubled for each further one
_READS = re.compile(r"\s*(SELECT|SET|SHOW|SAVEPOINT|RELEASE|ROLLBACK)\b", re.IGNORECASE)


def is_clash(failure: BaseException | None) -> bool:
    """Whether it was refused only because of what somebody else did at the same time."""
    while failure is not None:
        if getattr(failure, "sqlstate", None) in STATES:
            return True
        failure = failure.__cause__
    return False


class Lasting:
    """Whether something has been written that a rollback no longer takes away."""

    def __init__(self) -> None:
        self.found = False

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if not _READS.match(str(sql)):
            transaction.on_commit(self._note)  # at once outside a transaction; never after a rollback
        return result

    def _note(self) -> None:
        self.found = True


@contextmanager
def noting_what_lasts() -> Iterator[Lasting]:
    lasting = Lasting()
    with connection.execute_wrapper(lasting):
        yield lasting


def until_it_passes(work: Callable[[], Result], begin_again: Callable[[], None] = lambda: None) -> Result:
    """Do `work`, again after a clash, at most five times.

    Inside a transaction it is done once, since only the whole of it can be done again; so it is when a part of the
    work has been committed before the clash.

    Args:
        work: reads what it needs anew each time.
        begin_again: takes back what an attempt has left outside the database.
    """
    for attempt in range(ATTEMPTS):
        if attempt == ATTEMPTS - 1 or connection.in_atomic_block:
            break
        with noting_what_lasts() as lasting:
            try:
                return work()
            except OperationalError as failure:
                if not is_clash(failure) or lasting.found:
                    raise
        begin_again()
        time.sleep(random.uniform(0, PAUSE * 2**attempt))
    return work()
