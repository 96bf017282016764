"""The next chunk is cleaned and looked up in a thread of its own while the database writes this one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from django.db import connection
from django.utils import translation

from keyuan.exchange.cleaning import RowReader
from keyuan.exchange.drafts import Draft
from keyuan.exchange.matching import Known, Place, keys_of, look_again, look_up, places, similar_keys
from keyuan.exchange.models import ImportRow
from keyuan.exchange.numbers import Numbers
from keyuan.exchange.reading.table import Row
from keyuan.exchange.shapes import NewCustomer

Worked = tuple[list[Draft], Known | None]


@contextmanager
def working_ahead() -> Iterator[ThreadPoolExecutor]:
    """One thread; the connection that it may have made is closed with it."""
    with ThreadPoolExecutor(1) as thread:
        try:
            yield thread
        finally:
            thread.submit(_close_connection)


def _close_connection() -> None:
    connection.close()  # that of the thread in which this runs


class Ahead:
    """Hands out chunks of staged rows with their drafts, and works one chunk ahead.

    The thread looks up duplicates with a connection of its own, which sees what is committed: all chunks but the one
    being written. What that one writes is looked up again. Inside somebody's transaction it only computes.
    """

    def __init__(
        self, import_id: int, reader: RowReader, numbers: Numbers, thread: ThreadPoolExecutor, size: int
    ) -> None:
        self.import_id, self.reader, self.numbers, self.thread, self.size = import_id, reader, numbers, thread, size
        self.after = -1
        self.rows: list[Row] = []
        self.worked: Future[Worked] | None = None
        self.looks_up = not connection.in_atomic_block
        self.written: set[Place] = set()
        self.has_updated = False

    def take(self, after: int) -> tuple[list[Row], list[Draft], Known | None]:
        """The rows behind number `after` with their drafts, and what these meet; the rows behind them are begun."""
        if self.after != after or self.worked is None:
            self._begin(after)
        assert self.worked is not None
        rows, (drafts, known) = self.rows, self.worked.result()
        if known is not None and self.has_updated:
            known = None
        elif known is not None:
            look_again(known, drafts, self.written)
        if len(rows) == self.size:
            self._begin(rows[-1][0])
        return rows, drafts, known

    def note_written(self, drafts: Sequence[Draft]) -> None:
        """The keys of these rows have been written since the next ones were begun."""
        self.written = places(drafts, blocking=True) | places(drafts, blocking=False)
        self.has_updated = any(draft.outcome == "updated" for draft in drafts)

    def _begin(self, after: int) -> None:
        staged = ImportRow.objects.filter(of=self.import_id, number__gt=after).order_by("number")
        self.after, self.rows = after, list(staged.values_list("number", "cells")[: self.size])
        self.reader.meet(self.rows)
        self.numbers.provide(len(self.rows))
        language = translation.get_language() or "zh-hans"
        self.worked = self.thread.submit(self._work, self.rows, language)

    def _work(self, rows: Sequence[Row], language: str) -> Worked:
        with translation.override(language):
            drafts = self.reader.clean(rows)
        ready = [draft for draft in drafts if not draft.is_refused]
        for draft in ready:
            self._derive(draft)
        return drafts, look_up(ready) if self.looks_up else None

    def _derive(self, draft: Draft) -> None:
        """Keys, and the customer that it would become unless its parent or a tag must be found or saved first."""
        draft.keys = keys_of(draft)
        draft.similar = similar_keys(draft)
        if "parent" not in draft.values and not has_new_tags(draft):
            draft.shape = NewCustomer(draft, self.reader.user, self.numbers, {"import": self.import_id})


def has_new_tags(draft: Draft) -> bool:
    """Whether a tag of the row must be saved first."""
    return any(tag.pk is None for tags in (draft.tags, *(one.tags for one in draft.people)) for tag in tags)
