"""The two passes over a sheet whose rows are added one by one, with the checkpoints of every import (see running.py).

Each row is added by the verb of its record, so that it obeys the same rules and writes the same history.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from keyuan.engine.clashes import is_clash
from keyuan.exchange import running
from keyuan.exchange.columns import Mapping
from keyuan.exchange.drafts import Draft
from keyuan.exchange.models import Import, ImportRow
from keyuan.exchange.notices import tell_import
from keyuan.exchange.options import Options
from keyuan.exchange.problems import INFO, Problem
from keyuan.exchange.targets import Target
from keyuan.org.models import User
from keyuan.records.errors import NotAllowed
from keyuan.records.history import Operation

CHUNK = 100


@dataclass(frozen=True)
class RowImport:
    """What is particular about the rows of one kind of sheet.

    Attributes:
        module: whose right to import is asked; `refusal` is what those are told who may not.
        targets: what columns can fall into, for one person.
        reader: makes drafts of rows.
        sign: by which two rows are the same; `there` what of a chunk is there already, by sign.
        same: what a row is told that is there already.
        add: adds one row by the verb of its record.
        hold: locks what all rows of a chunk hang on.
        together: what happens to all new rows of a chunk at once, by their ids.
        ended: what follows when all rows are written.
    """

    module: str
    refusal: Any
    targets: Callable[[User], dict[str, Target]]
    reader: Callable[..., Any]
    sign: Callable[[Draft], Any]
    there: Callable[[Sequence[Draft], User], dict[Any, int]]
    same: Any
    add: Callable[[Draft, User, Operation], None]
    hold: Callable[[Sequence[Draft]], None] = lambda drafts: None
    together: Callable[[Sequence[int], Operation], object] = lambda pks, operation: None
    ended: Callable[[Operation], object] = lambda operation: None

    def check(self, of: Import) -> None:
        """Every row as the import would take it; nothing but the findings is written."""
        running.begin_check(of)
        (by, reader), counts = self._work_on(of), Counter[str]()
        rows = running.rows_of(of)
        seen: dict[Any, int] = {}
        for chunk in running.chunks(rows):
            drafts = reader.read(chunk)
            self.decide(drafts, seen, by)
            running.count(drafts, counts)
            if not running.note_checked(of, chunk, drafts, counts):
                return
        running.end_check(of, len(rows))

    def write(self, of: Import) -> None:
        """Import the staged rows that are not yet written."""
        work, attempt = self._work_on(of), 1
        while True:
            try:
                with transaction.atomic():
                    more = self._write_chunk(of, *work)
            except OperationalError as error:
                if attempt == running.ATTEMPTS or not is_clash(error):
                    raise
                work, attempt = self._work_on(of), attempt + 1
                continue
            attempt = 1
            if not more:
                return

    def _work_on(self, of: Import) -> tuple[User, Any]:
        """Who imports, and what reads the rows for them.

        Raises:
            NotAllowed: the person may not import (any more).
        """
        by = User.objects.get(pk=of.by_id)
        by.source = "import"
        if not by.may(self.module, "import"):
            raise NotAllowed(str(self.refusal))
        mapping = Mapping.of(of.mapping, self.targets(by), len(of.header))
        return by, self.reader(by, mapping, leave_bad=Options.of(of.options).leave_bad)

    def decide(self, drafts: Sequence[Draft], seen: dict[Any, int], by: User) -> list[Draft]:
        """What becomes of these rows; those that are to be created. What is there already is left alone."""
        ready = [draft for draft in drafts if not draft.is_refused]
        there = self.there(ready, by)
        creates = []
        for draft in drafts:
            draft.outcome = "refused"
        for draft in ready:
            sign = self.sign(draft)
            if sign in there:
                draft.record_id = there[sign]
                _skip(draft, "logged", str(self.same))
            elif sign in seen:
                _skip(draft, "again", _("Row %(number)d says the same.") % {"number": seen[sign]})
            else:
                seen[sign], draft.outcome = draft.number, "created"
                creates.append(draft)
        return creates

    def _write_chunk(self, known: Import, by: User, reader: Any) -> bool:
        """One chunk with its checkpoint; whether there may be more."""
        of = Import.objects.select_for_update().get(pk=known.pk)
        if of.state != Import.State.IMPORTING:
            return False
        staged = ImportRow.objects.filter(of=of, number__gt=of.written_to).order_by("number")
        rows = list(staged.values_list("number", "cells")[:CHUNK])
        if rows:
            self._write_rows(of, rows, by, reader)
        else:
            of.state, of.finished_at = Import.State.DONE, timezone.now()
        of.save(update_fields=["counts", "written_to", "state", "finished_at"])
        if not rows:
            tell_import(of)
            self.ended(self._operation(of, by))
        return bool(rows)

    def _operation(self, of: Import, by: User) -> Operation:
        assert of.operation_id is not None
        operation = Operation.objects.get(pk=of.operation_id)
        operation.by = by
        return operation

    def _write_rows(self, of: Import, rows: list[Any], by: User, reader: Any) -> None:
        operation = self._operation(of, by)
        counts = Counter(running.flat(of.counts))
        drafts = reader.read(rows)
        self.hold([one for one in drafts if not one.is_refused])
        for draft in self.decide(drafts, {}, by):
            self.add(draft, by, operation)
        self.together([one.record_id for one in drafts if one.outcome == "created" and one.record_id], operation)
        running.count(drafts, counts)
        running.note(of, drafts)
        of.written_to, of.counts = rows[-1][0], dict(counts)


def _skip(draft: Draft, reason: str, text: str) -> None:
    draft.outcome = "skipped"
    draft.problems.append(Problem(INFO, reason, text))
