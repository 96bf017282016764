"""The next chunk is cleaned and looked up in a thread of its own while the database writes this one."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection
from django.utils import translation

from keyuan.customers.levels import Levels, levels
from keyuan.exchange.cleaning import RowReader
from keyuan.exchange.drafts import Draft
from keyuan.exchange.matching import Known, Place, keys_of, look_again, look_up, places, similar_keys
from keyuan.exchange.models import ImportRow
from keyuan.exchange.numbers import Numbers
from keyuan.exchange.reading.table import Row
from keyuan.exchange.shapes import NewCustomer

FIRST = 500


@dataclass
class Chunk:
    """Staged rows with their drafts.

    Attributes:
        known: what their keys meet, where that was looked up ahead.
        same, similar: the keys of all of them that block, and those that only warn.
    """

    rows: list[Row]
    drafts: list[Draft]
    same: set[Place]
    similar: set[Place]
    known: Known | None = None


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

    Args:
        most: how many rows a chunk has. The first ones have fewer, so that the database gets something to do.
    """

    def __init__(
        self, import_id: int, reader: RowReader, numbers: Numbers, thread: ThreadPoolExecutor, most: int
    ) -> None:
        self.import_id, self.reader, self.numbers, self.thread, self.most = import_id, reader, numbers, thread, most
        self.size = min(FIRST, most)
        self.after = -1
        self.rows: list[Row] = []
        self.worked: Future[Chunk] | None = None
        self.looks_up = not connection.in_atomic_block
        self.written: set[Place] = set()
        self.has_updated = False

    def take(self, after: int) -> Chunk:
        """The rows behind number `after`; the ones behind them are begun."""
        if self.after != after or self.worked is None:
            self._begin(after)
        assert self.worked is not None
        chunk = self.worked.result()
        if self.has_updated:
            chunk.known = None
        elif chunk.known is not None:
            look_again(chunk.known, chunk.same & self.written, chunk.similar & self.written)
        if chunk.rows:
            self._begin(chunk.rows[-1][0])
        return chunk

    def note_written(self, chunk: Chunk) -> None:
        """What these rows are has been written since the next ones were begun."""
        self.written = chunk.same | chunk.similar
        self.has_updated = any(draft.outcome == "updated" for draft in chunk.drafts)

    def _begin(self, after: int) -> None:
        size, self.size = self.size, min(2 * self.size, self.most)
        staged = ImportRow.objects.filter(of=self.import_id, number__gt=after).order_by("number")
        self.after, self.rows = after, list(staged.values_list("number", "cells")[:size])
        self.reader.meet(self.rows)
        self.numbers.provide(len(self.rows))
        language = translation.get_language() or "zh-hans"
        self.worked = self.thread.submit(self._work, self.rows, language)

    def _work(self, rows: list[Row], language: str) -> Chunk:
        with translation.override(language):
            drafts = self.reader.clean(rows)
        ready = [draft for draft in drafts if not draft.is_refused]
        decided = levels()
        for draft in ready:
            self._derive(draft, decided)
        same, similar = places(ready)
        return Chunk(rows, drafts, same, similar, look_up(same, similar) if self.looks_up else None)

    def _derive(self, draft: Draft, decided: Levels) -> None:
        """Keys, and the customer that it would become unless its parent or a tag must be found or saved first."""
        draft.keys = keys_of(draft, decided)
        draft.similar = similar_keys(draft, decided)
        if "parent" not in draft.values and not has_new_tags(draft):
            draft.shape = NewCustomer(draft, self.reader.user, self.numbers, self.import_id)


def has_new_tags(draft: Draft) -> bool:
    """Whether a tag of the row must be saved first."""
    return any(tag.pk is None for tags in (draft.tags, *(one.tags for one in draft.people)) for tag in tags)
