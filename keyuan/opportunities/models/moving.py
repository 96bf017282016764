"""The way of an opportunity through its stages: one verb for every path, one line of history for every step (R1)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from keyuan.customers.models import Customer
from keyuan.opportunities.models.pipeline import Stage, hold_stages, no_longer_used
from keyuan.opportunities.rules import class_after_winning
from keyuan.org.administrators import require_administrator
from keyuan.org.models import User
from keyuan.records.errors import NotReady, RuleBroken, Stale
from keyuan.records.history import Change, Event, Operation
from keyuan.records.options import Option
from keyuan.records.undoing import Undone, compared, take_back

if TYPE_CHECKING:
    from keyuan.opportunities.models.line import StageMove

REQUIRABLE = ("amount", "expected_on", "products", "contacts", "source", "notes", "tags", "competitor")
"""Fields that a stage may require."""
UNDO_HOURS = 24
EVENTS = {"open": "moved", "won": "won", "lost": "lost"}
BEFORE = (
    "stage", "pipeline", "last_open_stage", "outcome", "closed_on", "reason", "competitor", "stage_since",
)  # fmt: skip
"""What a step changes, and its undoing brings back in any case; what came with it, unless somebody changed it since."""
STEPS = (*EVENTS.values(), "reopened", "move_undone")


def moves() -> Any:
    return apps.get_model("keyuan", "StageMove").objects


class Moving:
    """The verbs of an opportunity that change its stage."""

    def begin(self: Any, operation: Operation) -> None:
        """The first line: it stands where it began."""
        line_of(self, operation, self.stage_since).save()

    @transaction.atomic
    def move(
        self: Any,
        stage: Stage,
        *,
        by: User,
        version: int | None = None,
        operation: Operation | None = None,
        category: Any = None,
        **values: Any,
    ) -> Any:
        """Bring this opportunity into `stage`: the only way there is, for drag, bar, form, bulk, import and API.

        Args:
            version: the version that the person saw.
            category: the class that the customer gets when the deal is won, in the place of the rule's.
            values: what the step asked for: fields of the opportunity; for a won one `amount` and `closed_on`, for a
                lost one `reason` and `competitor`.

        Raises:
            NotAllowed: also where it is closed and `by` may not reopen.
            Stale: somebody else has changed it.
            NotReady: something that the stage requires is missing.
            RuleBroken: a stage may not be skipped, or nothing leads back.
        """
        locked = self.lock()
        locked.require(by, "edit" if locked.is_open else "reopen")
        if version is not None and version != locked.version:
            raise Stale(locked)
        if stage.pk == locked.stage_id:
            return self
        if not hold_stages([stage]):
            raise no_longer_used(stage)
        stage = Stage.objects.select_related("pipeline").get(pk=stage.pk)
        self.check_step(locked, stage, values)
        operation = operation or Operation.begin(f"opportunity.{event_of(locked, stage)}", by=by)
        self.take_step(locked, stage, values, operation)
        if stage.kind == Stage.Kind.WON:
            _raise_class(locked.customer_id, category, operation)
        self.refresh_from_db()
        return self

    def win(self: Any, *, by: User, amount: Any = None, closed_on: Any = None, **options: Any) -> Any:
        """Closed as a success, with the actual amount and day (R2)."""
        values = {"amount": amount, "closed_on": closed_on}
        given = {name: value for name, value in values.items() if value is not None}
        return self.move(self.last_stage("won"), by=by, **given, **options)

    def lose(self: Any, *, by: User, reason: Any, competitor: Any = None, **options: Any) -> Any:
        """Closed without success, with the reason (R2)."""
        return self.move(self.last_stage("lost"), by=by, reason=reason, competitor=competitor, **options)

    def reopen(self: Any, *, by: User, version: int | None = None) -> Any:
        """Back into the stage where it was before it was closed; a right of its own."""
        if self.lock().is_open:
            raise RuleBroken(_("This opportunity is open already."))
        stage = self.last_open_stage
        if stage.is_retired:
            stage = self.pipeline.stages.filter(kind="open", is_retired=False).last()
        return self.move(stage, by=by, version=version)

    def last_stage(self: Any, kind: str) -> Stage:
        return self.pipeline.stages.get(kind=kind, is_retired=False)

    # Rules

    def check_step(self: Any, locked: Any, stage: Stage, values: dict[str, Any]) -> None:
        """Raises RuleBroken with the reason why this step can't be done."""
        if stage.pipeline_id == locked.pipeline_id and stage.is_open:
            _check_order(locked.last_open_stage if not locked.is_open else locked.stage, stage)
        self.check_contacts(locked, values)
        if missing := _missing(locked, stage, values):
            raise NotReady(_sentence(stage, missing), missing)
        if stage.required_activity_id and stage.required_activity_id not in locked.followed_kinds:
            said = _("“%(stage)s” needs a follow-up of the kind “%(kind)s” on this opportunity first.")
            raise NotReady(said % {"stage": stage, "kind": stage.required_activity}, [])

    def take_step(self: Any, locked: Any, stage: Stage, values: dict[str, Any], operation: Operation) -> None:
        """Write the step: the row, its history, its line."""
        now = timezone.now()
        fields = fields_of_step(locked, stage, values, now)
        tags = fields.pop("tags", None)
        rows = type(self).rows.filter(pk=self.pk)
        rows.change(by=operation.by, operation=operation, event=event_of(locked, stage), **fields)
        if tags is not None:
            locked.retag(tags, operation=operation)
        after = rows.get()
        if "products" in fields:
            after.follow_products(fields, operation)
        line_of(after, operation, now, (locked.stage_id, locked.stage_since)).save()

    @transaction.atomic
    def undo_move(self: Any, *, by: User) -> Any:
        """Take the last step back, within a day, as long as nothing has changed since.

        Raises:
            NotAllowed, RuleBroken.
        """
        locked = self.lock()
        locked.require(by, "edit" if locked.is_open else "view")
        last = (
            moves()
            .filter(opportunity=self)
            .select_related("from_stage", "to_stage", "operation")
            .order_by("-pk")
            .first()
        )
        _check_undo(locked, last, by)
        if not hold_stages([last.from_stage]):
            raise no_longer_used(last.from_stage)
        before = _values_before(last, locked)
        operation = Operation.begin("opportunity.move_undone", by=by)
        type(self).rows.filter(pk=self.pk).change(by=by, operation=operation, event="move_undone", **before)
        take_back(last.operation, Customer, operation, Undone(), [self.customer_id])  # the class that a won deal gave
        self.refresh_from_db()
        moves().filter(pk=last.pk).update(is_undone=True)
        moves().create(
            opportunity=self,
            from_stage=last.to_stage,
            to_stage=last.from_stage,
            by=by,
            operation=operation,
            seconds=max(0, int((timezone.now() - last.at).total_seconds())),
            amount=self.amount,
            probability=self.probability,
            undoes=last,
            is_undone=True,
        )
        return self


