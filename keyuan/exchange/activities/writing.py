"""Writing follow-ups by COPY and set statements, with history, search text and the dates of their customers."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from keyuan.activities.models import FollowUp, FollowUpSearch
from keyuan.activities.models.deriving import push_dates, push_deal_facts, push_lead_dates
from keyuan.activities.rules import ActivityRules, activity_rules, why_not_effective
from keyuan.customers.models import Customer
from keyuan.exchange.activities.related import why_not_about
from keyuan.exchange.beside import COLUMNS
from keyuan.exchange.drafts import Draft
from keyuan.exchange.numbers import Supply
from keyuan.exchange.problems import INFO, Problem
from keyuan.exchange.shapes import TEXT, Layout, raw
from keyuan.leads.models import Lead
from keyuan.leads.models.standing import begin_all
from keyuan.org.models import User
from keyuan.records.adding import as_copied, as_json, copy_created, copy_lines, escaped
from keyuan.records.history import Event, Operation
from keyuan.records.text import normalise

STAMPS = ("updated_at", "created_by_id", "updated_by_id")
FILLED = (
    "customer", "lead", "opportunity", "author", "kind", "at", "minutes", "contacts", "content", "result",
    "next_contact_at", "place",
)  # fmt: skip

_EXISTING = """
    SELECT given.number, found.id
    FROM jsonb_to_recordset(%s::jsonb)
        AS given(number int, about bigint, author bigint, at timestamptz, content text)
    CROSS JOIN LATERAL (
        SELECT f.id FROM follow_up f
        WHERE f.{column} = given.about AND f.deleted_at IS NULL
            AND f.at >= given.at AND f.at < given.at + interval '1 second'
            AND f.author_id = given.author AND f.content = given.content
        LIMIT 1
    ) found
