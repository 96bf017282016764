"""What hangs on an opportunity: product lines, parts of contacts, competitors, and its way through the stages."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Round
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keyuan.customers.models import Contact
from keyuan.opportunities.models.opportunity import Opportunity
from keyuan.opportunities.models.pipeline import Stage
from keyuan.opportunities.models.product import Product
from keyuan.org.models import User
from keyuan.records.history import Operation
from keyuan.records.options import choice, optional_choice


class OpportunityLine(models.Model):
    """One product of one opportunity. The subtotal is worked out by the database as `amounts.subtotal` does it."""

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="lines", db_index=False)
    product = models.ForeignKey(Product, models.PROTECT, verbose_name=_("Product"), related_name="+")
    position = models.PositiveIntegerField(default=0)
    price = models.DecimalField(_("Price"), max_digits=16, decimal_places=2)
    quantity = models.DecimalField(_("Quantity"), max_digits=12, decimal_places=3)
    discount = models.DecimalField(_("Discount in per cent"), max_digits=5, decimal_places=2, default=0)
    subtotal = models.GeneratedField(
        expression=Round(F("price") * F("quantity") * (Value(100) - F("discount")) / Value(100), 2),
        output_field=models.DecimalField(max_digits=20, decimal_places=2),
        db_persist=True,
    )

    class Meta:
        db_table = "opportunity_line"
        ordering: ClassVar = ["position", "id"]
        indexes: ClassVar = [models.Index(fields=["opportunity", "position"], name="line_of_opportunity")]
        constraints: ClassVar = [
            models.CheckConstraint(name="line_price_is_not_negative", condition=Q(price__gte=0)),
            models.CheckConstraint(name="line_quantity_is_positive", condition=Q(quantity__gt=0)),
            models.CheckConstraint(
                name="line_discount_is_a_percentage", condition=Q(discount__gte=0, discount__lte=100)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} × {self.quantity}"


class OpportunityPart(models.Model):
    """The part that a contact has in this deal. Who belongs to the deal stands in `Opportunity.contacts`."""

    class Stance(models.TextChoices):
        FOR = "for", pgettext_lazy("stance", "In favour")
        NEUTRAL = "neutral", pgettext_lazy("stance", "Neutral")
        AGAINST = "against", pgettext_lazy("stance", "Against")

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="parts", db_index=False)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="+", db_index=True)
    role = optional_choice("deal_role", pgettext_lazy("deal", "Part"))
    stance = models.CharField(_("Stance"), max_length=10, choices=Stance, blank=True)

    class Meta:
        db_table = "opportunity_part"
        constraints: ClassVar = [
            models.UniqueConstraint("opportunity", "contact", name="a_contact_has_one_part_in_a_deal"),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id}: {self.role_id}"


class OpportunityCompetitor(models.Model):
    """A competitor on an opportunity (R4)."""

    class Threat(models.TextChoices):
        HIGH = "high", pgettext_lazy("threat", "High")
        MEDIUM = "medium", pgettext_lazy("threat", "Medium")
        LOW = "low", pgettext_lazy("threat", "Low")

    class Result(models.TextChoices):
        OPEN = "", pgettext_lazy("competitor", "Still in")
        OUT = "out", pgettext_lazy("competitor", "Out")
        WON = "won", pgettext_lazy("competitor", "Won against us")

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="competitors", db_index=False)
    competitor = choice("competitor", _("Competitor"))
    threat = models.CharField(_("Threat"), max_length=10, choices=Threat, blank=True)
    price = models.DecimalField(_("Their price"), max_digits=16, decimal_places=2, null=True, blank=True)
    strengths = models.CharField(_("Strengths"), max_length=500, blank=True)
    weaknesses = models.CharField(_("Weaknesses"), max_length=500, blank=True)
    answer = models.CharField(_("Our answer"), max_length=500, blank=True)
    result = models.CharField(pgettext_lazy("competitor", "Result"), max_length=10, choices=Result, blank=True)

    class Meta:
        db_table = "opportunity_competitor"
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint("opportunity", "competitor", name="a_competitor_stands_once_on_a_deal"),
        ]

    def __str__(self) -> str:
        return str(self.competitor)


class StageMove(models.Model):
    """One step through the stages: who, when, from, to, how long it had been there, amount and probability then (R1).

    Attributes:
        from_stage: None for the beginning.
        seconds: since the step before; 0 for the beginning.
        undoes: the step that this one takes back; both count nowhere.
    """

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="moves", db_index=False)
    from_stage = models.ForeignKey(Stage, models.PROTECT, null=True, related_name="+", db_index=False)
    to_stage = models.ForeignKey(Stage, models.PROTECT, related_name="+", db_index=False)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    operation = models.ForeignKey(Operation, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(default=timezone.now)
    seconds = models.BigIntegerField(default=0)
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    probability = models.PositiveSmallIntegerField()
    undoes = models.OneToOneField("self", models.CASCADE, null=True, related_name="undone_by")
    is_undone = models.BooleanField(default=False)

    class Meta:
        db_table = "stage_move"
        ordering: ClassVar = ["at", "id"]
        indexes: ClassVar = [
            models.Index(fields=["opportunity", "at"], name="stage_move_of_opportunity"),
            models.Index(fields=["from_stage", "-at"], name="stage_move_left", condition=Q(is_undone=False)),
        ]

    def __str__(self) -> str:
        return f"{self.from_stage_id} → {self.to_stage_id}"

    @property
    def days(self) -> int:
        """Whole days in the stage that was left."""
        return self.seconds // 86_400
