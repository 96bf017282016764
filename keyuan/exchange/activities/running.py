"""The two passes over a sheet of follow-ups, with the checkpoints of every import (see exchange/running.py)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db import OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from keyuan.engine.clashes import is_clash
from keyuan.exchange import running
from keyuan.exchange.activities.columns import targets_for
from keyuan.exchange.activities.reading import Reader
from keyuan.exchange.activities.writing import Sign, Writing, decide, hold_abouts
from keyuan.exchange.columns import Mapping
from keyuan.exchange.models import Import, ImportRow
from keyuan.exchange.notices import tell_import
from keyuan.exchange.options import Options
from keyuan.org.models import User
from keyuan.records.errors import NotAllowed


@dataclass
class Work:
    """What a pass needs."""

    of: Import
    by: User
    reader: Reader

    @classmethod
    def on(cls, of: Import) -> Work:
        """
        Raises:
            NotAllowed: the person may not import (any more).
        """
        by = User.objects.get(pk=of.by_id)
        by.source = "import"
        if not by.may("follow_up", "import"):
            raise NotAllowed(_("You may not import follow-ups."))
        mapping = Mapping.of(of.mapping, targets_for(by), len(of.header))
        return cls(of, by, Reader(by, mapping, leave_bad=Options.of(of.options).leave_bad))


def check(of: Import) -> None:
    """Every row as the import would take it; nothing but the findings is written."""
    running.begin_check(of)
    work, counts = Work.on(of), Counter[str]()
    rows = running.rows_of(of)
    seen: dict[Sign, int] = {}
    with running.without_collector():
        for chunk in running.chunks(rows):
            drafts = work.reader.read(chunk)
            decide(drafts, seen)
            running.count(drafts, counts)
            if not running.note_checked(of, chunk, drafts, counts):
                return
    running.end_check(of, len(rows))


def write(of: Import) -> None:
    """Import the staged rows that are not yet written."""
    with running.without_collector():
        work, writing, attempt = Work.on(of), None, 1
        while True:
            try:
                with transaction.atomic():
                    writing = writing or _writing(work)
                    more = _write_chunk(work, writing)
            except OperationalError as error:
                if attempt == running.ATTEMPTS or not is_clash(error):
                    raise
                work, writing, attempt = Work.on(of), None, attempt + 1
                continue
            attempt = 1
            if not more:
                return


def _writing(work: Work) -> Writing:
    operation = Import.objects.select_related("operation").get(pk=work.of.pk).operation
    assert operation is not None
    operation.by = work.by
    return Writing(work.by, operation, work.of.pk)


def _write_chunk(work: Work, writing: Writing) -> bool:
    """One chunk with its checkpoint; whether there may be more."""
    of = Import.objects.select_for_update().get(pk=work.of.pk)
    if of.state != Import.State.IMPORTING:
        return False
    staged = ImportRow.objects.filter(of=of, number__gt=of.written_to).order_by("number")
    rows = list(staged.values_list("number", "cells")[: running.CHUNK])
    if rows:
        counts = Counter(running.flat(of.counts))
        drafts = work.reader.read(rows)
        hold_abouts(drafts)
        writing.add(decide(drafts, {}), timezone.now())
        running.count(drafts, counts)
        running.note(of, drafts)
        of.written_to, of.counts = rows[-1][0], dict(counts)
    else:
        of.state, of.finished_at = Import.State.DONE, timezone.now()
    of.save(update_fields=["counts", "written_to", "state", "finished_at"])
    if not rows:
        tell_import(of)
    return bool(rows)
