"""The next chunk is cleaned in a thread of its own while the database writes this one."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from django.utils import translation

from keyuan.exchange.cleaning import RowReader
from keyuan.exchange.drafts import Draft
from keyuan.exchange.matching import keys_of, similar_keys
from keyuan.exchange.models import ImportRow
from keyuan.exchange.reading.table import Row
from keyuan.exchange.shapes import NewCustomer


class Ahead:
    """Hands out chunks of staged rows with their drafts, and works one chunk ahead.

    The thread only computes: what it needs from the database is read before it begins.
    """

    def __init__(self, import_id: int, reader: RowReader, thread: ThreadPoolExecutor, size: int) -> None:
        self.import_id, self.reader, self.thread, self.size = import_id, reader, thread, size
        self.after = -1
        self.rows: list[Row] = []
        self.drafts: Future[list[Draft]] | None = None

    def take(self, after: int) -> tuple[list[Row], list[Draft]]:
        """The rows behind number `after`; the ones behind them are begun."""
        if self.after != after or self.drafts is None:
            self._begin(after)
        assert self.drafts is not None
        rows, drafts = self.rows, self.drafts.result()
        if len(rows) == self.size:
            self._begin(rows[-1][0])
        return rows, drafts

    def _begin(self, after: int) -> None:
        staged = ImportRow.objects.filter(of=self.import_id, number__gt=after).order_by("number")
        self.after, self.rows = after, list(staged.values_list("number", "cells")[: self.size])
        self.reader.meet(self.rows)
        language = translation.get_language() or "zh-hans"
        self.drafts = self.thread.submit(self._work, self.rows, language)

    def _work(self, rows: Sequence[Row], language: str) -> list[Draft]:
        with translation.override(language):
            drafts = self.reader.clean(rows)
        for draft in drafts:
            if not draft.is_refused:
                self._derive(draft)
        return drafts

    def _derive(self, draft: Draft) -> None:
        """Keys, and the customer that it would become unless its parent company must be found first."""
        draft.keys = keys_of(draft)
        draft.similar = similar_keys(draft)
        if "parent" not in draft.values:
            draft.shape = NewCustomer(draft, self.reader.user)
