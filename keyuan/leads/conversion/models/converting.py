"""The verb that makes a customer of a lead: all or nothing, and once (E9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from keyuan.customers.models import Contact, Customer
from keyuan.leads.conversion.along import ALONG
from keyuan.leads.conversion.mapping import blanks_of, values_for
from keyuan.leads.conversion.models.conversion import LeadConversion
from keyuan.opportunities.models import Opportunity
from keyuan.opportunities.models.beginning import default_day
from keyuan.opportunities.stages import offered_pipelines, stages_of
from keyuan.org.models import User
from keyuan.org.standing import department_of
from keyuan.records.attachments.models import move_files
from keyuan.records.errors import NotReady, RuleBroken, Stale
from keyuan.records.history import Operation
from keyuan.records.namebook import NameBook


@dataclass(frozen=True)
class Into:
    """What a lead is to become.

    Attributes:
        customer: one that exists; None for a new one.
        values: of the new customer, where they are to differ from what the lead says.
        contact: one of the customer's; True for a new one, False for none.
        opportunity: values of a new one, those that are missing by default; None for none.
    """

    customer: Customer | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    contact: Contact | bool = True
    opportunity: Mapping[str, Any] | None = None


@dataclass
class _Made:
    """What has come of it so far."""

    customer: Any = None
    contact: Any = None
    opportunity: Any = None
    new: list[str] = field(default_factory=list)
    tags: list[int] = field(default_factory=list)


class Converting:
    """The verb of a lead that becomes a customer."""

    @transaction.atomic
    def convert(
        self: Any,
        into: Into | None = None,
        *,
        by: User,
        version: int | None = None,
        operation: Operation | None = None,
    ) -> LeadConversion:
        """Make a customer of this lead, or join it to one; what hangs on it moves along.

        A lead without a person gives no contact. The customer's owner is that of the lead, else `by`.

        Raises:
            NotAllowed: `by` may not edit the lead, or not add or edit what it is to become.
            Stale.
            RuleBroken: it is converted already, or not open.
            Duplicate: the new customer exists.
        """
        into = into or Into()
        if self.state == self.State.CONVERTED:  # as it was read: who comes too late waits for nobody
            self.require(by, "edit")
        Customer.hold([into.customer.pk] if into.customer is not None else [])
        locked = self.lock()
        locked.require(by, "edit")
        if version is not None and version != locked.version:
            raise Stale(locked)
        if not locked.is_open:
            raise RuleBroken(_("This lead is “%(state)s” now.") % {"state": locked.get_state_display()})
        operation = operation or Operation.begin("lead.converted", by=by)
        made = _Made()
        _customer(made, locked, into, by, operation)
        _contact(made, locked, into, by, operation)
        if into.opportunity is not None:
            _opportunity(made, locked, into.opportunity, by, operation)
        return _settle(locked, made, operation)


def _customer(made: _Made, lead: Any, into: Into, by: User, operation: Operation) -> None:
    values = values_for("customer", lead, with_contact=_has_contact(lead, into)) | dict(into.values)
    if into.customer is None:
        if "category_id" not in values:
            kinds = NameBook(by).options("category")
            values.setdefault("category", next(one for one in kinds if not one.is_retired))
        values.setdefault("tags", list(lead.tags.all()))
        made.customer = Customer.add(by=by, operation=operation, owner=lead.owner or by, **values)
        made.new.append("customer")
        return
    made.customer = into.customer
    made.customer.require(by, "edit")
    if blanks := blanks_of(into.customer.lock(), values):
        made.customer.edit(by=by, operation=operation, **blanks)
    _join_tags(made, lead, operation)


def _join_tags(made: _Made, lead: Any, operation: Operation) -> None:
    held = set(made.customer.tags.values_list("pk", flat=True))
    more = [one for one in lead.tags.all() if one.pk not in held]
    if more:
        made.tags = [one.pk for one in more]
        made.customer.retag([*made.customer.tags.all(), *more], operation=operation)


def _has_contact(lead: Any, into: Into) -> bool:
    return isinstance(into.contact, Contact) or bool(into.contact and lead.name)


def _contact(made: _Made, lead: Any, into: Into, by: User, operation: Operation) -> None:
    values = values_for("contact", lead)
    if isinstance(into.contact, Contact):
        if into.contact.customer_id != made.customer.pk:
            raise RuleBroken(_("Choose a contact of this customer."))
        made.contact = into.contact
        made.contact.require(by, "view")
        blanks = blanks_of(into.contact, values)
        if blanks and into.contact.allows(by, "edit"):
            made.contact.edit(by=by, operation=operation, **blanks)
    elif _has_contact(lead, into):
        made.contact = Contact.add(by=by, customer=made.customer, operation=operation, **values)
        made.new.append("contact")


def _opportunity(made: _Made, lead: Any, given: Mapping[str, Any], by: User, operation: Operation) -> None:
    values = values_for("opportunity", lead) | {name: one for name, one in given.items() if one not in (None, "")}
    values.setdefault("stage", first_stage(by))
    if values["stage"] is None:
        raise NotReady(_("There is no pipeline to begin an opportunity in."), ["opportunity"])
    values.setdefault("name", opportunity_name(lead, made.customer))
    values.setdefault("amount", Decimal(0))
    values.setdefault("expected_on", default_day())
    values.setdefault("contacts", [made.contact.pk] if made.contact else [])
    made.opportunity = Opportunity.add(
        by=by, customer=made.customer, operation=operation, owner=lead.owner or by, **values
    )
    made.new.append("opportunity")


def first_stage(by: User) -> Any:
    """Where a new opportunity of this person begins; None where there is no pipeline."""
    book = NameBook(by)
    pipelines = offered_pipelines(book)
    stages = stages_of(book).open_of(pipelines[0].pk) if pipelines else []
    return stages[0] if stages else None


def opportunity_name(lead: Any, customer: Any) -> str:
    """What the opportunity of a lead is called, where nobody says it: the customer, and what is needed."""
    wish = next((line.strip() for line in lead.requirement.splitlines() if line.strip()), "")
    name = str(customer.short_or_name if customer is not None else lead.heading)
    return (f"{name} · {wish[:60]}" if wish else _("Opportunity with %(name)s") % {"name": name})[:200]


def _settle(lead: Any, made: _Made, operation: Operation) -> LeadConversion:
    by = operation.by
    files = move_files(lead, made.customer, operation)
    for one in ALONG:
        one.go(lead, made.customer, operation)
    try:
        with transaction.atomic():
            kept = LeadConversion.objects.create(
                lead=lead,
                customer=made.customer,
                contact=made.contact,
                opportunity=made.opportunity,
                at=operation.at,
                by=by,
                operation=operation,
                state=lead.state,
                made=made.new,
                tags=made.tags,
                files=files,
            )
    except IntegrityError as second:
        raise RuleBroken(_("This lead has become a customer. Go on with the customer.")) from second
    fields = {f"converted_{name}": getattr(made, name) for name in ("customer", "contact", "opportunity")}
    fields |= {"state": lead.State.CONVERTED, "converted_at": operation.at, "converted_by": by}
    type(lead).rows.filter(pk=lead.pk).change(
        by=by, operation=operation, event="converted", **fields, **_taken(lead, by)
    )
    return kept


def _taken(lead: Any, by: User) -> dict[str, Any]:
    """A lead that was nobody's, and may have lain in a pool, belongs to who converted it."""
    if lead.owner_id is not None:
        return {}
    return {"owner": by, "department": department_of(by.pk)}
