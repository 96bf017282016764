"""Many new opportunities at once, by COPY and set statements: each as `Opportunity.add` leaves it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, models, transaction
from django.utils import timezone

from keyuan.customers.models import Customer
from keyuan.opportunities.models.beginning import Known, Start, start_of
from keyuan.opportunities.models.deriving import push_deals, text_of
from keyuan.opportunities.models.lining import picture
from keyuan.opportunities.models.moving import class_to_give, event_of, fields_of_step, line_of
from keyuan.opportunities.models.opportunity import SEEN_WITH, Opportunity, OpportunitySearch, OpportunityTag
from keyuan.opportunities.models.pipeline import Stage
from keyuan.opportunities.rules import class_after_winning
from keyuan.org.models import User
from keyuan.org.standing import departments_of
from keyuan.records.adding import (
    Happened,
    as_json,
    change_each,
    copy_created,
    copy_lines,
    copy_records,
    escaped,
    next_ids,
    write_history,
)
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.history import Event, Operation
from keyuan.records.kinds.choices import ensure_tags
from keyuan.records.models import NOT_YOURS
from keyuan.records.options import Tag
from keyuan.records.search_text import Kind
from keyuan.records.text import sort_name


@dataclass
class New:
    """An opportunity that is to be added.

    Attributes:
        values: of its fields, and what closes it.
        pk: its id once it is added; where it is not, `refusal` says why.
    """

    customer: Customer
    stage: Stage
    values: dict[str, Any]
    tags: Sequence[Tag] = ()
    pk: int | None = None
    refusal: RuleBroken | PermissionDenied | None = None


@transaction.atomic
def add_each(rows: Sequence[New], *, by: User, operation: Operation) -> None:
    """Add those of these that the rules allow; the others are told why. Rules and traces are those of the verb.

    Raises:
        IntegrityError, DataError: one of them names something that is gone meanwhile; none was added.
    """
    Adding(by, operation).add(rows)
    connection.check_constraints()


@dataclass
class Made:
    """One that no rule refuses, as it is going to stand.

    Attributes:
        step: the fields that the step changes which closes it; empty for an open one.
        began: what history says of its beginning; `before` and `after` what it says of the step.
        event: the word of the step, `act` its operation.
    """

    new: New
    start: Start
    record: Opportunity
    step: dict[str, Any]
    event: str
    tags: list[int] = field(default_factory=list)
    moves: list[Any] = field(default_factory=list)
    began: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    act: Operation | None = None

    def begin(self, operation: Operation) -> None:
        """Its first lines of history."""
        self.began = self.record.snapshot(self.tags)
        self.moves.append(line_of(self.record, operation, self.record.stage_since))

    def close(self, act: Operation) -> None:
        """Take the step."""
        record, self.act = self.record, act
        left, before = (record.stage_id, record.stage_since), self._kept()
        self.step["stage_since"] = timezone.now()
        for name, value in self.step.items():
            setattr(record, name, value)
        record.version, record.updated_at = record.version + 1, record.stage_since
        after = self._kept()
        differing = [name for name in after if before[name] != after[name]]
        self.before, self.after = ({name: one[name] for name in differing} for one in (before, after))
        self.moves.append(line_of(record, act, record.stage_since, left))

    def _kept(self) -> dict[str, Any]:
        """What the step changes, as history keeps it: by field, times to the last digit."""
        values = {name: getattr(self.record, name) for name in self.step}
        return {
            name.removesuffix("_id"): value.isoformat() if isinstance(value, datetime) else value
            for name, value in values.items()
        }


def as_ids(values: dict[str, Any]) -> dict[str, Any]:
    """The same with the ids of other records in the place of these, which makes many instances much faster."""
    names = {name for name, value in values.items() if isinstance(value, models.Model)}
    return {f"{name}_id" if name in names else name: getattr(value, "pk", value) for name, value in values.items()}


@dataclass
class Adding:
    """One set of new opportunities."""

    by: User
    operation: Operation

    def add(self, rows: Sequence[New]) -> None:
        """Ask the rules, and write what they allow."""
        Customer.hold({row.customer.pk for row in rows})
        made = self._allowed(rows)
        if made:
            self._settle(made)
            self._write(made)

    def _allowed(self, rows: Sequence[New]) -> list[Made]:
        self.known = Known.about([(row.stage, row.values) for row in rows])
        customers = Customer.objects.allowed(self.by, SEEN_WITH).filter(pk__in={row.customer.pk for row in rows})
        self.seen = set(customers.values_list("pk", flat=True))
        self.departments = departments_of({row.values.get("owner", self.by).pk for row in rows})
        stages = Stage.objects.select_related("pipeline", "required_activity")
        self.stages: Mapping[int, Stage] = stages.in_bulk({row.stage.pk for row in rows})
        made = []
        for row, pk in zip(rows, next_ids(Opportunity, len(rows)), strict=True):
            try:
                made.append(self._made(row, pk))
            except (RuleBroken, PermissionDenied) as refusal:
                row.refusal = refusal
        return made

    def _made(self, row: New, pk: int) -> Made:
        start = start_of(row.customer, row.stage, row.values, None, self.known)
        values = Opportunity.belonging(self.by, start.values, self.departments.get)
        by = {"created_by_id": self.by.pk, "updated_by_id": self.by.pk}
        record = Opportunity(id=pk, **as_ids(values), **by)
        record.require_new(self.by, self.seen)
        record.sort_name = sort_name(record.name)
        step: dict[str, Any] = {}
        stage = self.stages.get(row.stage.pk, row.stage)
        if start.closes:
            if not record.is_within(self.by, "edit"):  # as `move` asks once it is saved
                raise NotAllowed(NOT_YOURS)
            record.check_step(record, stage, start.closing | {"tags": row.tags})
            step = as_ids(fields_of_step(record, stage, start.closing, record.stage_since))
        row.pk = pk
        return Made(row, start, record, step, event_of(record, stage))

    def _settle(self, made: Sequence[Made]) -> None:
        """Let each begin, and close those that are closed, each by an operation of its own."""
        _tag(made)
        self.at = timezone.now()
        for one in made:
            one.begin(self.operation)
        closed = [one for one in made if one.step]
        acts = Operation.begin_each([f"opportunity.{one.event}" for one in closed], by=self.by)
        for one, act in zip(closed, acts, strict=True):
            one.close(act)

    # Writing

    def _write(self, made: Sequence[Made]) -> None:
        records = [one.record for one in made]
        copy_records(records)
        copy_records([OpportunityTag(opportunity_id=one.record.pk, tag_id=tag) for one in made for tag in one.tags])
        texts = [(one.pk, text_of(one)) for one in records]
        lines = [f"{pk}\t{Kind.TEXT.value}\t{escaped(text)}" for pk, text in texts if text]
        copy_lines(OpportunitySearch, ("record_id", "kind", "body"), lines)
        self._tell_beginnings(made)
        self._write_lines([one for one in made if one.start.lines])
        copy_records([line for one in made for line in one.moves])
        self._tell_steps([one for one in made if one.step])
        push_deals({one.customer_id for one in records})

    def _tell_beginnings(self, made: Sequence[Made]) -> None:
        events, changes = [], []
        for one, event in zip(made, next_ids(Event, len(made)), strict=True):
            events.append(f"{event}\t{one.record.pk}\t{one.record.customer_id}\t{{}}")
            changes.append(f"{event}\t{escaped(as_json(one.began))}")
        copy_created(Opportunity, events, changes, operation=self.operation, at=self.at)

    def _write_lines(self, made: Sequence[Made]) -> None:
        copy_records([row for one in made for row in one.record.rows_of(one.start.lines)])
        pictures = [(one.record, {"lines": [picture(line) for line in one.start.lines]}) for one in made]
        happened: list[Happened] = [(one.pk, one.customer_id, {"lines": []}, after) for one, after in pictures]
        write_history(Opportunity, "lines_changed", happened, self.operation)

    def _tell_steps(self, closed: Sequence[Made]) -> None:
        acts = {one.record.pk: one.act for one in closed if one.act is not None}
        for event in dict.fromkeys(one.event for one in closed):
            some = [one for one in closed if one.event == event]
            happened = [(one.record.pk, one.record.customer_id, one.before, one.after) for one in some]
            write_history(Opportunity, event, happened, self.operation, operations=acts)
        winners: dict[int, Operation] = {}
        for one in closed:
            if one.record.outcome == Opportunity.Outcome.WON:
                winners.setdefault(one.record.customer_id, acts[one.record.pk])
        raise_classes(winners, self.operation)


def _tag(made: Sequence[Made]) -> None:
    """Tags that are new are saved once."""
    fresh = {tag.key: tag for one in made for tag in one.new.tags if tag.pk is None}
    saved = {tag.key: tag.pk for tag in ensure_tags(list(fresh.values()))}
    for one in made:
        one.tags = sorted({tag.pk or saved[tag.key] for tag in one.new.tags})


def raise_classes(winners: Mapping[int, Operation], operation: Operation) -> None:
    """Give these customers the class of the rule, each by the operation of the first deal that it closed."""
    wanted = class_after_winning()
    rows = Customer.rows.select_related("category").filter(pk__in=winners) if wanted is not None and winners else ()
    raised = {row.pk: row for row in rows if class_to_give(row.category, wanted) is not None}
    if not raised or wanted is None:
        return
    since = timezone.now().isoformat()
    change_each(
        Customer,
        {pk: {"category": wanted.pk, "category_since": since} for pk in raised},
        {
            pk: {"category": one.category_id, "category_since": one.category_since.isoformat()}
            for pk, one in raised.items()
        },
        {pk: pk for pk in raised},
        operation=operation,
        operations=winners,
    )
    Customer.derive(sorted(raised), {"category", "category_since"})
