"""Customers and contacts."""

from keyuan.customers.models.contact import Contact, ContactSearch, ContactTag
from keyuan.customers.models.customer import Customer, CustomerAddress, CustomerSearch, CustomerTag

__all__ = [
    "Contact",
    "ContactSearch",
    "ContactTag",
    "Customer",
    "CustomerAddress",
    "CustomerSearch",
    "CustomerTag",
]
