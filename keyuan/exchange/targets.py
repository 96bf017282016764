"""What the columns of a file can fall into: fields of the customer, and of one contact in the same row."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from keyuan.customers.fields import CONTACT, CUSTOMER
from keyuan.org.models import User
from keyuan.records.catalogue import Catalogue, Field
from keyuan.records.kinds import Choices, Links, LongText, Names, Phone, Region, Tags

NAME = "name"
CONTACT_PREFIX = "contact."
NOT_FOR_CONTACTS = {"customer", "reports_to"}

JOINED: dict[type, str] = {Region: " ", Phone: ";", LongText: "\n", Names: "\n", Tags: ";", Choices: ";", Links: "、"}
"""Kinds for which several columns are taken together; of all others the first that is filled counts."""


@dataclass(frozen=True)
class Target:
    """One field that a column can fall into. `key` is `industry`, or `contact.mobile`."""

    key: str
    field: Field
    catalogue: Catalogue = CUSTOMER

    @property
    def is_contact(self) -> bool:
        return self.key.startswith(CONTACT_PREFIX)

    @property
    def label(self) -> str:
        if self.is_contact:
            return _("Contact: %(field)s") % {"field": self.field.label}
        return str(self.field.label)

    @property
    def glue(self) -> str | None:
        """What stands between the texts of several columns; None where the first filled one counts."""
        return JOINED.get(type(self.field.kind))


def targets_for(user: User) -> dict[str, Target]:
    """The targets that exist for this person, in the order of the form."""
    found = {name: Target(name, field) for name, field in CUSTOMER.fillable_fields(user).items()}
    if may_assign(user):
        found["owner"] = Target("owner", CUSTOMER.fields["owner"])
    if user.may("contact", "create"):
        for name, field in CONTACT.fillable_fields(user).items():
            if name not in NOT_FOR_CONTACTS:
                found[CONTACT_PREFIX + name] = Target(CONTACT_PREFIX + name, field, CONTACT)
    return found


def may_assign(user: User) -> bool:
    """Whether this person may give records to others, and so import an owner."""
    return user.may("customer", "assign") or user.may("customer", "transfer")
