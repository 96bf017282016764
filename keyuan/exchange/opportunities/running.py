"""The two passes over a sheet of opportunities, with the checkpoints of every import (see exchange/running.py).

A chunk is added as one set by the rules of the verb (see opportunities/models/adding.py).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db import OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from keyuan.customers.models import Customer
from keyuan.engine.clashes import is_clash
from keyuan.exchange import running
from keyuan.exchange.columns import Mapping
from keyuan.exchange.models import Import, ImportRow
from keyuan.exchange.notices import tell_import
from keyuan.exchange.opportunities.columns import targets_for
from keyuan.exchange.opportunities.reading import Reader
from keyuan.exchange.opportunities.writing import Sign, add, decide
from keyuan.exchange.options import Options
from keyuan.org.models import User
from keyuan.records.errors import NotAllowed
from keyuan.records.history import Operation


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
        if not by.may("opportunity", "import"):
            raise NotAllowed(_("You may not import opportunities."))
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
            decide(drafts, seen, work.by)
            running.count(drafts, counts)
            if not running.note_checked(of, chunk, drafts, counts):
                return
    running.end_check(of, len(rows))


def write(of: Import) -> None:
    """Import the staged rows that are not yet written."""
    with running.without_collector():
        work, attempt = Work.on(of), 1
        while True:
            try:
                with transaction.atomic():
                    more = _write_chunk(work)
            except OperationalError as error:
                if attempt == running.ATTEMPTS or not is_clash(error):
                    raise
                work, attempt = Work.on(of), attempt + 1
                continue
            attempt = 1
            if not more:
                return


def _write_chunk(work: Work) -> bool:
    """One chunk with its checkpoint; whether there may be more."""
    of = Import.objects.select_for_update().get(pk=work.of.pk)
    if of.state != Import.State.IMPORTING:
        return False
    staged = ImportRow.objects.filter(of=of, number__gt=of.written_to).order_by("number")
    rows = list(staged.values_list("number", "cells")[: running.CHUNK])
    if rows:
        assert of.operation_id is not None
        operation = Operation.objects.get(pk=of.operation_id)
        operation.by = work.by
        counts = Counter(running.flat(of.counts))
        drafts = work.reader.read(rows)
        Customer.hold({one.values["customer"].pk for one in drafts if not one.is_refused})
        add(decide(drafts, {}, work.by), work.by, operation)
        running.count(drafts, counts)
        running.note(of, drafts)
        of.written_to, of.counts = rows[-1][0], dict(counts)
    else:
        of.state, of.finished_at = Import.State.DONE, timezone.now()
    of.save(update_fields=["counts", "written_to", "state", "finished_at"])
    if not rows:
        tell_import(of)
    return bool(rows)
