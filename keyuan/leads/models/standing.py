"""How a lead stands: one verb for every step, each with its line of history (E5, E6)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from keyuan.org.models import User
from keyuan.records.errors import NotReady, RuleBroken, Stale
from keyuan.records.history import Event, Operation
from keyuan.records.options import Option
from keyuan.records.undoing import Undone, take_back

UNDO = timedelta(hours=24)


class State(models.TextChoices):
    NEW = "new", pgettext_lazy("lead", "To follow up")
    WORKING = "working", pgettext_lazy("lead", "In progress")
    VALID = "valid", pgettext_lazy("lead", "Valid")
    INVALID = "invalid", pgettext_lazy("lead", "Invalid")
    CONVERTED = "converted", pgettext_lazy("lead", "Converted")


OPEN = (State.NEW, State.WORKING, State.VALID)
"""States in which something is still to be done."""
WAYS = {
    (State.NEW, State.WORKING): "start",
    (State.NEW, State.VALID): "qualify",
    (State.WORKING, State.VALID): "qualify",
    (State.INVALID, State.WORKING): "reopen",
    **{(one, State.INVALID): "disqualify" for one in OPEN},
}
"""The verb that leads from one state to another."""
STEPS = ("started", "qualified", "disqualified", "reopened")
"""The events of the verbs here."""


class Standing:
    """The verbs of a lead that change its state."""

    @transaction.atomic
    def start(self: Any, *, by: User, version: int | None = None, operation: Operation | None = None) -> Any:
        """Somebody has begun to work on it: with the first follow-up, or by hand.

        Raises:
            NotAllowed, Stale.
            RuleBroken: it is not new any more.
        """
        return self._step(State.WORKING, "started", (State.NEW,), by, version, operation)

    @transaction.atomic
    def begun(self: Any, *, by: User) -> None:
        """A follow-up was written: a new lead is worked on from now on, whoever may write follow-ups on it.

        Raises:
            RuleBroken: it is converted; follow-ups are written on the customer.
        """
        locked = self.lock()
        if locked.state == State.CONVERTED:
            raise RuleBroken(_("This lead has become a customer. Go on with the customer."))
        if locked.state == State.NEW:
            begin_all(type(self).rows.filter(pk=self.pk), by=by)

    @transaction.atomic
    def qualify(self: Any, *, by: User, version: int | None = None, operation: Operation | None = None) -> Any:
        """There is a need behind it.

        Raises:
            NotAllowed, Stale.
            RuleBroken: it is valid already, invalid or converted.
        """
        return self._step(State.VALID, "qualified", (State.NEW, State.WORKING), by, version, operation)

    @transaction.atomic
    def disqualify(
        self: Any,
        *,
        by: User,
        reason: Option | None,
        version: int | None = None,
        operation: Operation | None = None,
    ) -> Any:
        """There is nothing behind it, for a reason from the list (E6).

        Raises:
            NotAllowed, Stale.
            NotReady: without a reason.
            RuleBroken: it is invalid already, or converted.
        """
        if reason is None:
            raise NotReady(_("Choose why this lead is invalid."), ["invalid_reason"])
        return self._step(State.INVALID, "disqualified", OPEN, by, version, operation, invalid_reason=reason)

    @transaction.atomic
    def reopen(self: Any, *, by: User, version: int | None = None, operation: Operation | None = None) -> Any:
        """An invalid lead is worked on again; the reason stays in the history.

        Raises:
            NotAllowed, Stale.
            RuleBroken: it is not invalid.
        """
        return self._step(State.WORKING, "reopened", (State.INVALID,), by, version, operation, invalid_reason=None)

    @transaction.atomic
    def move(self: Any, state: State, *, by: User, version: int | None = None, reason: Option | None = None) -> Any:
        """Into another state, by the verb that leads there.

        Raises:
            NotAllowed, Stale.
            NotReady: without a reason, where one is asked for.
            RuleBroken: no verb leads there; the sentence says what does.
        """
        locked = self.lock()
        locked.require(by, "edit")
        if version is not None and version != locked.version:
            raise Stale(locked)
        verb = WAYS.get((State(locked.state), state))
        if verb is None:
            raise RuleBroken(_no_way(State(locked.state), state))
        given = {"reason": reason} if verb == "disqualify" else {}
        return getattr(self, verb)(by=by, version=version, **given)

    def _step(
        self: Any,
        state: State,
        event: str,
        origins: Collection[State],
        by: User,
        version: int | None,
        operation: Operation | None,
        **fields: Any,
    ) -> Any:
        locked = self.lock()
        locked.require(by, "edit")
        if version is not None and version != locked.version:
            raise Stale(locked)
        if locked.state not in origins:
            raise RuleBroken(_("This lead is “%(state)s” now.") % {"state": locked.get_state_display()})
        type(self).rows.filter(pk=self.pk).change(by=by, operation=operation, event=event, state=state, **fields)
        self.refresh_from_db()
        return self

    @transaction.atomic
    def undo_step(self: Any, *, by: User) -> Any:
        """Take the last step back, within a day, as long as the lead stands where it led.

        Raises:
            NotAllowed.
            RuleBroken: there is none, somebody else took it, or it is too late.
        """
        locked = self.lock()
        locked.require(by, "edit")
        last = self._last_step()
        if last is None or last.name not in STEPS:
            raise RuleBroken(_("There is no step to take back."))
        if last.by_id != by.pk:
            raise RuleBroken(_("Somebody else has taken this step."))
        if timezone.now() - last.at > UNDO:
            raise RuleBroken(_("It is too late to undo this."))
        operation = Operation.begin("lead.step_undone", by=by)
        take_back(last.operation, type(self), operation, Undone(), only=[self.pk])
        self.refresh_from_db()
        return self

    def _last_step(self: Any) -> Event | None:
        """The last event that changed the state, also the one that took a step back."""
        events = Event.objects.filter(record_type=self.module, record_id=self.pk, change__after__has_key="state")
        return events.select_related("operation").order_by("-pk").first()


def begin_all(leads: Any, *, by: User, operation: Operation | None = None) -> None:
    """Follow-ups were written on these locked leads: the new ones among them are worked on from now on."""
    leads.filter(state=State.NEW).change(by=by, operation=operation, event="started", state=State.WORKING)


def _no_way(now: State, state: State) -> str:
    """Why no verb leads from `now` to `state`, and what one does instead."""
    if state == State.NEW:
        return _("Somebody has begun to work on this lead. It does not become new again.")
    if state == State.CONVERTED:
        return _("Convert it to a customer, so that it stands here.")
    if now == State.INVALID:
        return _("Work on this lead again first.")
    return _("A valid lead is worked on already. Convert it, or mark it as invalid.")
