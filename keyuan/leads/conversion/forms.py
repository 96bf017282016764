"""The dialog 转化为客户: which customer, which contact, and an opportunity with it (E9)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from keyuan.customers.duplicates import Given, Hit, find_duplicates
from keyuan.customers.models import Contact, Customer
from keyuan.leads.conversion.models.converting import Into, opportunity_name
from keyuan.leads.lists import load_leads
from keyuan.leads.models import Lead
from keyuan.opportunities.editor import PREFIX, NewCustomerForm, find_customer
from keyuan.opportunities.fields import OPPORTUNITY
from keyuan.opportunities.forms import OpportunityForm
from keyuan.opportunities.involving_forms import in_words
from keyuan.opportunities.models.beginning import default_day
from keyuan.org.models import User
from keyuan.records.cleaners.phone import key
from keyuan.records.forms import Input
from keyuan.records.namebook import NameBook

NEW, OTHER, NONE = "new", "other", "none"
LIKELY = 90
"""From this likeness on a customer is taken for the one that is meant."""
MOST_CONTACTS = 50


class DealForm(OpportunityForm):
    """The opportunity that comes with a conversion."""

    def __init__(self, *args: Any, **options: Any) -> None:
        only = ("name", "amount", "expected_on", "stage")
        super().__init__(*args, only=only, prefix="deal", **options)
        if "expected_on" in self.fields:
            self.fields["expected_on"].widget.input_type = "date"


class ConvertForm(forms.Form):
    """What a lead is to become, as it is chosen.

    Attributes:
        newcomer: name and class of a new customer; None where `by` may not add any.
        deal: the opportunity; None where `by` may not add any.
        hits: customers that may be the same as the lead, also those that `by` may not see.
    """

    into = forms.CharField(required=False)
    contact = forms.CharField(required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, *, lead: Lead, by: User) -> None:
        super().__init__(data)
        self.by, self.lead, self.book = by, lead, NameBook(by)
        self.numbers = {key(one) for text in (lead.mobile, lead.phone) for one in text.split(";") if one}
        self.hits = find_duplicates(self._given(), by=by, customers_only=True)
        load_leads([lead], self.book)
        self.fields["into"].label, self.fields["contact"].label = _("Customer"), _("Contact")
        self.fields["other"] = Input(OPPORTUNITY.fields["customer"], self.book)
        self.fields["other"].required, self.fields["other"].label = False, _("Another customer")
        self.newcomer = self._newcomer()
        self.deal = self._deal()

    def _given(self) -> Given:
        """What is looked for: the name as it stands in the form, else that of the lead."""
        lead, typed = self.lead, str(self.data.get(f"{PREFIX}-name") or "").strip()[:200]
        phone = ";".join(filter(None, (lead.mobile, lead.phone)))
        return Given(name=typed or lead.heading, phone=phone, email=lead.email)

    def _newcomer(self) -> NewCustomerForm | None:
        if not self.by.may("customer", "create"):
            return None
        data = self.data if self.is_bound and self.choice == NEW else None
        typed = self.data.get(f"{PREFIX}-name") or self.lead.heading
        return NewCustomerForm(data, by=self.by, book=self.book, initial={"name": typed[:200]})

    def _deal(self) -> DealForm | None:
        if not self.by.may("opportunity", "create"):
            return None
        initial = {"name": opportunity_name(self.lead, None), "expected_on": default_day()}
        typed = {name: self.data[f"deal-{name}"] for name in ("name", "amount") if f"deal-{name}" in self.data}
        return DealForm(self.data if self.wants_deal else None, by=self.by, book=self.book, initial=initial | typed)

    # How the form stands

    @property
    def wants_deal(self) -> bool:
        return bool(self.is_bound and self.data.get("deal") == "1")

    @cached_property
    def joinable(self) -> list[Hit]:
        """The customers that may be meant and that this person may join it to."""
        mine = Customer.objects.allowed(self.by, "edit").filter(pk__in=[hit.customer.pk for hit in self.hits])
        allowed = set(mine.values_list("pk", flat=True))
        return [hit for hit in self.hits if hit.customer.pk in allowed]

    @cached_property
    def others(self) -> list[Hit]:
        """Those that are told alone."""
        return [hit for hit in self.hits if hit not in self.joinable]

    @cached_property
    def choice(self) -> str:
        """Which customer is chosen: the number of one of the hits, `new` or `other`."""
        asked = str(self.data.get("into") or "")
        known = {str(hit.customer.pk) for hit in self.joinable} | {NEW, OTHER}
        if asked in known:
            return asked
        likely = next((hit for hit in self.joinable if hit.level == "same" or hit.score >= LIKELY), None)
        return str(likely.customer.pk) if likely else NEW if self.by.may("customer", "create") else OTHER

    @cached_property
    def customer(self) -> Customer | None:
        """The customer that is chosen, if it exists and may be joined."""
        if self.choice == NEW:
            return None
        if self.choice == OTHER:
            return find_customer(str(self.data.get("other") or "").replace("\x00", "").strip(), self.by)
        return next(hit.customer for hit in self.joinable if str(hit.customer.pk) == self.choice)

    @property
    def seen(self) -> str:
        """The customers that the page shows as similar: who chooses a new one has looked at them."""
        return ",".join(str(hit.customer.pk) for hit in self.hits)

    @cached_property
    def may_add_contact(self) -> bool:
        return bool(self.lead.name) and self.by.may("contact", "create")

    @cached_property
    def contacts(self) -> list[tuple[Customer, list[tuple[Contact, str]]]]:
        """The contacts that may be chosen: of the customer that is, else of all that may be."""
        offered = [hit.customer for hit in self.joinable] if self.customer is None else [self.customer]
        if self.is_bound and self.choice == NEW:
            offered = []
        rows = Contact.objects.visible_to(self.by).filter(customer__in=offered, has_left=False)
        found = list(rows.order_by("-is_primary", "pk")[:MOST_CONTACTS])
        groups = [
            (one, [(row, in_words(row, self.book)) for row in found if row.customer_id == one.pk]) for one in offered
        ]
        return [(customer, rows) for customer, rows in groups if rows]

    @cached_property
    def chosen_contact(self) -> str:
        """The contact as the form stands: who has the same number or name, else a new one."""
        asked = str(self.data.get("contact") or "")
        known = {str(row.pk): row for _customer, rows in self.contacts for row, _words in rows}
        if asked in known or asked in (NEW, NONE):
            return asked
        of_chosen = [row for row in known.values() if self.customer is not None and row.customer_id == self.customer.pk]
        same = next((str(row.pk) for row in of_chosen if self._is_same(row)), None)
        return same or (NEW if self.may_add_contact else NONE)

    def _is_same(self, contact: Contact) -> bool:
        numbers = {key(one) for text in (contact.mobile, contact.phone) for one in text.split(";") if one}
        return bool(numbers & self.numbers) or contact.name == self.lead.name

    # What comes of it

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.choice == NEW:
            self._check_newcomer()
        elif self.customer is None and "other" not in self.errors:
            self.add_error("other", _("Choose the customer that this lead belongs to."))
        elif self.customer is not None and not self.customer.allows(self.by, "edit"):
            self.add_error("other", _("You may not add anything to this customer."))
        if self.chosen_contact not in (NEW, NONE) and self._contact() is None:
            self.add_error("contact", _("Choose a contact of this customer."))
        if self.wants_deal and self.deal is not None and not self.deal.is_valid():
            self._pass_on(self.deal)
        return cleaned

    def _check_newcomer(self) -> None:
        if self.newcomer is None:
            self.add_error("into", _("You may not add customers. Choose one that exists."))
        elif not self.newcomer.is_valid():
            self._pass_on(self.newcomer)
        elif any(hit.level == "same" for hit in self.hits):
            self.add_error("into", _("This customer exists already. Join it, or ask its owner."))
        elif {str(hit.customer.pk) for hit in self.hits} - set(str(self.data.get("seen") or "").split(",")):
            self.add_error("into", _("Similar customers exist. Look at them, then convert again."))

    def _pass_on(self, form: forms.Form) -> None:
        for texts in form.errors.values():
            for text in texts:
                self.add_error(None, str(text))

    def _contact(self) -> Contact | None:
        known = {str(row.pk): row for _customer, rows in self.contacts for row, _words in rows}
        found = known.get(self.chosen_contact)
        return found if found is not None and self.customer and found.customer_id == self.customer.pk else None

    def into_what(self) -> Into:
        """What the verb is given."""
        new = self.newcomer.values() if self.choice == NEW and self.newcomer is not None else {}
        contact = self._contact() or (self.chosen_contact == NEW and self.may_add_contact)
        deal = self.deal.values() if self.wants_deal and self.deal is not None else None
        return Into(self.customer, new, contact, deal)
