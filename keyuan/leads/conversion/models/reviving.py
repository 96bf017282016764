"""The ways back from a conversion: undo while nothing has come of it, revival where the customer is gone (E10)."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from keyuan.leads.conversion.along import ALONG
from keyuan.leads.conversion.models.conversion import LeadConversion
from keyuan.leads.models.standing import UNDO
from keyuan.org.models import User
from keyuan.records.attachments.models import bring_back
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.history import Event, Operation
from keyuan.records.models import NOT_YOURS
from keyuan.records.undoing import Undone, take_back

SEEN = ("shown",)
"""Events by which nothing changes."""


class Reviving:
    """The verbs of a lead that becomes one again."""

    @property
    def conversion(self: Any) -> LeadConversion | None:
        """The conversion that holds; None for a lead that is none or was made one again."""
        rows = LeadConversion.objects.select_related("customer", "contact", "opportunity")
        return rows.filter(lead=self.pk, ended_at=None).first()

    def may_come_back(self: Any, user: User) -> bool:
        """Whether `user` may make this converted lead a lead again: who could edit it, were it not converted."""
        return type(self).rows.living().revivable_by(user).filter(pk=self.pk).exists()

    @transaction.atomic
    def undo_conversion(self: Any, *, by: User) -> Any:
        """Take the conversion back, within a day, as long as nobody has worked with what came of it.

        Raises:
            NotAllowed.
            RuleBroken: somebody else did it, it is too late, or something was changed since.
        """
        locked, kept = self._converted(by)
        if kept.by_id != by.pk:
            raise RuleBroken(_("Somebody else has taken this step."))
        if timezone.now() - kept.at > UNDO:
            raise RuleBroken(_("It is too late to undo this."))
        if went_on(kept):
            raise RuleBroken(_("Somebody has worked with the customer since, so the conversion stays."))
        operation = Operation.begin("lead.conversion_undone", by=by)
        _part(locked, kept, operation)
        for one in kept.results():
            if one.module in kept.made:
                one.bin(operation)
            else:
                take_back(kept.operation, type(one), operation, Undone(), only=[one.pk])
        take_back(kept.operation, type(self), operation, Undone(), only=[self.pk])
        self.refresh_from_db()
        return self

    @transaction.atomic
    def revive(self: Any, *, by: User) -> Any:
        """A lead whose customer was deleted is a lead again, as it stood before, with what came from it.

        The customer may be restored afterwards; it no longer has to do with this lead then.

        Raises:
            NotAllowed.
            RuleBroken: it is not converted, or its customer is there.
        """
        locked, kept = self._converted(by)
        if not kept.lost_its_customer:
            raise RuleBroken(_("The customer of this lead is there. Delete it first to work on the lead again."))
        operation = Operation.begin("lead.revived", by=by)
        _part(locked, kept, operation)
        fields: dict[str, Any] = dict.fromkeys(("converted_customer", "converted_contact", "converted_opportunity"))
        fields |= {"converted_at": None, "converted_by": None, "state": kept.state}
        type(self).rows.filter(pk=self.pk).change(by=by, operation=operation, event="revived", **fields)
        self.refresh_from_db()
        return self

    def _converted(self: Any, by: User) -> tuple[Any, LeadConversion]:
        """This lead and its conversion, locked, the customer first."""
        before = self.conversion
        if before is not None and before.customer is not None:
            type(before.customer).hold([before.customer.pk])
        locked = self.lock()
        kept = locked.conversion
        if kept is None:
            raise RuleBroken(_("This lead has not become a customer."))
        if not locked.may_come_back(by):
            raise NotAllowed(NOT_YOURS)
        return locked, kept


def _part(lead: Any, kept: LeadConversion, operation: Operation) -> None:
    """What came from the lead hangs on it again, and the conversion holds no longer."""
    if kept.customer is not None:
        for one in ALONG:
            one.back(lead, kept.customer, operation)
        bring_back(kept.files, kept.customer, lead, operation)
        if kept.tags:
            left = kept.customer.tags.exclude(pk__in=kept.tags)
            kept.customer.retag(left, operation=operation)
    LeadConversion.objects.filter(pk=kept.pk).update(ended_at=operation.at, ended_by=operation.by)


def went_on(kept: LeadConversion) -> bool:
    """Whether something has happened with what came of it since."""
    whose = Q(pk__in=[])
    for one in kept.made_now():
        whose |= Q(record_type=one.module, record_id=one.pk)
        if one.module == "customer":
            whose |= Q(customer_id=one.pk)
    events = Event.objects.filter(whose, at__gte=kept.at).exclude(operation=kept.operation)
    return events.exclude(name__in=SEEN).exists()
