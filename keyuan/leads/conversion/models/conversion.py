"""The row that a conversion leaves: what a lead became, and what has to be known to take it back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from keyuan.customers.models import Contact, Customer
from keyuan.opportunities.models import Opportunity
from keyuan.org.models import User
from keyuan.records.history import Operation


class LeadConversion(models.Model):
    """One conversion of one lead. The database lets a lead have one that holds.

    Attributes:
        state: how the lead stood before.
        made: modules of the records that were new.
        tags: those that a customer who existed got.
        files: those that moved to the customer.
        ended_at: when it was undone, or the lead revived.
    """

    lead = models.ForeignKey("Lead", models.CASCADE, related_name="+")
    customer = models.ForeignKey(Customer, models.SET_NULL, null=True, related_name="+", db_index=False)
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="+", db_index=False)
    opportunity = models.ForeignKey(Opportunity, models.SET_NULL, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    operation = models.ForeignKey(Operation, models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=10)
    made = ArrayField(models.CharField(max_length=20), default=list)
    tags = ArrayField(models.BigIntegerField(), default=list)
    files = ArrayField(models.UUIDField(), default=list)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        db_table = "lead_conversion"
        indexes: ClassVar = [
            models.Index(fields=[name], name=f"lead_conversion_{name}", condition=Q(**{f"{name}__isnull": False}))
            for name in ("customer", "contact", "opportunity")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint("lead", condition=Q(ended_at=None), name="a_lead_is_converted_once"),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id} → {self.customer_id}"

    def results(self) -> Iterator[Any]:
        """The records that the lead became and that still exist, what hangs on others first."""
        yield from (one for one in (self.opportunity, self.contact, self.customer) if one is not None)

    def made_now(self) -> Iterator[Any]:
        """Those of them that were new."""
        return (one for one in self.results() if one.module in self.made)

    @property
    def lost_its_customer(self) -> bool:
        """Whether the customer lies in the recycle bin, or is gone for good."""
        return self.customer is None or self.customer.deleted_at is not None
