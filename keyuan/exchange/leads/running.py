"""How the rows of a sheet of leads become leads (see exchange/rowwise.py)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_lazy

from keyuan.exchange.drafts import Draft
from keyuan.exchange.leads.columns import targets_for
from keyuan.exchange.leads.duplicates import warn_of_known
from keyuan.exchange.leads.reading import NOBODY, Reader
from keyuan.exchange.rowwise import RowImport
from keyuan.leads.assignment.giving import distribute, tell_given
from keyuan.leads.models import Lead
from keyuan.leads.models.standing import State
from keyuan.org.models import User
from keyuan.records.errors import RuleBroken
from keyuan.records.history import Operation
from keyuan.records.kinds.choices import ensure_tags
from keyuan.records.text import sort_name

SAME = ("company", "name", "mobile", "phone", "email")
"""The fields in which two rows of one lead agree."""
Sign = tuple[str, ...]


def sign_of(draft: Draft) -> Sign:
    """By which two rows are one lead: all that says who it is."""
    return tuple(draft.values.get(name, "") for name in SAME)


def existing(drafts: Sequence[Draft], by: User) -> dict[Sign, int]:
    """Those of these leads that are there already, as far as the person sees them, in one query by an index.

    What a row may be the same as otherwise is said at the row.
    """
    if not drafts:
        return {}
    warn_of_known(drafts)
    names = {sort_name(draft.values.get("company") or draft.values["name"]) for draft in drafts}
    rows = Lead.objects.visible_to(by).filter(sort_name__in=names).order_by("-pk")
    return {tuple(sign): pk for pk, *sign in rows.values_list("pk", *SAME)}


def _add(draft: Draft, by: User, operation: Operation) -> None:
    """By the verbs of the record; a rule that refuses says so at the row."""
    values: dict[str, Any] = dict(draft.values)
    state, reason = values.pop("state", State.NEW), values.pop("invalid_reason", None)
    if values.get("owner") is NOBODY:
        values["owner"] = None
    if "score" in values:
        values["score"] = int(values["score"])
    try:
        with transaction.atomic():
            tags = ensure_tags(draft.tags)
            lead = Lead.add(by=by, operation=operation, tags=tags, finds_owner=False, **values)
            _bring(lead, state, reason, by, operation)
            draft.record_id = lead.pk
    except (RuleBroken, PermissionDenied) as refusal:
        draft.outcome = "refused"
        draft.refuse("rule", str(refusal))


def _bring(lead: Lead, state: str, reason: Any, by: User, operation: Operation) -> None:
    """Into the state that the sheet tells, by the verb that leads there."""
    if state == State.WORKING:
        lead.start(by=by, operation=operation)
    elif state == State.VALID:
        lead.qualify(by=by, operation=operation)
    elif state == State.INVALID:
        lead.disqualify(by=by, reason=reason, operation=operation)


LEADS = RowImport(
    "lead",
    gettext_lazy("You may not import leads."),
    targets_for,
    Reader,
    sign_of,
    existing,
    gettext_lazy("This lead is there already."),
    _add,
    together=lambda pks, operation: distribute(pks, operation=operation, tells=False),
    ended=tell_given,
)