def line_of(after: Any, operation: Operation, at: Any, before: tuple[int, Any] | None = None) -> StageMove:
    """One line of the way through the stages, not yet saved.

    Args:
        after: the opportunity where it has arrived.
        before: the stage where it was, and since when; None for the beginning.
    """
    left, since = before or (None, at)
    return moves().model(
        opportunity_id=after.pk,
        from_stage_id=left,
        to_stage_id=after.stage_id,
        by_id=operation.by_id,
        operation_id=operation.pk,
        at=at,
        seconds=max(0, int((at - since).total_seconds())),
        amount=after.amount,
        probability=after.probability,
    )


def fields_of_step(locked: Any, stage: Stage, values: dict[str, Any], at: Any) -> dict[str, Any]:
    """What a step changes: what was asked for, and what follows from the stage.

    Raises:
        RuleBroken: the day of closing lies ahead.
    """
    fields = values | _after(locked, stage, values) | {"stage": stage, "stage_since": at}
    return fields | ({"pipeline": stage.pipeline} if stage.pipeline_id != locked.pipeline_id else {})


def event_of(before: Any, stage: Stage) -> str:
    """The word of a step in history."""
    return "reopened" if not before.is_open and stage.is_open else EVENTS[stage.kind]


def _check_order(now: Stage, stage: Stage) -> None:
    if stage.position < now.position and not now.may_go_back:
        raise RuleBroken(_("Nothing leads back from “%(stage)s”.") % {"stage": now})
    between = {"position__gt": now.position, "position__lt": stage.position, "kind": "open", "is_retired": False}
    skipped = stage.pipeline.stages.filter(may_skip=False, **between).first()
    if skipped is not None:
        raise RuleBroken(_("“%(stage)s” can't be skipped. Move there first.") % {"stage": skipped})


def needed_fields(stage: Stage) -> list[str]:
    """Names of the fields that have to be filled in before something stands in this stage."""
    needed = [name for name in stage.required_fields if name in REQUIRABLE]
    return list(dict.fromkeys([*needed, "reason"] if stage.kind == Stage.Kind.LOST else needed))


def is_filled(record: Any, name: str) -> bool:
    """Whether this field of an opportunity holds something."""
    return not _is_blank(name, _held(record, name))


def _missing(record: Any, stage: Stage, values: dict[str, Any]) -> list[str]:
    """Names of the fields that the step needs and that are empty, on the record and in what came with it."""
    return [name for name in needed_fields(stage) if _is_blank(name, _given(record, values, name))]


def _given(record: Any, values: dict[str, Any], name: str) -> Any:
    return values[name] if name in values else _held(record, name)


def _held(record: Any, name: str) -> Any:
    return record.tags.exists() if name == "tags" else getattr(record, record._meta.get_field(name).attname)


def _is_blank(name: str, value: Any) -> bool:
    return value in (None, "", [], False) or (name == "amount" and not value)


def _sentence(stage: Stage, missing: list[str]) -> str:
    model: Any = apps.get_model("keyuan", "Opportunity")
    labels = _(", ").join(str(model._meta.get_field(name).verbose_name) for name in missing)
    return _("“%(stage)s” needs these fields first: %(fields)s.") % {"stage": stage, "fields": labels}


