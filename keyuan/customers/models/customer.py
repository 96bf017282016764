"""A customer: an organisation that buys or might."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import connection, models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from keyuan.customers.models.deriving import derive_customers
from keyuan.org.models import User
from keyuan.pools.clock import renew
from keyuan.pools.models import Pooled, PooledQuerySet
from keyuan.records.errors import RuleBroken
from keyuan.records.history import Operation
from keyuan.records.models import Record
from keyuan.records.options import Option, Tag, choice, optional_choice
from keyuan.records.search_text import SearchText

REACH = ("owner", "department")
"""Who may see a customer is asked of the index alone: a person of few customers walks past many of others."""
HELD = (*REACH, "pool")
"""So is whether it lies in a pool, which the lists of those who see everything leave out."""


_TOUCH = """
    UPDATE customer c SET last_followed_at = given.last, next_contact_at = given.next
    FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS given(id, last, next)
    WHERE c.id = given.id
    AND (c.last_followed_at, c.next_contact_at) IS DISTINCT FROM (given.last, given.next)
"""


class Customer(Pooled, Record):
    module = "customer"

    class Relationship(models.TextChoices):
        NORMAL = "normal", _("Normal")
        LOST = "lost", _("Lost customer")

    name = models.CharField(_("Customer name"), max_length=200)
    short_name = models.CharField(_("Short name"), max_length=100, blank=True)
    former_names = ArrayField(
        models.CharField(max_length=200), verbose_name=_("Former names"), default=list, blank=True
    )
    category = choice("category", _("Class"))
    category_since = models.DateTimeField(_("Class since"), default=timezone.now, editable=False)
    level = optional_choice("level", _("Level"))
    industry = models.CharField(_("Industry"), max_length=8, blank=True, db_collation="C")
    size = optional_choice("size", _("Company size"))
    source = optional_choice("source", _("Source"))
    phone = models.CharField(_("Phone"), max_length=200, blank=True)
    email = models.CharField(_("E-mail"), max_length=254, blank=True)
    website = models.CharField(_("Website"), max_length=300, blank=True)
    region = models.CharField(_("Region"), max_length=6, blank=True, db_collation="C")
    address = models.CharField(_("Address"), max_length=300, blank=True)
    notes = models.TextField(_("Notes"), max_length=10000, blank=True)

    relationship = models.CharField(_("Relationship"), max_length=10, choices=Relationship, default=Relationship.NORMAL)
    lost_reason = optional_choice("lost_reason", _("Reason for the loss"))
    lost_on = models.DateField(_("Lost on"), null=True, blank=True)

    uscc = models.CharField(_("Unified social credit code"), max_length=18, blank=True, db_collation="C")
    legal_representative = models.CharField(_("Legal representative"), max_length=100, blank=True)
    registered_capital = models.DecimalField(
        _("Registered capital"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    founded_on = models.DateField(_("Founded on"), null=True, blank=True)
    company_type = optional_choice("company_type", _("Company type"))
    registration_status = optional_choice("registration_status", _("Registration status"))
    registered_address = models.CharField(_("Registered address"), max_length=300, blank=True)
    business_scope = models.TextField(_("Business scope"), max_length=5000, blank=True)

    parent = models.ForeignKey(
        "self", models.SET_NULL, verbose_name=_("Parent company"), null=True, blank=True, related_name="children"
    )
    tags = models.ManyToManyField(Tag, verbose_name=_("Tags"), through="CustomerTag", blank=True, related_name="+")

    sort_name = models.CharField(max_length=60, blank=True, db_collation="C", editable=False)
    completeness = models.PositiveSmallIntegerField(_("Completeness"), default=0, editable=False)
    last_followed_at = models.DateTimeField(_("Last follow-up"), null=True, editable=False)
    next_contact_at = models.DateTimeField(_("Next contact"), null=True, editable=False)
    has_bought = models.BooleanField(_("Has bought"), default=False, editable=False, db_default=False)

    rows: ClassVar[Any] = PooledQuerySet.as_manager()

    class Meta(Record.Meta):
        db_table = "customer"
        verbose_name = _("customer")
        indexes: ClassVar = [
            *(
                models.Index(
                    F(column).desc(),
                    F("id").desc(),
                    name=f"customer_by_{column}",
                    condition=Q(deleted_at=None),
                    include=HELD,
                )
                for column in ("updated_at", "created_at", "sort_name", "completeness")
            ),
            *(
                models.Index(
                    F(column).desc(nulls_last=True),
                    F("id").desc(),
                    name=f"customer_by_{column}",
                    condition=Q(deleted_at=None),
                    include=HELD,
                )
                for column in ("last_followed_at", "next_contact_at")
            ),
            *(
                models.Index(
                    F(column).asc(nulls_last=True),
                    F("id").asc(),
                    name=f"customer_by_{column[:-3]}_up",
                    condition=Q(deleted_at=None),
                    include=HELD,
                )
                for column in ("last_followed_at", "next_contact_at")
            ),
            *(
                models.Index(
                    column,
                    F("updated_at").desc(),
                    F("id").desc(),
                    name=f"customer_all_of_{column}",
                    include=["deleted_at"],
                )
                for column in REACH
            ),
            models.Index(fields=["name"], name="customer_name", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["industry"], name="customer_industry"),
            models.Index(fields=["region"], name="customer_region"),
            models.Index(fields=["category"], name="customer_category"),
            models.Index(fields=["parent"], name="customer_parent", condition=Q(parent__isnull=False)),
            models.Index(fields=["deleted_at"], name="customer_deleted", condition=Q(deleted_at__isnull=False)),
            models.Index(
                F("pool"),
                F("updated_at").desc(),
                F("id").desc(),
                name="customer_of_pool",
                condition=Q(pool__isnull=False, deleted_at=None),
            ),
            models.Index(fields=["due_on"], name="customer_due", condition=Q(due_on__isnull=False, deleted_at=None)),
            GinIndex(fields=["custom"], name="customer_custom", opclasses=["jsonb_path_ops"]),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="customer_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="customer_capital_is_not_negative",
                condition=Q(registered_capital=None) | Q(registered_capital__gte=0),
            ),
            models.CheckConstraint(
                name="customer_in_a_pool_is_nobodys",
                condition=Q(pool=None) | Q(owner=None, department=None),
            ),
            models.CheckConstraint(
                name="customer_is_lost_with_date_or_not_at_all",
                condition=Q(relationship="lost", lost_on__isnull=False)
                | Q(relationship="normal", lost_on__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def short_or_name(self) -> str:
        """The name by which people speak of this customer."""
        return self.short_name or self.name

    @transaction.atomic
    def edit(self, **changes: Any) -> Customer:
        """As every record is edited; a new name keeps the old one, a new class its date."""
        current = self.lock()
        if "name" in changes and changes["name"] != current.name:
            kept = changes.get("former_names", current.former_names)
            changes["former_names"] = [*kept, current.name] if current.name not in kept else kept
        if "category" in changes and changes["category"] != current.category:
            changes["category_since"] = timezone.now()
        return super().edit(**changes)

    @transaction.atomic
    def lose(self, *, by: User, reason: Option | None) -> Customer:
        """Mark this customer as lost, today.

        Raises:
            NotAllowed, RuleBroken: without a reason, or lost already.
        """
        locked = self.lock()
        locked.require(by, "edit")
        if locked.relationship == self.Relationship.LOST:
            raise RuleBroken(_now("This customer is marked as lost already."))
        if reason is None:
            raise RuleBroken(_now("Choose the reason for the loss."))
        return self._relate(by, "lost", relationship="lost", lost_reason=reason, lost_on=timezone.localdate())

    @transaction.atomic
    def win_back(self, *, by: User) -> Customer:
        """A lost customer is a customer again; reason and date of the loss stay in the history."""
        locked = self.lock()
        locked.require(by, "edit")
        if locked.relationship == self.Relationship.NORMAL:
            raise RuleBroken(_now("This customer is not marked as lost."))
        return self._relate(by, "won_back", relationship="normal", lost_reason=None, lost_on=None)

    def _relate(self, by: User, event: str, **fields: Any) -> Customer:
        type(self).rows.filter(pk=self.pk).change(by=by, event=event, **fields)
        self.refresh_from_db()
        return self

    @classmethod
    def hold(cls, pks: Collection[int]) -> None:
        """Lock these customers until the transaction ends, so that what is worked out for them now is the last word."""
        list(cls.rows.select_for_update(no_key=True).filter(pk__in=pks).order_by("pk").values_list("pk"))

    @classmethod
    def touched(cls, dates: Sequence[tuple[int, datetime | None, datetime | None]]) -> None:
        """When these customers were followed up last and are contacted next: (id, last, next) each.

        Facts that upper rooms push down. They are no history and raise no version.
        """
        if dates:
            with connection.cursor() as cursor:
                cursor.execute(_TOUCH, [list(column) for column in zip(*dates, strict=True)])
            renew(cls.module, [pk for pk, _last, _next in dates])

    @transaction.atomic
    def move_to(self, kind: str, address: str, *, by: User, region: str = "") -> CustomerAddress:
        """The current address of one kind; the one before keeps its end (C18)."""
        locked = self.lock()
        locked.require(by, "edit")
        locked.require_field(by, "address")
        current = self.addresses.filter(kind=kind, until=None).first()
        if current is not None and (current.address, current.region) == (address, region):
            return current
        self.addresses.filter(kind=kind, until=None).update(until=timezone.now())
        moved = CustomerAddress.objects.create(customer=self, kind=kind, address=address, region=region)
        before = {"address": current.address} if current else {}
        operation = Operation.begin("customer.moved", by=by)
        self.log("edited", operation=operation, before=before, after={"address": address}, kind=kind)
        return moved

    def bin_children(self, operation: Operation) -> None:
        for contact in self.contacts.living().order_by("pk"):
            contact.bin(operation)

    def restore_children(self, operation: Operation, deletion: Operation) -> None:
        for contact in self.contacts.deleted().filter(deletion=deletion).order_by("pk"):
            contact.unbin(operation)

    @classmethod
    def derive(cls, pks: Sequence[int], fields: set[str] | None) -> None:
        derive_customers(pks, fields)
        if fields is None:
            renew(cls.module, pks)


class CustomerTag(models.Model):
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+", db_index=False)
    tag = models.ForeignKey(Tag, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        db_table = "customer_tag"
        indexes: ClassVar = [models.Index(fields=["tag", "customer"], name="customer_tag_by_tag")]
        constraints: ClassVar = [
            models.UniqueConstraint("customer", "tag", name="a_customer_has_a_tag_once"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}:{self.tag_id}"


class CustomerSearch(SearchText):
    class Meta:
        db_table = "customer_search"
        constraints: ClassVar = [
            models.UniqueConstraint("record_id", "kind", name="customer_search_once_per_kind"),
        ]


class CustomerAddress(models.Model):
    """One address of one kind. The current one has no end; older ones keep theirs."""

    class Kind(models.TextChoices):
        OFFICE = "office", _("Office")
        REGISTERED = "registered", _("Registered office")
        DELIVERY = "delivery", _("Delivery address")
        INVOICE = "invoice", _("Invoice address")

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="addresses")
    kind = models.CharField(_("Kind"), max_length=20, choices=Kind)
    region = models.CharField(_("Region"), max_length=6, blank=True, db_collation="C")
    address = models.CharField(_("Address"), max_length=300)
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "customer_address"
        ordering: ClassVar = ["kind", "-since"]
        constraints: ClassVar = [
            models.UniqueConstraint("customer", "kind", condition=Q(until=None), name="one_current_address_per_kind"),
        ]

    def __str__(self) -> str:
        return self.address
