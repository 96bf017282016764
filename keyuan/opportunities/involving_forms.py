"""Forms for who takes part in a deal: the part of a contact, a competitor."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keyuan.customers.models import Contact
from keyuan.opportunities.models import Opportunity, OpportunityCompetitor, OpportunityPart
from keyuan.records.cleaners import Invalid
from keyuan.records.cleaners.money import clean_money
from keyuan.records.namebook import NameBook
from keyuan.ui.formats import plain

LONG: Any = {"max_length": 500, "required": False}


class PartForm(forms.Form):
    """Whom it is about, what part they have, and where they stand.

    Args:
        contact: whose part changes; 0 for somebody who does not take part yet.
    """

    contact = forms.TypedChoiceField(
        label=_("Contact"), coerce=int, error_messages={"required": _("Choose a contact of this customer.")}
    )
    role = forms.ChoiceField(label=pgettext_lazy("deal", "Part"), required=False)
    stance = forms.ChoiceField(label=_("Stance"), choices=[("", "—"), *OpportunityPart.Stance.choices], required=False)

    def __init__(self, data: Any, opportunity: Opportunity, book: NameBook, contact: int = 0) -> None:
        part = opportunity.parts.filter(contact=contact).first() if contact else None
        had = {"contact": contact or None, "stance": part.stance if part else ""}
        role = part.role_id if part else None
        self.roles = [one for one in book.options("deal_role") if not one.is_retired or one.pk == role]
        had["role"] = next((one.key for one in self.roles if one.pk == role), "")
        super().__init__(data, initial=had)
        fields: Any = self.fields
        fields["role"].choices = [("", "—"), *((one.key, str(one)) for one in self.roles)]
        fields["contact"].choices = offered_contacts(opportunity, book, contact)

    def part(self) -> dict[str, Any]:
        """What `Opportunity.set_part` takes."""
        given = self.cleaned_data
        role = next((one for one in self.roles if one.key == given["role"]), None)
        return {"contact": given["contact"], "role": role, "stance": given["stance"]}


def offered_contacts(opportunity: Opportunity, book: NameBook, contact: int) -> list[tuple[Any, str]]:
    """The contacts of this customer who still work there and take no part yet; of one that does, itself (K9)."""
    rows = Contact.objects.visible_to(book.user).filter(customer=opportunity.customer_id)
    if contact:
        return [(one.pk, in_words(one, book)) for one in rows.filter(pk=contact)]
    rows = rows.filter(has_left=False).exclude(pk__in=opportunity.contacts).order_by("-is_primary", "pk")[:200]
    return [("", "—"), *((one.pk, in_words(one, book)) for one in rows)]


def in_words(contact: Contact, book: NameBook) -> str:
    """Name, title and roles, as far as the reader sees them."""
    sees = book.user.rights.sees
    title = contact.title if sees("contact", "title") else ""
    roles = [str(book.option(pk)) for pk in contact.roles or ()] if sees("contact", "roles") else []
    return " · ".join(filter(None, [contact.name, title, *roles]))


class CompetitorForm(forms.Form):
    """One competitor on one deal."""

    name = forms.CharField(
        label=_("Competitor"), max_length=60, error_messages={"required": _("Write the name of the competitor.")}
    )
    threat = forms.ChoiceField(
        label=_("Threat"), choices=[("", "—"), *OpportunityCompetitor.Threat.choices], required=False
    )
    price = forms.CharField(label=_("Their price"), required=False)
    result = forms.ChoiceField(
        label=pgettext_lazy("competitor", "Result"), choices=OpportunityCompetitor.Result.choices, required=False
    )
    strengths = forms.CharField(label=_("Strengths"), **LONG)
    weaknesses = forms.CharField(label=_("Weaknesses"), **LONG)
    answer = forms.CharField(label=_("Our answer"), **LONG)

    def __init__(self, data: Any, book: NameBook, row: OpportunityCompetitor | None = None) -> None:
        had = {} if row is None else {name: getattr(row, name) for name in self.base_fields if name != "name"}
        if row is not None:
            had["name"] = str(book.option(row.competitor_id) or "")
            had["price"] = plain(row.price) if row.price is not None else ""
        super().__init__(data, initial=had)
        self.known = [str(one) for one in book.options("competitor") if not one.is_retired]
        self.fields["name"].widget.attrs |= {"list": "known-competitors", "autocomplete": "off"}
        if not book.user.rights.sees("opportunity", "amount"):
            del self.fields["price"]

    def clean_price(self) -> Any:
        try:
            return clean_money(self.cleaned_data["price"]) if self.cleaned_data["price"].strip() else None
        except Invalid as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
