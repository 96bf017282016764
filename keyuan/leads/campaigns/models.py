"""Who was asked to a campaign, and what became of it (A8, T5)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keyuan.campaigns.models import Campaign
from keyuan.customers.models import Contact, Customer
from keyuan.leads.models import Lead
from keyuan.org.models import User
from keyuan.records.options import optional_choice

KINDS: dict[str, type[Any]] = {"customer": Customer, "contact": Contact, "lead": Lead}
"""What can be a member, by module, which is also the name of its column."""
LONGEST_RESULT = 500


def _one_of(model: type[Any]) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(model, models.CASCADE, null=True, blank=True, related_name="+", db_index=False)


class MemberQuerySet(models.QuerySet["CampaignMember"]):
    def seen_by(self, user: User, operation: str = "view") -> MemberQuerySet:
        """The members whose records are there and on which `user` may do `operation`."""
        seen = Q(pk__in=[])
        for kind, model in KINDS.items():
            if user.may(kind, operation):
                seen |= Q(**{f"{kind}__in": model.objects.allowed(user, operation).order_by().values("pk")})
        return self.filter(seen)

    def with_records(self) -> MemberQuerySet:
        return self.select_related("customer", "contact", "contact__customer", "lead")


class CampaignMember(models.Model):
    """One customer, contact or lead in one campaign."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="+", db_index=False)
    customer = _one_of(Customer)
    contact = _one_of(Contact)
    lead = _one_of(Lead)
    answer = optional_choice("campaign_answer", pgettext_lazy("campaign", "Answer"))
    result = models.CharField(pgettext_lazy("campaign", "Result"), max_length=LONGEST_RESULT, blank=True)
    added_at = models.DateTimeField(default=timezone.now, editable=False)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+", editable=False, db_index=False)

    objects = MemberQuerySet.as_manager()

    class Meta:
        db_table = "campaign_member"
        verbose_name = _("campaign member")
        indexes: ClassVar = [
            models.Index(fields=["campaign", "-id"], name="campaign_member_latest"),
            *(
                models.Index(fields=[kind], name=f"campaign_member_{kind}", condition=Q(**{f"{kind}__isnull": False}))
                for kind in ("customer", "contact", "lead")
            ),
        ]
        constraints: ClassVar = [
            *(
                models.UniqueConstraint(
                    "campaign", kind, name=f"a_{kind}_is_in_a_campaign_once", condition=Q(**{f"{kind}__isnull": False})
                )
                for kind in ("customer", "contact", "lead")
            ),
            models.CheckConstraint(
                name="a_member_of_a_campaign_is_one_record",
                condition=Q(customer__isnull=False, contact=None, lead=None)
                | Q(customer=None, contact__isnull=False, lead=None)
                | Q(customer=None, contact=None, lead__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.record)

    @property
    def kind(self) -> str:
        """The module of its record."""
        return next(kind for kind in KINDS if getattr(self, f"{kind}_id") is not None)

    @property
    def record(self) -> Any:
        return getattr(self, self.kind)
