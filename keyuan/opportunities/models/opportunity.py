"""An opportunity: a deal that a customer may close with us (O1–O9)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Greatest, Round
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keyuan.campaigns.models import Campaign
from keyuan.customers.models import Customer
from keyuan.opportunities.models.beginning import CLOSING, Known, start_of
from keyuan.opportunities.models.deriving import derive_opportunities
from keyuan.opportunities.models.involving import Involving, check_contacts
from keyuan.opportunities.models.lining import Line, Lining
from keyuan.opportunities.models.moving import Moving
from keyuan.opportunities.models.pipeline import Pipeline, Stage
from keyuan.org.models import User
from keyuan.records.errors import NotAllowed
from keyuan.records.history import Operation
from keyuan.records.models import Gate, Record, RecordQuerySet, within
from keyuan.records.options import Tag, optional_choice
from keyuan.records.search_text import SearchText

SEEN_WITH = "view"
"""The operation on the customer that lets somebody see its opportunities, and add one."""


class OpportunityQuerySet(RecordQuerySet):
    def reached_by(self, user: User, operation: str) -> Self:
        """Opportunities are seen by those in whose reach they are, or their customer; changed by the first alone."""
        if not user.may("opportunity", operation):
            return self.none()
        rows = self.filter(customer_is_deleted=False)
        reach = user.reach("opportunity", operation)
        if reach.everything:
            return rows
        mine = within(reach) if reach else Q(pk__in=[])
        if operation in ("view", "export"):
            through = user.reach("customer", SEEN_WITH)
            if through.everything:
                return rows
            mine |= Q(customer_owner__in=sorted(through.owners)) if through.owners else Q()
            mine |= Q(customer_department__in=sorted(through.departments)) if through.departments else Q()
        return rows.filter(mine)

    def arms(self, user: User, operation: str) -> list[Self]:
        return []

    def open(self) -> Self:
        return self.living().filter(outcome=Opportunity.Outcome.OPEN)


class Opportunity(Moving, Lining, Involving, Record):
    module = "opportunity"
    customer_column = "customer_id"

    class Outcome(models.TextChoices):
        OPEN = "open", pgettext_lazy("opportunity", "Open")
        WON = "won", pgettext_lazy("opportunity", "Won")
        LOST = "lost", pgettext_lazy("opportunity", "Lost")

    name = models.CharField(_("Opportunity name"), max_length=200)
    customer = models.ForeignKey(Customer, models.PROTECT, verbose_name=_("Customer"), related_name="+", db_index=False)
    pipeline = models.ForeignKey(Pipeline, models.PROTECT, verbose_name=_("Pipeline"), related_name="+", db_index=False)
    stage = models.ForeignKey(
        Stage, models.PROTECT, verbose_name=pgettext_lazy("opportunity", "Stage"), related_name="+", db_index=False
    )
    last_open_stage = models.ForeignKey(  # where it stands or, once it is closed, stood
        Stage, models.PROTECT, related_name="+", db_index=False, editable=False
    )
    outcome = models.CharField(
        pgettext_lazy("opportunity", "Outcome"), max_length=10, choices=Outcome, default=Outcome.OPEN, editable=False
    )
    amount = models.DecimalField(_("Expected amount"), max_digits=16, decimal_places=2)
    amount_is_manual = models.BooleanField(_("Amount typed by hand"), default=True, editable=False)
    discount = models.DecimalField(_("Discount on the whole deal"), max_digits=5, decimal_places=2, default=0)
    reduction = models.DecimalField(_("Reduction of the total"), max_digits=16, decimal_places=2, default=0)
    probability = models.PositiveSmallIntegerField(pgettext_lazy("opportunity", "Probability"))
    probability_is_manual = models.BooleanField(_("Probability set by hand"), default=False, editable=False)
    weighted_amount = models.GeneratedField(
        expression=Round(F("amount") * F("probability") / Value(100), 2),
        output_field=models.DecimalField(_("Weighted amount"), max_digits=18, decimal_places=2),
        db_persist=True,
        verbose_name=_("Weighted amount"),
    )
    expected_on = models.DateField(_("Expected on"))
    slips = models.PositiveSmallIntegerField(_("Times postponed"), default=0, editable=False)
    closed_on = models.DateField(_("Closed on"), null=True, blank=True, editable=False)
    reason = optional_choice("opportunity_lost_reason", _("Reason for losing"))
    competitor = optional_choice("competitor", _("Lost to"))
    products = ArrayField(models.BigIntegerField(), verbose_name=_("Products and services"), default=list, blank=True)
    contacts = ArrayField(models.BigIntegerField(), verbose_name=_("Contacts"), default=list, blank=True)
    source = optional_choice("source", pgettext_lazy("opportunity", "Source"))
    campaign = models.ForeignKey(
        Campaign,
        models.PROTECT,
        verbose_name=_("Campaign"),
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    notes = models.TextField(_("Notes"), max_length=10000, blank=True)
    tags = models.ManyToManyField(Tag, verbose_name=_("Tags"), through="OpportunityTag", blank=True, related_name="+")

    stage_since = models.DateTimeField(_("In this stage since"), default=timezone.now, editable=False)
    last_followed_at = models.DateTimeField(_("Last follow-up"), null=True, editable=False)
    next_contact_at = models.DateTimeField(_("Next contact"), null=True, editable=False)
    followed_kinds = ArrayField(models.BigIntegerField(), default=list, editable=False)  # of effective follow-ups
    progressed_at = models.GeneratedField(
        expression=Greatest("stage_since", "last_followed_at"),
        output_field=models.DateTimeField(_("Last progress")),
        db_persist=True,
        verbose_name=_("Last progress"),
    )
    sort_name = models.CharField(max_length=60, blank=True, db_collation="C", editable=False)
    # Whose the customer is, and whether it is in the recycle bin: triggers keep these (docs/decisions/0018).
    customer_owner = models.BigIntegerField(null=True, editable=False)
    customer_department = models.BigIntegerField(null=True, editable=False)
    customer_is_deleted = models.BooleanField(default=False, editable=False, db_default=False)

    rows: ClassVar[Any] = OpportunityQuerySet.as_manager()
    objects: ClassVar[Any] = Gate()

    class Meta(Record.Meta):
        db_table = "opportunity"
        verbose_name = _("opportunity")
        indexes: ClassVar = [
            *(
                models.Index(
                    F(column).desc(), F("id").desc(), name=f"opportunity_by_{column}", condition=Q(deleted_at=None)
                )
                for column in ("updated_at", "created_at", "sort_name", "amount", "expected_on")
            ),
            models.Index(fields=["owner", "outcome"], name="opportunity_of_owner", condition=Q(deleted_at=None)),
            models.Index(
                fields=["department", "outcome"], name="opportunity_of_department", condition=Q(deleted_at=None)
            ),
            models.Index(fields=["customer"], name="opportunity_of_customer"),
            models.Index(
                "stage",
                F("expected_on").asc(),
                F("id").asc(),
                name="opportunity_in_stage",
                condition=Q(deleted_at=None, outcome="open"),
            ),
            models.Index(fields=["stage"], name="opportunity_stage"),
            models.Index(
                fields=["outcome", "closed_on"], name="opportunity_closed", condition=Q(closed_on__isnull=False)
            ),
            GinIndex(fields=["products"], name="opportunity_products"),
            models.Index(
                fields=["campaign", "-updated_at", "-id"],
                name="opportunity_of_campaign",
                condition=Q(campaign__isnull=False, deleted_at=None),
            ),
            models.Index(fields=["deleted_at"], name="opportunity_deleted", condition=Q(deleted_at__isnull=False)),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="opportunity_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(name="opportunity_amount_is_not_negative", condition=Q(amount__gte=0)),
            models.CheckConstraint(name="opportunity_probability_is_a_percentage", condition=Q(probability__lte=100)),
            models.CheckConstraint(
                name="opportunity_discount_is_a_percentage", condition=Q(discount__gte=0, discount__lte=100)
            ),
            models.CheckConstraint(name="opportunity_reduction_is_not_negative", condition=Q(reduction__gte=0)),
            models.CheckConstraint(
                name="an_opportunity_is_closed_on_a_day", condition=Q(outcome="open") ^ Q(closed_on__isnull=False)
            ),
            models.CheckConstraint(
                name="a_lost_opportunity_has_a_reason", condition=~Q(outcome="lost") | Q(reason__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    # Questions

    @property
    def number(self) -> str:
        """As people call it on the phone: SJ-2026-0142."""
        return f"SJ-{timezone.localtime(self.created_at):%Y}-{self.pk:04d}"

    @property
    def is_open(self) -> bool:
        return self.outcome == self.Outcome.OPEN

    @property
    def is_overdue(self) -> bool:
        return self.is_open and self.expected_on is not None and self.expected_on < timezone.localdate()

    @property
    def stagnant_days(self) -> int:
        """Whole days without a step forward or a follow-up that counts."""
        return max(0, (timezone.now() - self.progressed_at).days) if self.is_open else 0

    def stagnation(self, slow_days: int | None) -> str:
        """`slow` from the stage's limit on, `stuck` from twice of it; nothing while something is planned (R6)."""
        alive = self.next_contact_at is not None and self.next_contact_at >= timezone.now()
        if not slow_days or not self.is_open or alive or self.stagnant_days < slow_days:
            return ""
        return "stuck" if self.stagnant_days >= 2 * slow_days else "slow"

    # Verbs

    def require_new(self, by: User, seen: Collection[int] | None = None) -> None:
        """As of every record; and the customer is seen.

        Args:
            seen: ids of customers that `by` sees, where they were looked up for many at once.
        """
        super().require_new(by)
        if not (self.customer.allows(by, SEEN_WITH) if seen is None else self.customer_id in seen):
            raise NotAllowed(_now("You may not add opportunities to this customer."))

    def lock(self) -> Self:
        """The customer first, as everybody does who writes about one."""
        Customer.hold([self.customer_id])
        return super().lock()

    @classmethod
    @transaction.atomic
    def add(  # type: ignore[override]  # needs a customer and a stage
        cls, *, by: User, customer: Customer, stage: Stage, lines: Sequence[Line] | None = None, **values: Any
    ) -> Self:
        """A new opportunity; one that is won or lost already is opened and then closed, so that rules hold for it.

        Args:
            lines: its products with prices; None for one of each of `products`, as the catalogue prices it.

        Raises:
            NotAllowed, RuleBroken.
        """
        Customer.hold([customer.pk])
        operation = values.pop("operation", None)
        start = start_of(customer, stage, values, lines, Known.about([(stage, values)]))
        operation = operation or Operation.begin("opportunity.created", by=by)
        made = super().add(by=by, operation=operation, **start.values)
        made.write_lines(start.lines, operation)
        made.begin(operation)
        if start.closes:
            made.move(stage, by=by, **start.closing)
        return made

    @transaction.atomic
    def edit(self, *, by: User, **changes: Any) -> Self:
        """As every record is edited; a new stage is a step like every other, a later day is counted.

        Raises:
            NotAllowed, Stale, RuleBroken.
        """
        stage = changes.pop("stage", None)
        closing: dict[str, Any] = {name: changes.pop(name) for name in CLOSING if name in changes}
        changes.pop("pipeline", None)
        locked = self.lock()
        check_contacts(locked.customer_id, [one for one in changes.get("contacts") or () if one not in locked.contacts])
        moved = stage is not None and stage.pk != locked.stage_id
        changes |= locked.consequences(changes)
        if not moved:
            changes |= {} if locked.is_open else closing
        operation = changes.pop("operation", None) or Operation.begin("opportunity.edited", by=by)
        edited = super().edit(by=by, operation=operation, **changes)
        if "products" in changes:
            edited.follow_products(changes, operation)
        if moved:
            edited.move(stage, by=by, **closing)
        return edited

    @staticmethod
    def check_contacts(locked: Opportunity, values: dict[str, Any]) -> None:
        """Raises RuleBroken where somebody new is named who does not belong to the customer."""
        check_contacts(locked.customer_id, [pk for pk in values.get("contacts") or () if pk not in locked.contacts])

    def consequences(self, changes: dict[str, Any]) -> dict[str, Any]:
        """What else changes with these fields: how amount and probability came to be, and a day put off."""
        more: dict[str, Any] = {}
        if changes.get("expected_on") and self.is_open and changes["expected_on"] > self.expected_on:
            more["slips"] = self.slips + 1
        if "amount" in changes and changes["amount"] != self.amount:
            more.setdefault("amount_is_manual", changes.get("amount_is_manual", True))
        if "probability" in changes and "probability_is_manual" not in changes:
            more |= self._probability(changes["probability"])
        return more

    def _probability(self, given: int | None) -> dict[str, Any]:
        """A blank follows the stage again; another number than before is set by hand."""
        if given is None:
            return {"probability": self.stage.probability, "probability_is_manual": False}
        return {"probability_is_manual": True} if given != self.probability else {}

    def check_deletable(self) -> None:
        """Everything that hangs on it goes and comes back with it."""

    def bin(self, operation: Any) -> None:
        super().bin(operation)
        derive_opportunities([self.pk], None)

    def unbin(self, operation: Any) -> None:
        super().unbin(operation)
        derive_opportunities([self.pk], None)

    @classmethod
    def derive(cls, pks: Sequence[int], fields: set[str] | None) -> None:
        derive_opportunities(pks, fields)

    @classmethod
    def touched(cls, facts: Sequence[tuple[int, Any, Any, list[int]]]) -> None:
        """When these were followed up last and are contacted next, and how they were: (id, last, next, kinds) each.

        Facts that upper rooms push down. They are no history and raise no version.
        """
        for pk, last, following, kinds in facts:
            cls.rows.filter(pk=pk).update(last_followed_at=last, next_contact_at=following, followed_kinds=kinds)


class OpportunityTag(models.Model):
    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="+", db_index=False)
    tag = models.ForeignKey(Tag, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        db_table = "opportunity_tag"
        indexes: ClassVar = [models.Index(fields=["tag", "opportunity"], name="opportunity_tag_by_tag")]
        constraints: ClassVar = [models.UniqueConstraint("opportunity", "tag", name="an_opportunity_has_a_tag_once")]

    def __str__(self) -> str:
        return f"{self.opportunity_id}:{self.tag_id}"


class OpportunitySearch(SearchText):
    class Meta:
        db_table = "opportunity_search"
        constraints: ClassVar = [
            models.UniqueConstraint("record_id", "kind", name="opportunity_search_once_per_kind"),
        ]
