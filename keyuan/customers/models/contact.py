"""A contact: a person at a customer. The same person at two companies is two rows joined by `person`."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from keyuan.customers.models.customer import Customer
from keyuan.customers.models.deriving import derive_contacts, derive_customers
from keyuan.org.models import User
from keyuan.pools.membership import telling
from keyuan.records.attachments import models as attachments
from keyuan.records.errors import NotAllowed
from keyuan.records.history import Operation
from keyuan.records.models import Gate, Record, RecordQuerySet
from keyuan.records.options import Tag
from keyuan.records.search_text import SearchText

FOLLOWED = {"view": "view", "export": "view"}
"""The operation on the customer that an operation on its contacts needs; every other needs `edit`."""


class ContactQuerySet(RecordQuerySet):
    def reached_by(self, user: User, operation: str) -> Self:
        """Contacts follow their customer: the operation must be granted, and the customer within reach.

        Of a customer in a pool only those see them to whom the pool tells them.
        """
        if not user.may("contact", operation):
            return self.none()
        followed = FOLLOWED.get(operation, "edit")
        if user.reach("customer", followed).everything:
            return self
        customers = Customer.rows.held_by(user, followed)
        if pools := telling(user, "customer", followed, "contacts"):
            customers = customers | Customer.rows.filter(pool_id__in=sorted(pools))
        return self.filter(customer__in=customers)

    def arms(self, user: User, operation: str) -> list[Self]:
        return []

    def beneath(self, user: User) -> Self:
        return self.living() if user.may("contact", "view") else self.none()


def sees_contacts(user: User, customer: Any) -> bool:
    """Whether `user` sees the contacts of a customer at hand: the rule of `reached_by` without a query."""
    if not user.may("contact", "view"):
        return False
    if user.reach("customer", FOLLOWED["view"]).covers(customer.owner_id, customer.department_id):
        return True
    return customer.pool_id is not None and customer.pool_id in telling(user, "customer", "view", "contacts")


class Contact(Record):
    module = "contact"
    customer_column = "customer_id"

    class Gender(models.TextChoices):
        FEMALE = "female", _("Female")
        MALE = "male", _("Male")

    customer = models.ForeignKey(Customer, models.PROTECT, verbose_name=_("Customer"), related_name="contacts")
    person = models.UUIDField(default=uuid.uuid4, editable=False, db_index=True)
    name = models.CharField(_("Name"), max_length=100)
    title = models.CharField(_("Title"), max_length=100, blank=True)
    roles = ArrayField(models.BigIntegerField(), verbose_name=_("Roles"), default=list, blank=True)
    mobile = models.CharField(_("Mobile phone"), max_length=60, blank=True)
    phone = models.CharField(_("Phone"), max_length=200, blank=True)
    email = models.CharField(_("E-mail"), max_length=254, blank=True)
    wechat = models.CharField(_("WeChat"), max_length=60, blank=True)
    preferences = models.TextField(_("Preferences"), max_length=5000, blank=True)
    concerns = models.TextField(_("Concerns"), max_length=5000, blank=True)
    birthday = models.DateField(_("Birthday"), null=True, blank=True)
    gender = models.CharField(_("Gender"), max_length=10, choices=Gender, blank=True)
    reports_to = models.ForeignKey(
        "self", models.SET_NULL, verbose_name=_("Reports to"), null=True, blank=True, related_name="reports"
    )
    is_primary = models.BooleanField(_("Primary contact"), default=False)
    has_left = models.BooleanField(_("Has left"), default=False)
    notes = models.TextField(_("Notes"), max_length=10000, blank=True)
    tags = models.ManyToManyField(Tag, verbose_name=_("Tags"), through="ContactTag", blank=True, related_name="+")
    sort_name = models.CharField(max_length=60, blank=True, db_collation="C", editable=False)

    rows: ClassVar[Any] = ContactQuerySet.as_manager()
    objects: ClassVar[Any] = Gate()

    class Meta(Record.Meta):
        db_table = "contact"
        verbose_name = _("contact")
        indexes: ClassVar = [
            *(
                models.Index(F(column).desc(), F("id").desc(), name=f"contact_{column}", condition=Q(deleted_at=None))
                for column in ("updated_at", "created_at", "sort_name")
            ),
            GinIndex(fields=["roles"], name="contact_roles"),
            models.Index(fields=["deleted_at"], name="contact_deleted", condition=Q(deleted_at__isnull=False)),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="contact_has_a_name", condition=~Q(name="")),
            models.UniqueConstraint(
                "customer",
                condition=Q(is_primary=True, deleted_at=None),
                name="a_customer_has_one_primary_contact",
            ),
            models.CheckConstraint(
                name="nobody_reports_to_themselves", condition=Q(reports_to=None) | ~Q(reports_to=F("id"))
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def require_new(self, by: User) -> None:
        allowed = by.may("contact", "create") and self.customer.allows(by, "edit")
        if not allowed:
            raise NotAllowed(_now("You may not add contacts to this customer."))

    @classmethod
    @transaction.atomic
    def add(cls, *, by: User, customer: Customer, **values: Any) -> Self:  # type: ignore[override]  # needs a parent
        """A new contact of `customer`; the first one is its primary contact."""
        customer.lock()
        others = cls.rows.living().filter(customer=customer)
        values["is_primary"] = values.get("is_primary") or not others.filter(is_primary=True).exists()
        if values["is_primary"]:
            others.filter(is_primary=True).change(by=by, is_primary=False)
        return super().add(by=by, customer=customer, owner=None, department=None, **values)

    @transaction.atomic
    def edit(self, *, by: User, **changes: Any) -> Self:
        """As every record is edited; a new primary contact replaces the old one, a moved one replaces nobody.

        Raises:
            NotAllowed: `by` may not edit the customer to which it moves, either.
        """
        old, home = self.customer_id, changes.get("customer") or self.customer
        Customer.hold({old, home.pk})  # in the order of their keys, as everybody does
        home.lock()
        others = type(self).rows.living().filter(customer=home, is_primary=True).exclude(pk=self.pk)
        if home.pk != old:
            home.require(by, "edit")
            changes.setdefault("is_primary", self.is_primary and not others.exists())
        if changes.get("is_primary"):
            others.change(by=by, is_primary=False)
        edited = super().edit(by=by, **changes)
        if home.pk != old:
            attachments.follow("contact", [self.pk], home.pk)
            derive_customers([old], {"contacts"})
        return edited

    def bin(self, operation: Operation) -> None:
        super().bin(operation)
        derive_contacts([self.pk], None)

    def unbin(self, operation: Operation) -> None:
        """A contact comes back as the primary one only where the customer has none."""
        others = type(self).rows.living().filter(customer=self.customer_id, is_primary=True)
        if self.is_primary and others.exists():
            type(self).rows.filter(pk=self.pk).change(by=operation.by, operation=operation, is_primary=False)
        super().unbin(operation)
        derive_contacts([self.pk], None)

    @classmethod
    def derive(cls, pks: Sequence[int], fields: set[str] | None) -> None:
        derive_contacts(pks, fields)


class ContactTag(models.Model):
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="+", db_index=False)
    tag = models.ForeignKey(Tag, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        db_table = "contact_tag"
        indexes: ClassVar = [models.Index(fields=["tag", "contact"], name="contact_tag_by_tag")]
        constraints: ClassVar = [models.UniqueConstraint("contact", "tag", name="a_contact_has_a_tag_once")]

    def __str__(self) -> str:
        return f"{self.contact_id}:{self.tag_id}"


class ContactSearch(SearchText):
    class Meta:
        db_table = "contact_search"
        constraints: ClassVar = [
            models.UniqueConstraint("record_id", "kind", name="contact_search_once_per_kind"),
        ]
