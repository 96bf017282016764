"""Search text is written beside the rows of a chunk, by a connection of its own, and committed directly after them.

Its index is half of what the database has to do for a new customer. Nobody waits for anybody here: the tables are
different ones, and what a crash between the two commits leaves out is found when the import goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from django.db import DatabaseError, connection, models

from keyuan.customers.models import Contact, ContactSearch, Customer, CustomerSearch
from keyuan.exchange.models import Import, ImportRow
from keyuan.records.adding import copy_lines
from keyuan.records.history import Event
from keyuan.records.search_text import SearchText, let_grams_wait, sort_grams_in

COLUMNS = ("record_id", "kind", "body")
MANY = 1_000_000
"""So many letters make about 20 MB of grams; sorting them in at once is cheaper than in several turns."""

PATIENCE = "30s"
"""Longer than this nobody holds a lock on a table of search text, unless he waits for the import himself."""


class Beside:
    """The search text of one chunk at a time, in a transaction of its own.

    Args:
        thread: whose connection writes.
    """

    def __init__(self, thread: ThreadPoolExecutor) -> None:
        self.thread = thread
        self.begun: list[Future[None]] = []
        self.waiting = 0  # letters whose grams are not sorted in yet

    def copy(self, model: type[SearchText], lines: Sequence[str]) -> None:
        """Begin to add these lines."""
        self.begun.append(self.thread.submit(_copy, model, lines))
        self.waiting += sum(map(len, lines))

    def sort_in(self) -> None:
        """Sort the grams of the chunks before into their index if they are many, while nothing is to be written yet."""
        if self.waiting >= MANY:
            self.waiting = 0
            self.thread.submit(sort_grams_in, CustomerSearch, ContactSearch)

    def wait(self) -> None:
        """Until all is written that was begun.

        Raises:
            DatabaseError: what the database refused.
        """
        for one in self.begun:
            one.result()

    def commit(self) -> None:
        """Directly after the rows are committed.

        Raises:
            DatabaseError: it could not be; `write_missing` writes it again.
        """
        self._end(_commit)

    def rollback(self) -> None:
        self._end(_rollback)

    def _end(self, way: Callable[[], None]) -> None:
        if self.begun:
            self.begun = []
            self.thread.submit(way).result()


def _copy(model: type[SearchText], lines: Sequence[str]) -> None:
    if connection.get_autocommit():
        connection.set_autocommit(False)
        let_grams_wait()
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
    copy_lines(model, COLUMNS, lines)


def _commit() -> None:
    try:
        connection.commit()
        connection.set_autocommit(True)
    except DatabaseError:
        connection.close()  # the next chunk gets another
        raise


def _rollback() -> None:
    connection.close()  # whatever state it is in


def write_missing(of: Import, most: int) -> None:
    """Write the search text that a crash has left out: of the last chunk that was committed, if of any.

    Args:
        most: how many rows a chunk has.
    """
    if not of.written_to:
        return
    written = ImportRow.objects.filter(of=of, number__lte=of.written_to, record_id__gt=0).order_by("-number")
    pks = {pk for pk in written.values_list("record_id", flat=True)[:most] if pk}
    added = Event.objects.filter(operation=of.operation_id, record_type="contact", customer_id__in=pks)
    if lost := _without_text(ContactSearch, set(added.values_list("record_id", flat=True))):
        Contact.derive(lost, None)
    if lost := _without_text(CustomerSearch, pks):
        Customer.derive(lost, None)


def _without_text(model: type[SearchText], pks: set[int]) -> list[int]:
    objects: models.Manager[SearchText] = model._default_manager
    return sorted(pks - set(objects.filter(record_id__in=pks).values_list("record_id", flat=True)))
