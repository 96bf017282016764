"""A plan: what somebody means to do, when, with whom (A2). Done, it becomes a follow-up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models, transaction
from django.db.models import F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keyuan.activities.models.deriving import derive_plans, push_dates, push_deal_facts
from keyuan.activities.models.follow_up import SEEN_WITH, FollowUp, check_deal
from keyuan.activities.models.series import PlanSeries
from keyuan.activities.telling import people_of, tell_cancelled, tell_changed, tell_invited
from keyuan.customers.models import Customer
from keyuan.leads.models import Lead
from keyuan.opportunities.models import Opportunity
from keyuan.org.models import User
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.models import Gate, Record, RecordQuerySet, within
from keyuan.records.options import choice
from keyuan.records.search_text import SearchText

LONGEST_DAYS = 62
"""No plan lasts longer, so that the calendar finds all that reach into a month by an index on their beginning."""


class PlanQuerySet(RecordQuerySet):
    def reached_by(self, user: User, operation: str) -> Self:
        """Plans are seen by those whose they are, who take part, and who see the customer; changed by the first."""
        if not user.may("plan", operation):
            return self.none()
        reach = user.reach("plan", operation)
        rows = self.filter(Q(customer=None) | Q(customer__deleted_at=None))
        rows = rows.filter(Q(lead=None) | Q(lead__deleted_at=None) | Q(customer__isnull=False))
        if reach.everything:
            return rows
        mine = within(reach) if reach else Q(pk__in=[])
        if operation in ("view", "export"):
            mine |= Q(participants__contains=[user.pk]) | _through(user, Customer, "customer")
            if user.reach("lead", SEEN_WITH):
                mine |= Q(lead__isnull=False) & _through(user, Lead, "lead")
        return rows.filter(mine)

    def arms(self, user: User, operation: str) -> list[Self]:
        return []

    def open(self) -> Self:
        return self.living().filter(state=Plan.State.OPEN)


def _through(user: User, model: Any, name: str) -> Q:
    """Asked row by row: the lists of plans are walked by an index, and few rows come that far."""
    seen = model.rows.reached_by(user, SEEN_WITH).filter(pk=OuterRef(name)).values(is_seen=Value(True))[:1]
    return Q(Subquery(seen, output_field=models.BooleanField()))


class Plan(Record):
    module = "plan"
    customer_column = "customer_id"

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("plan", "Open")
        DONE = "done", pgettext_lazy("plan", "Done")
        CANCELLED = "cancelled", pgettext_lazy("plan", "Cancelled")

    class Priority(models.TextChoices):
        HIGH = "high", pgettext_lazy("priority", "High")
        NORMAL = "normal", pgettext_lazy("priority", "Normal")
        LOW = "low", pgettext_lazy("priority", "Low")

    subject = models.CharField(_("Subject"), max_length=200)
    kind = choice("follow_up_kind", _("Kind of follow-up"))
    customer = models.ForeignKey(
        Customer,
        models.PROTECT,
        verbose_name=_("Customer"),
        related_name="+",
        db_index=False,
        null=True,
        blank=True,
    )
    opportunity = models.ForeignKey(
        Opportunity,
        models.SET_NULL,
        verbose_name=_("Opportunity"),
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    lead = models.ForeignKey(
        Lead, models.SET_NULL, verbose_name=_("Lead"), null=True, blank=True, related_name="+", db_index=False
    )
    contacts = ArrayField(models.BigIntegerField(), verbose_name=_("Contacts"), default=list, blank=True)
    participants = ArrayField(models.BigIntegerField(), verbose_name=_("Participants"), default=list, blank=True)
    starts_at = models.DateTimeField(_("Begins"), null=True, blank=True)
    ends_at = models.DateTimeField(_("Ends"), null=True, blank=True)
    is_all_day = models.BooleanField(_("All day"), default=False)
    place = models.CharField(pgettext_lazy("where", "Place"), max_length=200, blank=True)
    priority = models.CharField(_("Priority"), max_length=10, choices=Priority, default=Priority.NORMAL)
    notes = models.TextField(_("Notes"), max_length=10000, blank=True)
    reminders = ArrayField(models.IntegerField(), verbose_name=_("Reminders"), default=list, blank=True)
    state = models.CharField(_("State"), max_length=10, choices=State, default=State.OPEN)
    done_at = models.DateTimeField(_("Done at"), null=True, blank=True)
    follow_up = models.OneToOneField(
        FollowUp, models.SET_NULL, verbose_name=_("Follow-up"), null=True, blank=True, related_name="plan"
    )
    series = models.ForeignKey(
        PlanSeries, models.SET_NULL, null=True, blank=True, related_name="plans", editable=False, db_index=False
    )
    occurrence = models.DateTimeField(null=True, blank=True, editable=False)  # the slot that the rule gave it
    is_detached = models.BooleanField(default=False, editable=False)  # changed for itself, left alone by its series
    due_at = models.GeneratedField(
        expression=Coalesce("ends_at", "starts_at"),
        output_field=models.DateTimeField(_("Due"), null=True),
        db_persist=True,
        verbose_name=_("Due"),
    )

    rows: ClassVar[Any] = PlanQuerySet.as_manager()
    objects: ClassVar[Any] = Gate()

    class Meta(Record.Meta):
        db_table = "plan"
        verbose_name = _("plan")
        indexes: ClassVar = [
            models.Index(
                F("starts_at").desc(nulls_last=True), F("id").desc(), name="plan_by_start", condition=Q(deleted_at=None)
            ),
            models.Index(
                F("starts_at").asc(nulls_last=True),
                F("id").asc(),
                name="plan_by_start_up",
                condition=Q(deleted_at=None),
            ),
            models.Index(fields=["owner", "starts_at"], name="plan_of_owner", condition=Q(deleted_at=None)),
            models.Index(fields=["department", "starts_at"], name="plan_of_department", condition=Q(deleted_at=None)),
            models.Index(fields=["customer", "starts_at"], name="plan_of_customer", condition=Q(deleted_at=None)),
            models.Index(
                fields=["opportunity", "starts_at"],
                name="plan_of_opportunity",
                condition=Q(deleted_at=None, opportunity__isnull=False),
            ),
            models.Index(
                fields=["lead", "starts_at"], name="plan_of_lead", condition=Q(deleted_at=None, lead__isnull=False)
            ),
            models.Index(fields=["due_at"], name="plan_open_by_due", condition=Q(deleted_at=None, state="open")),
            models.Index(fields=["done_at"], name="plan_done", condition=Q(deleted_at=None, state="done")),
            GinIndex(fields=["participants"], name="plan_participants", condition=Q(deleted_at=None)),
            models.Index(fields=["deleted_at"], name="plan_deleted", condition=Q(deleted_at__isnull=False)),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="plan_has_a_subject", condition=~Q(subject="")),
            models.CheckConstraint(
                name="plan_ends_after_it_begins",
                condition=Q(ends_at=None) | Q(starts_at__isnull=False, ends_at__gte=F("starts_at")),
            ),
            models.CheckConstraint(name="plan_is_done_with_a_time", condition=Q(state="done") ^ Q(done_at=None)),
            models.CheckConstraint(
                name="an_all_day_plan_has_days", condition=Q(is_all_day=False) | Q(ends_at__isnull=False)
            ),
            models.UniqueConstraint(
                "series", "occurrence", condition=Q(series__isnull=False), name="a_series_fills_a_slot_once"
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    def lock(self) -> Self:
        """The customer first, as everybody does who writes about one: two who do it the other way round would stop."""
        Customer.hold([pk for pk in (self.customer_id,) if pk])
        return super().lock()

    @classmethod
    @transaction.atomic
    def add(cls, *, by: User, **values: Any) -> Self:
        """A new plan of `by`, or of whom they may plan for; who takes part is told."""
        if (deal := values.get("opportunity")) is not None:
            values["customer"] = values.get("customer") or deal.customer
            check_deal(values["customer"].pk, deal)
        plan = super().add(by=by, **values)
        tell_invited(plan, people_of(plan), by)
        return plan

    @transaction.atomic
    def edit(self, *, by: User, **changes: Any) -> Self:
        """As every record is edited; a plan that goes to another customer is no longer the next step of the first.

        Raises:
            NotAllowed, Stale.
        """
        customer = changes.get("customer")
        Customer.hold({pk for pk in (self.customer_id, customer and customer.pk) if pk})
        locked = self.lock()
        old = locked.customer_id
        before = (people_of(locked), locked.starts_at)
        if customer is not None and customer.pk != old and not customer.allows(by, SEEN_WITH):
            raise NotAllowed(_now("You may not plan for this customer."))
        changes |= deal_of(locked, changes)
        edited = super().edit(by=by, **changes)
        if old and old != edited.customer_id:
            push_dates({old})
        if locked.opportunity_id and locked.opportunity_id != edited.opportunity_id:
            push_deal_facts({locked.opportunity_id})
        if edited.is_open:
            tell_changed(edited, before, by)
        return edited

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    def is_overdue(self, now: datetime | None = None) -> bool:
        return self.is_open and self.due_at is not None and self.due_at < (now or timezone.now())

    def require_new(self, by: User) -> None:
        super().require_new(by)
        for about in (self.customer, self.lead):
            if about is not None and not about.allows(by, SEEN_WITH):
                raise NotAllowed(_now("You may not plan for this customer."))
        if self.customer is None and self.lead is not None and self.lead.state == Lead.State.CONVERTED:
            raise RuleBroken(_now("This lead has become a customer. Go on with the customer."))

    @transaction.atomic
    def complete(self, *, by: User, follow_up: FollowUp | None = None, at: datetime | None = None) -> Self:
        """Mark as done; with the follow-up that it became.

        Raises:
            NotAllowed, RuleBroken: it is not open.
        """
        if follow_up is not None and not _same(follow_up, self.lock()):
            raise RuleBroken(_now("This plan belongs to another customer now."))
        return self._settle(by, "completed", state=self.State.DONE, done_at=at or timezone.now(), follow_up=follow_up)

    @transaction.atomic
    def cancel(self, *, by: User) -> Self:
        """It will not happen.

        Raises:
            NotAllowed, RuleBroken: it is not open.
        """
        cancelled = self._settle(by, "cancelled", state=self.State.CANCELLED)
        tell_cancelled(cancelled, by)
        return cancelled

    def _settle(self, by: User, event: str, **fields: Any) -> Self:
        locked = self.lock()
        locked.require(by, "edit")
        if not locked.is_open:
            raise RuleBroken(_now("This plan is not open any more."))
        type(self).rows.filter(pk=self.pk).change(by=by, event=event, **fields)
        self.refresh_from_db()
        return self

    @transaction.atomic
    def reopen(self, *, by: User) -> Self:
        """Done or cancelled by mistake: open again. A follow-up that it became stays.

        Raises:
            NotAllowed, RuleBroken: it is open.
        """
        locked = self.lock()
        locked.require(by, "edit")
        if locked.is_open:
            raise RuleBroken(_now("This plan is open already."))
        fields: dict[str, Any] = {"state": self.State.OPEN, "done_at": None, "follow_up": None}
        type(self).rows.filter(pk=self.pk).change(by=by, event="reopened", **fields)
        self.refresh_from_db()
        return self

    def bin(self, operation: Any) -> None:
        super().bin(operation)
        derive_plans([self.pk], None)

    def unbin(self, operation: Any) -> None:
        super().unbin(operation)
        derive_plans([self.pk], None)

    @classmethod
    def derive(cls, pks: Sequence[int], fields: set[str] | None) -> None:
        derive_plans(pks, fields)


def _same(follow_up: FollowUp, plan: Plan) -> bool:
    if plan.customer_id is not None:  # a plan that came from a lead is one of the customer now
        return follow_up.customer_id == plan.customer_id
    return (follow_up.customer_id, follow_up.lead_id) == (None, plan.lead_id)


def deal_of(plan: Plan, changes: dict[str, Any]) -> dict[str, Any]:
    """A plan that goes to another customer leaves the opportunity behind, unless it is given one of theirs."""
    customer: Customer | None = changes.get("customer", plan.customer)
    owner = customer.pk if customer is not None else None
    if changes.get("opportunity") is not None:
        check_deal(owner, changes["opportunity"])
        return {}
    stays = plan.opportunity_id is None or owner == plan.customer_id
    return {} if stays else {"opportunity": None}


class PlanSearch(SearchText):
    class Meta:
        db_table = "plan_search"
        constraints: ClassVar = [
            models.UniqueConstraint("record_id", "kind", name="plan_search_once_per_kind"),
        ]