"""
"""A sheet tells seconds; what was written down here has parts of them."""

Sign = tuple[str, int, int, datetime, bytes]


@cache
def layout() -> Layout:
    return Layout(FollowUp, STAMPS)


def about_of(draft: Draft) -> Customer | Lead:
    """Whom it is about: the customer, else the lead."""
    found: Customer | Lead = draft.values.get("customer") or draft.values["lead"]
    return found


def sign_of(draft: Draft) -> Sign:
    """By which two rows are one follow-up: customer or lead, author, second, content."""
    values = draft.values
    content = hashlib.blake2b(values["content"].encode(), digest_size=16).digest()
    about = about_of(draft)
    return about.module, about.pk, values["author"].pk, values["at"].replace(microsecond=0), content


def decide(drafts: Sequence[Draft], seen: dict[Sign, int]) -> list[Draft]:
    """What becomes of these rows; those that are to be created.

    Args:
        seen: the rows before them that were to be created, with their numbers.
    """
    ready = [draft for draft in drafts if not draft.is_refused]
    there = existing(ready)
    creates = []
    for draft in drafts:
        draft.outcome = "refused"
    for draft in ready:
        sign = sign_of(draft)
        if draft.number in there:
            draft.record_id = there[draft.number]
            _skip(draft, "logged", _("This follow-up exists already."))
        elif sign in seen:
            _skip(draft, "again", _("Row %(number)d says the same.") % {"number": seen[sign]})
        else:
            seen[sign], draft.outcome = draft.number, "created"
            creates.append(draft)
    return creates


def _skip(draft: Draft, reason: str, text: str) -> None:
    draft.outcome = "skipped"
    draft.problems.append(Problem(INFO, reason, text))


def existing(drafts: Sequence[Draft]) -> dict[int, int]:
    """The follow-ups that are there already, by the number of the row that says the same."""
    found: dict[int, int] = {}
    for model in (Customer, Lead):
        given = [_given(draft) for draft in drafts if isinstance(about_of(draft), model)]
        if given:
            with connection.cursor() as cursor:
                cursor.execute(_EXISTING.format(column=f"{model.module}_id"), [as_json(given)])
                found |= dict(cursor.fetchall())
    return found


def _given(draft: Draft) -> dict[str, Any]:
    return {
        "number": draft.number,
        "about": about_of(draft).pk,
        "author": draft.values["author"].pk,
        "at": draft.values["at"].replace(microsecond=0),
        "content": draft.values["content"],
    }


@dataclass
class Writing:
    """What all rows of one import have in common.

    Attributes:
        of: the id of the import, which the events name.
    """

    by: User
    operation: Operation
    of: int
    rules: ActivityRules = field(default_factory=activity_rules)
    follow_ups: Supply = field(default_factory=lambda: Supply(FollowUp))
    events: Supply = field(default_factory=lambda: Supply(Event))

    def add(self, drafts: Sequence[Draft], at: datetime) -> None:
        """Add a follow-up for each of these; nobody is told of what happened elsewhere, and nothing is planned."""
        if not drafts:
            return
        self.follow_ups.provide(len(drafts))
        self.events.provide(len(drafts))
        lines, events, changes, texts = [], [], [], []
        for draft in drafts:
            pk, event = self.follow_ups.next(), self.events.next()
            draft.record_id = pk
            row = self._row(pk, draft, at)
            lines.append(layout().line(row))
            details = f'{{"import": {self.of}, "row": {draft.number}}}'
            events.append(f"{event}\t{pk}\t{as_copied(row.get('customer_id'))}\t{details}")
            changes.append(f"{event}\t{escaped(as_json(_picture(pk, draft)))}")
            if body := normalise(draft.values["content"]):
                texts.append(f"{pk}\t{TEXT}\t{escaped(body)}")
        same = {"updated_at": at, "created_by_id": self.by.pk, "updated_by_id": self.by.pk}
        copy_lines(FollowUp, layout().columns, lines, same)
        copy_created(FollowUp, events, changes, operation=self.operation, at=at)
        copy_lines(FollowUpSearch, COLUMNS, texts)
        self._push(drafts)

    def _push(self, drafts: Sequence[Draft]) -> None:
        """What follows for whom they are about; the work on new leads has begun."""
        named = {
            key: {one.values[key].pk for one in drafts if key in one.values}
            for key in ("customer", "lead", "opportunity")
        }
        push_dates(named["customer"])
        push_deal_facts(named["opportunity"])
        push_lead_dates(named["lead"])
        if named["lead"]:
            begin_all(Lead.rows.filter(pk__in=named["lead"]), by=self.by, operation=self.operation)

    def _row(self, pk: int, draft: Draft, at: datetime) -> dict[str, Any]:
        values = draft.values
        reasons = why_not_effective(
            self.rules,
            kind=values["kind"].key,
            content=values["content"],
            contacts=values.get("contacts"),
            result=values.get("result"),
        )
        row = layout().row(values) | {"id": pk, "is_effective": not reasons}
        row.setdefault("created_at", at)
        return row


def _picture(pk: int, draft: Draft) -> dict[str, Any]:
    """What history says of a new follow-up: what it begins with."""
    values = {name: raw(draft.values[name]) for name in FILLED if draft.values.get(name) not in (None, "", [])}
    return values | {"id": pk}


def hold_abouts(drafts: Sequence[Draft]) -> None:
    """Lock whom these rows are about, customers first; a lead that became one meanwhile takes no follow-up."""
    ready = [draft for draft in drafts if not draft.is_refused]
    if pks := {draft.values["customer"].pk for draft in ready if "customer" in draft.values}:
        Customer.hold(pks)
    leads = {draft.values["lead"].pk for draft in ready if "lead" in draft.values}
    states = dict(Lead.rows.select_for_update().filter(pk__in=leads).order_by("pk").values_list("pk", "state"))
    for draft in ready:
        if "lead" in draft.values:
            draft.values["lead"].state = states.get(draft.values["lead"].pk, Lead.State.CONVERTED)
            if sentence := why_not_about(draft):
                draft.refuse("lead", sentence)