def _after(locked: Any, stage: Stage, values: dict[str, Any]) -> dict[str, Any]:
    """What follows from the stage itself."""
    fields: dict[str, Any] = {"outcome": stage.kind}
    if "amount" in values and values["amount"] != locked.amount:
        fields["amount_is_manual"] = True
    if stage.is_open:
        follows = {} if locked.probability_is_manual and locked.is_open else {"probability": stage.probability}
        closed = {} if locked.is_open else {"closed_on": None, "reason": None, "competitor": None}
        return fields | follows | closed | {"last_open_stage": stage, **_by_hand(locked, values)}
    day = values.get("closed_on") or timezone.localdate()
    if day > timezone.localdate():
        raise RuleBroken(_("The day of closing can't lie ahead."))
    lost = {} if stage.kind == Stage.Kind.LOST else {"reason": None, "competitor": None}
    return fields | lost | {"probability": stage.probability, "probability_is_manual": False, "closed_on": day}


def _by_hand(locked: Any, values: dict[str, Any]) -> dict[str, Any]:
    if "probability" in values:
        return {"probability": values["probability"], "probability_is_manual": True}
    return {} if locked.is_open else {"probability_is_manual": False}


def _raise_class(customer: int, chosen: Any, operation: Operation) -> None:
    """The customer of a won deal gets the class of the rule, unless another was chosen or it stands higher already."""
    row = Customer.rows.select_related("category").get(pk=customer)
    category = chosen or class_to_give(row.category, class_after_winning())
    if category is not None and row.category_id != category.pk:
        changes: dict[str, Any] = {"category": category, "category_since": timezone.now()}
        Customer.rows.filter(pk=customer).change(by=operation.by, operation=operation, **changes)


def class_to_give(now: Option, wanted: Option | None) -> Option | None:
    """The class of the rule for the customer of a won deal; None where it has that one or stands higher."""
    return wanted if wanted is not None and now.position < wanted.position else None


def _check_undo(locked: Any, last: StageMove | None, by: User) -> None:
    if last is None or last.from_stage is None or last.undoes_id or last.to_stage_id != locked.stage_id:
        raise RuleBroken(_("There is no step to take back; the opportunity has moved on since."))
    if last.by_id != by.pk and not locked.allows(by, "edit"):
        raise RuleBroken(_("Somebody else has taken this step."))
    if timezone.now() - last.at > timedelta(hours=UNDO_HOURS):
        raise RuleBroken(_("A step can be taken back for %(n)d hours.") % {"n": UNDO_HOURS})


def _values_before(last: StageMove, locked: Any) -> dict[str, Any]:
    """The values that the step changed, as they were, as far as nobody has changed them since."""
    events = Event.objects.filter(operation=last.operation_id, record_type="opportunity", record_id=locked.pk)
    change = Change.objects.get(event=events.filter(name__in=STEPS).latest("pk").pk)
    untouched, _changed = compared(locked, change)
    found = untouched | {name: change.before[name] for name in BEFORE if name in change.before}
    model = type(locked)
    return {name: model._meta.get_field(name).to_python(value) for name, value in found.items()}


CLEARED_AT_ONCE = 500


def clear_stage(stage: Stage, target: Stage, *, by: User, operation: Operation | None = None) -> int:
    """Bring all open opportunities of `stage`, those in the recycle bin too, into `target`; how many.

    An administrator's doing: rules of stages do not hold it up, and each gets the line of history of every step. In
    chunks that commit, so that it can be done again where it was interrupted.

    Raises:
        NotAllowed: `by` is no administrator.
        RuleBroken: `target` is no open stage in use.
    """
    require_administrator(by)
    if target.pk == stage.pk or not target.is_open or target.is_retired:
        raise RuleBroken(_("Choose another stage that is in use."))
    operation = operation or Operation.begin("stage.cleared", by=by)
    rows = apps.get_model("keyuan", "Opportunity").rows.filter(stage=stage, outcome="open")
    pks = list(rows.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(pks), CLEARED_AT_ONCE):
        with transaction.atomic():
            _clear_chunk(rows, pks[start : start + CLEARED_AT_ONCE], target, operation)
    return len(pks)


def _clear_chunk(rows: Any, pks: list[int], target: Stage, operation: Operation) -> None:
    if not hold_stages([target]):
        raise no_longer_used(target)
    chunk = rows.filter(pk__in=pks)
    Customer.hold(set(chunk.values_list("customer_id", flat=True)))
    before = {one.pk: one for one in chunk.select_for_update(of=("self",)).order_by("pk")}
    now = timezone.now()
    fields = {"stage": target, "last_open_stage": target, "pipeline": target.pipeline, "stage_since": now}
    alike = rows.model.rows.filter(pk__in=before)
    for by_hand in (True, False):
        odds = {} if by_hand else {"probability": target.probability}
        some = [pk for pk, one in before.items() if one.probability_is_manual == by_hand]
        rows.model.rows.filter(pk__in=some).change(
            by=operation.by, operation=operation, event="moved", **fields, **odds
        )
    were = {pk: (one.stage_id, one.stage_since) for pk, one in before.items()}
    moves().bulk_create(line_of(one, operation, now, were[one.pk]) for one in alike.order_by("pk"))
