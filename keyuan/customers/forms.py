"""The one gate for data of customers and contacts: page, inline edit and API all pass here."""

from __future__ import annotations

from typing import Any

from django import forms

from keyuan.customers.duplicates import Given, Hit, find_duplicates
from keyuan.customers.fields import CONTACT, CUSTOMER
from keyuan.records.forms import RecordForm

FIRST_CONTACT = ("name", "title", "roles", "mobile", "email", "wechat")


class CustomerForm(RecordForm):
    catalogue = CUSTOMER

    def defaults(self) -> dict[str, Any]:
        return {"category": next((one.pk for one in self.book.options("category")), None)}

    def duplicates(self) -> list[Hit]:
        """The customers and others that may be the same as what was typed."""
        exclude = [("customer", self.instance.pk)] if self.instance else []
        return find_duplicates(Given.of(self.data), by=self.by, exclude=exclude)


class ContactForm(RecordForm):
    catalogue = CONTACT


class FirstContactForm(ContactForm):
    """The contact that is entered with a new customer: nothing at all, or a name at least."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, only=FIRST_CONTACT, prefix="contact", **options)
        self.fields["name"].required = False

    @property
    def is_blank(self) -> bool:
        return not any(str(self.data.get(self.add_prefix(name)) or "").strip() for name in self.fields)

    def full_clean(self) -> None:
        """A contact that nobody began is no mistake."""
        if not self.is_bound or self.is_blank:
            self._errors, self.cleaned_data = forms.utils.ErrorDict(), {}
            return
        self.fields["name"].required = True
        super().full_clean()
