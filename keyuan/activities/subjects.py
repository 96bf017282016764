"""The records that follow-ups hang on, each as the composer and the time line need it.

One mechanism for every record type: a room that brings another one adds its line to SUBJECTS.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.http import Http404
from django.urls import reverse

from keyuan.activities.models.follow_up import SEEN_WITH
from keyuan.customers.fields import CONTACT, CUSTOMER
from keyuan.customers.models import Contact, Customer
from keyuan.leads.fields import LEAD
from keyuan.leads.models import Lead
from keyuan.opportunities.fields import OPPORTUNITY
from keyuan.opportunities.models import Opportunity
from keyuan.org.http import Request
from keyuan.org.models import User
from keyuan.records.catalogue import Catalogue
from keyuan.records.listing import Listing
from keyuan.records.models import Recent
from keyuan.records.query import Node
from keyuan.records.text import sort_name
from keyuan.records.veil import veil
from keyuan.ui.editing import record_or_404
from keyuan.ui.modules import is_on

MOST_CONTACTS = 200
MOST_DEALS = 50


@dataclass
class Subject:
    """A record with its composer and time line, for one reader.

    Attributes:
        kind: its name in the address.
        contact: the contact that it is, or None.
        opportunity: the opportunity that it is, or None.
        lead: the lead that it is, or None; a lead has no customer.
        sees_customer: follow-ups follow their customer; who does not see it reads what happened to the deal alone.
        may_write: nobody writes about a lead that has become a customer.
        named: contacts that are chosen already, and stay so although they have left.
    """

    kind: str
    record: Any
    customer: Customer | None
    user: User
    contact: Contact | None = None
    opportunity: Opportunity | None = None
    sees_customer: bool = True
    lead: Lead | None = None
    named: Sequence[int] = ()
    may_write: bool = True

    @property
    def url(self) -> str:
        return reverse("activities:of", args=[self.kind, self.record.pk])

    @property
    def timeline_url(self) -> str:
        return reverse("activities:timeline", args=[self.kind, self.record.pk])

    @property
    def page_url(self) -> str:
        return CATALOGUES[self.kind].page_of(self.record.pk)

    @property
    def about(self) -> Customer | Lead:
        """Whom its follow-ups are about."""
        found = self.lead or self.customer
        assert found is not None
        return found

    @property
    def plan_query(self) -> str:
        """What the form of a new plan is told of it."""
        if self.customer is None:
            return f"lead={self.record.pk}"
        deal = f"&opportunity={self.opportunity.pk}" if self.opportunity is not None else ""
        return f"customer={self.customer.pk}{deal}"

    @property
    def narrowed(self) -> dict[str, Any]:
        """The condition on plans that are about this record."""
        return {"opportunity": self.opportunity} if self.opportunity is not None else {}

    @cached_property
    def deals(self) -> list[Opportunity]:
        """The open opportunities of the customer, as far as they may be seen; of an opportunity none: it is chosen."""
        if self.opportunity is not None or self.customer is None:
            return []
        return open_deals(self.customer, self.user)

    @property
    def draft(self) -> str:
        return f"follow-up-{self.kind}-{self.record.pk}"

    @cached_property
    def contacts(self) -> list[Contact]:
        """The contacts that can be chosen: of this customer, without those who have left (K9)."""
        if self.customer is None:
            return []
        rows = Contact.objects.visible_to(self.user).filter(customer=self.customer)
        found = list(rows.filter(has_left=False).order_by("-is_primary", "pk")[:MOST_CONTACTS])
        if missing := set(self.named) - {one.pk for one in found}:
            found += rows.filter(pk__in=missing).order_by("pk")
        veil(CONTACT, found, self.user)
        return found

    @property
    def first_contact(self) -> Contact | None:
        """Who is most likely meant: the contact itself, else the primary one."""
        if self.contact is not None:
            return self.contact
        return next((one for one in self.contacts if one.is_primary), None)


def _customer(request: Request, pk: int) -> Subject:
    customer = record_or_404(Customer, request, pk)
    veil(CUSTOMER, [customer], request.user)
    return Subject("customer", customer, customer, customer.reader_for(request.user))


def _contact(request: Request, pk: int) -> Subject:
    contact = record_or_404(Contact, request, pk)
    veil(CUSTOMER, [contact.customer], request.user)
    return Subject("contact", contact, contact.customer, request.user, contact)


def _opportunity(request: Request, pk: int) -> Subject:
    opportunity = record_or_404(Opportunity, request, pk)
    customer = opportunity.customer
    seen = customer.allows(request.user, SEEN_WITH)
    veil(CUSTOMER, [customer], request.user)
    return Subject("opportunity", opportunity, customer, request.user, opportunity=opportunity, sees_customer=seen)


def _lead(request: Request, pk: int) -> Subject:
    lead = record_or_404(Lead, request, pk)
    writes = lead.state != Lead.State.CONVERTED  # what happens then, happens with the customer
    veil(LEAD, [lead], request.user)
    return Subject("lead", lead, None, lead.reader_for(request.user), lead=lead, may_write=writes)


def open_deals(customer: Customer, user: User, but: int | None = None) -> list[Opportunity]:
    """The open opportunities of a customer that `user` sees, the latest first, and `but` whatever became of it."""
    rows = Opportunity.objects.visible_to(user).filter(customer=customer)
    return list(rows.filter(Q(outcome="open") | Q(pk=but)).order_by("-updated_at")[:MOST_DEALS])


# By a few letters, for the quick log


@dataclass(frozen=True)
class Named:
    """Records that follow-ups are about, as they are found by what somebody types.

    Attributes:
        still: the condition on those about whom follow-ups are still written.
    """

    kind: str
    catalogue: Catalogue
    whole: Callable[[str], Q]
    still: Node | None = None

    def found(self, user: User, q: str, number: int) -> list[Any]:
        pks = Listing(self.catalogue, user, q=q, base=self.still).page(1, number).pks
        return self.these(user, pks)

    def these(self, user: User, pks: Sequence[int]) -> list[Any]:
        """Those of these records that `user` sees and may write about, in this order."""
        rows = Listing(self.catalogue, user, base=self.still).rows.in_bulk(pks)
        return [rows[pk] for pk in pks if pk in rows]

    def called(self, user: User, text: str) -> list[Any]:
        """Those whose whole name or number this is, at most two."""
        is_it = Q(pk=int(text)) if text.isdecimal() and len(text) < 18 else self.whole(text)
        return list(Listing(self.catalogue, user, base=self.still).rows.filter(is_it)[:2])


def _heading(text: str) -> Q:
    return Q(sort_name=sort_name(text)) & (Q(company=text) | Q(company="", name=text))


NAMED = (
    Named("customer", CUSTOMER, lambda text: Q(name=text)),
    Named("lead", LEAD, _heading, {"field": "state", "op": "!=", "value": Lead.State.CONVERTED.value}),
)


def named_for(user: User) -> list[Named]:
    """The kinds of records that `user` sees, of modules that are on."""
    return [one for one in NAMED if user.may(one.kind, "view") and is_on(f"{one.kind}s", user)]


def suggested(user: User, q: str, number: int) -> list[tuple[str, Any]]:
    """Whom a few letters may mean, each kind getting its share; without letters, who was opened last."""
    kinds = named_for(user)
    if not q:
        return _last(user, kinds, number)
    found = [[(one.kind, row) for row in one.found(user, q, number)] for one in kinds]
    shares = [rows[: number - min(sum(map(len, found)) - len(rows), number // 3)] for rows in found]
    return [pair for rows in shares for pair in rows][:number]


def _last(user: User, kinds: Sequence[Named], number: int) -> list[tuple[str, Any]]:
    opened = Recent.objects.filter(user=user, record_type__in=[one.kind for one in kinds]).order_by("-at")
    pairs = list(opened.values_list("record_type", "record_id")[:number])
    rows = {
        (one.kind, row.pk): row
        for one in kinds
        if (pks := [pk for kind, pk in pairs if kind == one.kind])
        for row in one.these(user, pks)
    }
    return [(pair[0], rows[pair]) for pair in pairs if pair in rows]


CATALOGUES = {"customer": CUSTOMER, "contact": CONTACT, "opportunity": OPPORTUNITY, "lead": LEAD}
SUBJECTS: dict[str, Callable[[Request, int], Subject]] = {
    "customer": _customer,
    "contact": _contact,
    "opportunity": _opportunity,
    "lead": _lead,
}


def subject_or_404(request: Request, kind: str, pk: int) -> Subject:
    """The record of an address, if this person may see it."""
    find = SUBJECTS.get(kind)
    if find is None:
        raise Http404
    return find(request, pk)
