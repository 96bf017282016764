"""The two passes over a sheet of opportunities, with the checkpoints of every import (see exchange/running.py).

Each row is added by the verb of the record, so that it obeys the same rules and writes the same line of stages.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from keyuan.customers.models import Customer
from keyuan.engine.clashes import is_clash
from keyuan.exchange import running
from keyuan.exchange.columns import Mapping
from keyuan.exchange.drafts import Draft
from keyuan.exchange.models import Import, ImportRow
from keyuan.exchange.notices import tell_import
from keyuan.exchange.opportunities.columns import targets_for
from keyuan.exchange.opportunities.reading import CLOSING, Reader
from keyuan.exchange.options import Options
from keyuan.exchange.problems import INFO, Problem
from keyuan.opportunities.models import Opportunity
from keyuan.org.models import User
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.history import Operation
from keyuan.records.kinds.choices import ensure_tags

CHUNK = 100
Sign = tuple[int, str]


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
    for chunk in running.chunks(rows):
        drafts = work.reader.read(chunk)
        decide(drafts, seen, work.by)
        running.count(drafts, counts)
        if not running.note_checked(of, chunk, drafts, counts):
            return
    running.end_check(of, len(rows))


def sign_of(draft: Draft) -> Sign:
    """By which two rows are one opportunity: customer and name."""
    return draft.values["customer"].pk, draft.values["name"]


def decide(drafts: Sequence[Draft], seen: dict[Sign, int], by: User) -> list[Draft]:
    """What becomes of these rows; those that are to be created. What is there already is left alone."""
    ready = [draft for draft in drafts if not draft.is_refused]
    there = existing(ready, by)
    creates = []
    for draft in drafts:
        draft.outcome = "refused"
    for draft in ready:
        sign = sign_of(draft)
        if sign in there:
            draft.record_id = there[sign]
            _skip(draft, "logged", _("This customer has an opportunity of this name already."))
        elif sign in seen:
            _skip(draft, "again", _("Row %(number)d says the same.") % {"number": seen[sign]})
        else:
            seen[sign], draft.outcome = draft.number, "created"
            creates.append(draft)
    return creates


def _skip(draft: Draft, reason: str, text: str) -> None:
    draft.outcome = "skipped"
    draft.problems.append(Problem(INFO, reason, text))


def existing(drafts: Sequence[Draft], by: User) -> dict[Sign, int]:
    """The opportunities of these customers that are there already, in one query."""
    names: dict[int, set[str]] = defaultdict(set)
    for draft in drafts:
        names[draft.values["customer"].pk].add(draft.values["name"])
    if not names:
        return {}
    every = {name for some in names.values() for name in some}
    rows = Opportunity.objects.visible_to(by).filter(customer__in=names, name__in=every)
    found = rows.values_list("customer", "name", "pk")
    return {(customer, name): pk for customer, name, pk in found if name in names[customer]}


def write(of: Import) -> None:
    """Import the staged rows that are not yet written."""
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
    rows = list(staged.values_list("number", "cells")[:CHUNK])
    if rows:
        assert of.operation_id is not None
        operation = Operation.objects.get(pk=of.operation_id)
        operation.by = work.by
        counts = Counter(running.flat(of.counts))
        drafts = work.reader.read(rows)
        Customer.hold({one.values["customer"].pk for one in drafts if not one.is_refused})
        for draft in decide(drafts, {}, work.by):
            _add(draft, work.by, operation)
        running.count(drafts, counts)
        running.note(of, drafts)
        of.written_to, of.counts = rows[-1][0], dict(counts)
    else:
        of.state, of.finished_at = Import.State.DONE, timezone.now()
    of.save(update_fields=["counts", "written_to", "state", "finished_at"])
    if not rows:
        tell_import(of)
    return bool(rows)


def _add(draft: Draft, by: User, operation: Operation) -> None:
    """By the one verb; a rule that refuses says so at the row."""
    values: dict[str, Any] = dict(draft.values)
    if "probability" in values:
        values["probability"] = int(values["probability"])
    if values["stage"].is_open:
        values = {name: value for name, value in values.items() if name not in CLOSING}
    try:
        with transaction.atomic():
            tags = ensure_tags(draft.tags)
            draft.record_id = Opportunity.add(by=by, operation=operation, tags=tags, **values).pk
    except (RuleBroken, PermissionDenied) as refusal:
        draft.outcome = "refused"
        draft.refuse("rule", str(refusal))
