"""A follow-up: what somebody did with a customer, written down by them (A1)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keyuan.activities.models.deriving import derive_follow_ups, push_deal_facts
from keyuan.activities.rules import edit_hours
from keyuan.customers.models import Contact, Customer
from keyuan.leads.models import Lead
from keyuan.opportunities.models import Opportunity
from keyuan.org.models import User
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.models import Gate, Record, RecordQuerySet
from keyuan.records.options import choice, optional_choice
from keyuan.records.search_text import SearchText

SEEN_WITH = "view"
"""The operation on the customer, or the lead, that everything about its follow-ups needs."""


AHEAD = timedelta(minutes=5)
"""Clocks differ; what lies further ahead has not happened yet."""


class FollowUpQuerySet(RecordQuerySet):
    def reached_by(self, user: User, operation: str) -> Self:
        """Follow-ups follow their customer, else their lead; what somebody wrote is changed by nobody else, and deleted
        by those who may delete follow-ups and edit what they are about."""
        if not user.may("follow_up", operation):
            return self.none()
        rows = self.filter(author=user) if operation == "edit" else self
        followed = "edit" if operation == "delete" else SEEN_WITH
        customers, leads = user.reach("customer", followed), user.reach("lead", followed)
        if not leads and customers.everything:
            return rows.filter(_lives("customer"))
        if not leads:
            return rows.filter(customer__in=Customer.rows.living().reached_by(user, followed))
        if customers.everything and leads.everything:
            return rows.filter(_lives("customer") | Q(customer=None) & _lives("lead"))
        test = _row_by_row if customers.departments else _among
        seen = _any(test, Customer.rows.living().parts_reached_by(user, followed), "customer")
        of_lead = _any(_among, Lead.rows.living().parts_reached_by(user, followed), "lead")
        return rows.filter(seen | Q(customer=None, lead__isnull=False) & of_lead)

    def arms(self, user: User, operation: str) -> list[Self]:
        return []

    def beneath(self, user: User) -> Self:
        return self.living() if user.may("follow_up", "view") else self.none()


def _any(test: Callable[[Any], Q], parts: Sequence[Any], name: str) -> Q:
    return reduce(or_, [test(part.filter(pk=OuterRef(name))) for part in parts])


def _among(seen: Any) -> Q:
    """PostgreSQL may read all of them first, which is quick where they are few."""
    return Q(Exists(seen))


def _row_by_row(seen: Any) -> Q:
    """Asked of each row that is walked past: reading the customers of a whole department first takes 120 ms."""
    return Q(Subquery(seen.values(is_seen=Value(True))[:1], output_field=models.BooleanField()))


def _lives(name: str) -> Q:
    return Q(**{f"{name}__isnull": False, f"{name}__deleted_at": None})


class FollowUp(Record):
    module = "follow_up"
    customer_column = "customer_id"

    customer = models.ForeignKey(
        Customer,
        models.PROTECT,
        verbose_name=_("Customer"),
        related_name="+",
        db_index=False,
        null=True,
        blank=True,
    )
    lead = models.ForeignKey(
        Lead, models.SET_NULL, verbose_name=_("Lead"), null=True, blank=True, related_name="+", db_index=False
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
    author = models.ForeignKey(
        User, models.PROTECT, verbose_name=pgettext_lazy("follow-up", "Author"), related_name="+", db_index=False
    )
    kind = choice("follow_up_kind", _("Kind of follow-up"))
    at = models.DateTimeField(pgettext_lazy("follow-up", "Time"), default=timezone.now)
    minutes = models.PositiveIntegerField(pgettext_lazy("follow-up", "Minutes"), null=True, blank=True)
    contacts = ArrayField(models.BigIntegerField(), verbose_name=_("Contacts"), default=list, blank=True)
    content = models.TextField(pgettext_lazy("follow-up", "Content"), max_length=10000)
    result = optional_choice("follow_up_result", pgettext_lazy("follow-up", "Result"))
    next_contact_at = models.DateTimeField(_("Next contact"), null=True, blank=True)
    place = models.CharField(pgettext_lazy("where", "Place"), max_length=200, blank=True)
    is_effective = models.BooleanField(_("Effective"), default=True, editable=False)
    files: Any = ()  # read by who shows it
    token = models.UUIDField(null=True, editable=False)  # of the form it came from: sent twice, saved once

    rows: ClassVar[Any] = FollowUpQuerySet.as_manager()
    objects: ClassVar[Any] = Gate()

    class Meta(Record.Meta):
        db_table = "follow_up"
        verbose_name = _("follow-up")
        indexes: ClassVar = [
            *(
                models.Index(*first, F("at").desc(), F("id").desc(), name=name, condition=Q(deleted_at=None))
                for name, first in (
                    ("follow_up_by_at", ()),
                    ("follow_up_of_customer", ("customer",)),
                    ("follow_up_of_author", ("author",)),
                )
            ),
            models.Index(
                "author",
                F("at").desc(),
                F("id").desc(),
                name="follow_up_uncounted",
                condition=Q(deleted_at=None, is_effective=False),
            ),
            models.Index(
                "opportunity",
                F("at").desc(),
                F("id").desc(),
                name="follow_up_of_opportunity",
                condition=Q(deleted_at=None, opportunity__isnull=False),
            ),
            models.Index(
                "lead",
                F("at").desc(),
                F("id").desc(),
                name="follow_up_of_lead",
                condition=Q(deleted_at=None, lead__isnull=False),
            ),
            models.Index(fields=["deleted_at"], name="follow_up_deleted", condition=Q(deleted_at__isnull=False)),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="follow_up_has_content", condition=~Q(content="")),
            models.CheckConstraint(
                name="follow_up_is_about_somebody", condition=Q(customer__isnull=False) | Q(lead__isnull=False)
            ),
            models.UniqueConstraint("author", "token", condition=Q(token__isnull=False), name="a_form_is_saved_once"),
        ]

    def __str__(self) -> str:
        line = self.content.split("\n", 1)[0].strip()
        return line if len(line) <= 60 else f"{line[:59]}…"

    @property
    def ends_at(self) -> Any:
        """When it ended; None where nobody said how long it took."""
        return self.at + timedelta(minutes=self.minutes) if self.minutes else None

    @property
    def about(self) -> Customer | Lead:
        """Whom it is about: the customer, else the lead."""
        found = self.customer or self.lead
        assert found is not None
        return found

    def require_new(self, by: User) -> None:
        if not (by.may("follow_up", "create") and self.about.allows(by, SEEN_WITH)):
            raise NotAllowed(_now("You may not write follow-ups on this customer."))

    @classmethod
    def add(cls, *, by: User, **values: Any) -> Self:
        """A new follow-up of `by`, or of the author that an import names."""
        values = {"author": by, "owner": None, "department": None} | values
        customer, lead = values.get("customer"), values.get("lead")
        check(customer.pk if customer else None, values)
        made = super().add(by=by, **values)
        if lead is not None:
            lead.begun(by=by)
        return made

    def lock(self) -> Self:
        """The customer first, as everybody does who writes about one."""
        Customer.hold([pk for pk in (self.customer_id,) if pk])
        return super().lock()

    @transaction.atomic
    def edit(self, *, by: User, **changes: Any) -> Self:
        """As every record is edited, by its author, as long as the organisation allows.

        Raises:
            NotAllowed, RuleBroken, Stale.
        """
        locked = self.lock()
        locked.require(by, "edit")
        if locked.is_closed:
            raise RuleBroken(
                _now("Follow-ups can be corrected for %(n)d hours. Write another one instead.") % {"n": edit_hours()}
            )
        new = [pk for pk in changes.get("contacts") or () if pk not in locked.contacts]
        check(locked.customer_id, changes | {"contacts": new})
        return self._moved_from(locked.opportunity_id, super().edit(by=by, **changes))

    def _moved_from(self, old: int | None, edited: Self) -> Self:
        """The opportunity that it hung on before forgets it."""
        if old and old != edited.opportunity_id:
            push_deal_facts({old})
        return edited

    def leads_on(self, user: User) -> bool:
        """Whether an opportunity may come of it by `user`: who wrote it, or may edit the customer."""
        if self.customer is None:
            return False
        return self.author_id == user.pk or self.customer.allows(user, "edit")

    @transaction.atomic
    def belong_to(self, opportunity: Opportunity, *, by: User) -> Self:
        """Hang this follow-up on the opportunity that came of it, however long ago it was written (O1).

        Raises:
            NotAllowed: `by` may not lead this follow-up on, or not edit the opportunity.
            RuleBroken: it hangs on another one already, or this one is of another customer.
        """
        locked = self.lock()
        locked.require(by, "view")
        if not locked.leads_on(by):
            raise NotAllowed(_now("Only who wrote this follow-up, or may edit its customer, makes a deal of it."))
        opportunity.require(by, "edit")
        if locked.opportunity_id is not None:
            raise RuleBroken(_now("This follow-up belongs to an opportunity already."))
        check(locked.customer_id, {"opportunity": opportunity})
        type(self).rows.filter(pk=self.pk).change(by=by, opportunity=opportunity)
        self.refresh_from_db()
        return self

    @classmethod
    def closed_before(cls) -> datetime | None:
        """Nobody may correct older ones any more (A10)."""
        hours = edit_hours()
        return timezone.now() - timedelta(hours=hours) if hours else None

    def bin(self, operation: Any) -> None:
        super().bin(operation)
        derive_follow_ups([self.pk], None)

    def unbin(self, operation: Any) -> None:
        super().unbin(operation)
        derive_follow_ups([self.pk], None)

    @classmethod
    def derive(cls, pks: Sequence[int], fields: set[str] | None) -> None:
        derive_follow_ups(pks, fields)


def check(customer: int | None, values: dict[str, Any]) -> None:
    """Raises RuleBroken where the time lies ahead, or somebody is named who does not belong to the customer."""
    if values.get("at") and values["at"] > timezone.now() + AHEAD:
        raise RuleBroken(_now("A follow-up has happened; its time can't lie ahead. Plan it instead."))
    check_deal(customer, values.get("opportunity"))
    contacts = set(values.get("contacts") or ())
    if contacts and Contact.rows.living().filter(pk__in=contacts, customer=customer).count() < len(contacts):
        raise RuleBroken(_now("Choose contacts of this customer."))


def check_deal(customer: int | None, opportunity: Opportunity | None) -> None:
    """Raises RuleBroken where the opportunity is of another customer."""
    if opportunity is not None and opportunity.customer_id != customer:
        raise RuleBroken(_now("Choose an opportunity of this customer."))


def still_there(customer: int, contacts: Sequence[int]) -> list[int]:
    """Those of these contacts who are neither deleted nor with another customer by now."""
    found = set(Contact.rows.living().filter(pk__in=contacts, customer=customer).values_list("pk", flat=True))
    return [pk for pk in contacts if pk in found]


class FollowUpSearch(SearchText):
    class Meta:
        db_table = "follow_up_search"
        constraints: ClassVar = [
            models.UniqueConstraint("record_id", "kind", name="follow_up_search_once_per_kind"),
        ]
