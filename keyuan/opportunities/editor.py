"""The form of an opportunity on its page: what the gate reads, a customer who may be new (O2), and their contacts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from keyuan.customers.duplicates import Given, Hit, find_duplicates
from keyuan.customers.fields import CUSTOMER
from keyuan.customers.forms import CustomerForm
from keyuan.customers.models import Contact, Customer
from keyuan.opportunities.forms import OpportunityForm
from keyuan.opportunities.involving_forms import in_words
from keyuan.opportunities.stages import stages_of
from keyuan.records.errors import Duplicate, RuleBroken
from keyuan.records.models import Record
from keyuan.records.namebook import NameBook
from keyuan.records.veil import veil
from keyuan.records.widgets import Pills

PREFIX = "new_customer"
MOST_CONTACTS = 200


class NewCustomerForm(CustomerForm):
    """The customer that is entered together with its first opportunity."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, only=("name", "category"), prefix=PREFIX, **options)


class CustomerTaken(RuleBroken):
    """The customer that was to be entered exists by now."""


class OpportunityEditor(OpportunityForm):
    """What people fill in for one opportunity.

    Attributes:
        newcomer: the form of a customer who does not exist yet; None while one of those that do is chosen.
        hits: customers that may be the newcomer.
    """

    def __init__(self, data: Mapping[str, Any] | None = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.hits: list[Hit] = []
        self.chosen = self._chosen()
        self.newcomer = self._newcomer()
        if self.newcomer is not None and self.newcomer.is_bound:
            self.fields["customer"].required = False
        for name in self.fields.keys() & {"expected_on", "closed_on"}:
            self.fields[name].widget.input_type = "date"
        if "contacts" in self.fields:
            label = self.fields["contacts"].label
            had = self.instance.contacts if self.instance else ()
            self.fields["contacts"].widget = Pills(label, contact_choices(self.chosen, self.book, had))

    @property
    def typed(self) -> str:
        """The customer as the form stands: a number, a name, or nothing."""
        given = self.data.get("customer") if self.is_bound else self.initial.get("customer")
        return str(given or "").replace("\x00", "").strip()

    def _chosen(self) -> Customer | None:
        """The customer, if there is one whom the person sees."""
        if self.instance is not None:
            return self.instance.customer
        return find_customer(self.typed, self.by)

    def _newcomer(self) -> NewCustomerForm | None:
        text = self.typed
        if self.instance is not None or self.chosen is not None or not self.by.may("customer", "create"):
            return None
        if self.is_bound and self.data.get(f"{PREFIX}-name"):
            return NewCustomerForm(self.data, by=self.by, book=self.book)
        if not text or text.isdecimal():
            return None
        return NewCustomerForm(by=self.by, book=self.book, initial={"name": text[:200]})

    def full_clean(self) -> None:
        """A text that names nobody may become a customer; the picker's own refusal would only stand in the way."""
        if self.newcomer is not None and self.newcomer.is_bound and self.typed and not self.typed.isdecimal():
            self.data = self.data.copy()  # type: ignore[attr-defined]
            self.data["customer"] = ""  # type: ignore[index]
        super().full_clean()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.newcomer is not None and self.newcomer.is_bound:
            self._check_newcomer()
        self._check_contacts(cleaned)
        return cleaned

    def _check_newcomer(self) -> None:
        assert self.newcomer is not None
        self.hits = find_duplicates(Given(name=self.newcomer.data.get(f"{PREFIX}-name", "")), by=self.by)
        if not self.newcomer.is_valid():
            self.add_error("customer", " ".join(str(text) for texts in self.newcomer.errors.values() for text in texts))
        elif any(hit.level == "same" for hit in self.hits):
            self.add_error("customer", _("This customer exists already, see below."))
        elif self.hits and self.data.get("anyway") != "1":
            self.add_error("customer", _("Similar customers exist. Look at them and tick that it is another one."))

    def _check_contacts(self, cleaned: dict[str, Any]) -> None:
        had = set(self.instance.contacts) if self.instance else set()
        new = set(cleaned.get("contacts") or ()) - had
        rows = Contact.objects.visible_to(self.by).filter(pk__in=new, customer=self.chosen, has_left=False)
        if new and (self.chosen is None or rows.count() < len(new)):
            self.add_error("contacts", _("Choose contacts of this customer."))

    def save(self, *, version: int | None = None) -> Record:
        """The opportunity, and its customer where that is new; the caller keeps both or neither."""
        if self.newcomer is not None and self.newcomer.is_bound:
            try:
                self.cleaned_data["customer"] = self.newcomer.save()
            except Duplicate as refusal:
                raise CustomerTaken(_("This customer exists already, see below.")) from refusal
        return super().save(version=version)

    def refuse(self, refusal: RuleBroken) -> bool:
        if isinstance(refusal, CustomerTaken):
            self.add_error("customer", str(refusal))
            return True
        return super().refuse(refusal)

    # What the script of the form knows

    def known(self) -> dict[str, Any]:
        """Probabilities by stage, and by what name the customer is spoken of."""
        stages = {str(one.pk): one.probability for one in stages_of(self.book).all}
        return {"stages": stages, "short": spoken(self.chosen, self.book) if self.chosen else ""}


def find_customer(text: str, by: Any) -> Customer | None:
    """By number or whole name, among those whom this person sees."""
    if not text:
        return None
    rows = Customer.objects.visible_to(by)
    if text.isdecimal() and len(text) < 18:
        return rows.filter(pk=int(text)).first()
    found = list(rows.filter(name=text)[:2])
    return found[0] if len(found) == 1 else None


def spoken(customer: Customer, book: NameBook) -> str:
    """The short name, or the whole one where there is none, as far as the reader sees it (O3)."""
    veil(CUSTOMER, [customer], book.user)
    return str(customer.short_or_name)


def contact_choices(customer: Customer | None, book: NameBook, had: Any) -> list[tuple[str, str]]:
    """The contacts of a customer who still work there, and those who are chosen already (K9)."""
    if customer is None or not book.user.may("contact", "view"):
        return []
    rows = Contact.objects.visible_to(book.user).filter(customer=customer).order_by("-is_primary", "pk")
    return [(str(one.pk), in_words(one, book)) for one in rows[:MOST_CONTACTS] if not one.has_left or one.pk in had]
