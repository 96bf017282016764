"""What becomes of the rows of a sheet of opportunities: a chunk is added as one set, by the rules of the verb."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import DataError, IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from keyuan.exchange.drafts import Draft
from keyuan.exchange.problems import INFO, Problem
from keyuan.opportunities.models import Opportunity
from keyuan.opportunities.models.adding import New, add_each
from keyuan.org.models import User
from keyuan.records.errors import RuleBroken
from keyuan.records.history import Operation
from keyuan.records.kinds.choices import ensure_tags

Sign = tuple[int, str]


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


def add(drafts: Sequence[Draft], by: User, operation: Operation) -> None:
    """Add an opportunity for each of these; a rule that refuses says so at the row.

    Where the database refuses the set, each half is tried alone, so that only the rows that are to blame are refused.
    """
    if len(drafts) <= 1:
        for draft in drafts:
            add_one(draft, by, operation)
        return
    try:
        _add_set(drafts, by, operation)
    except (IntegrityError, DataError, ObjectDoesNotExist):
        half = len(drafts) // 2
        add(drafts[:half], by, operation)
        add(drafts[half:], by, operation)


def _add_set(drafts: Sequence[Draft], by: User, operation: Operation) -> None:
    rows = []
    for draft in drafts:
        values = _values(draft)
        rows.append(New(values.pop("customer"), values.pop("stage"), values, draft.tags))
    add_each(rows, by=by, operation=operation)
    for draft, row in zip(drafts, rows, strict=True):
        draft.record_id = row.pk
        if row.refusal is not None:
            _refuse(draft, "rule", str(row.refusal))


def add_one(draft: Draft, by: User, operation: Operation) -> None:
    """The same by the verb, for one row."""
    try:
        with transaction.atomic():
            tags = ensure_tags(draft.tags)
            draft.record_id = Opportunity.add(by=by, operation=operation, tags=tags, **_values(draft)).pk
            connection.check_constraints()
    except (RuleBroken, PermissionDenied) as refusal:
        _refuse(draft, "rule", str(refusal))
    except (IntegrityError, DataError, ObjectDoesNotExist):
        _refuse(draft, "meanwhile", _("Something that this row names was deleted meanwhile. Import the row again."))


def _values(draft: Draft) -> dict[str, Any]:
    odds = draft.values.get("probability")
    return draft.values | ({} if odds is None else {"probability": int(odds)})


def _refuse(draft: Draft, reason: str, sentence: str) -> None:
    draft.outcome, draft.record_id = "refused", None
    draft.refuse(reason, sentence)
