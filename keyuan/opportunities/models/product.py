"""The catalogue of products and services (R5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keyuan.opportunities.models.deriving import derive_products
from keyuan.org.models import User
from keyuan.records.errors import NotAllowed
from keyuan.records.models import Gate, Record, RecordQuerySet
from keyuan.records.options import Tag, optional_choice
from keyuan.records.search_text import SearchText


class ProductQuerySet(RecordQuerySet):
    def reached_by(self, user: User, operation: str) -> Self:
        """Products belong to nobody: who may do something with one may do it with all."""
        return self if user.may("product", operation) else self.none()

    def arms(self, user: User, operation: str) -> list[Self]:
        return []


class Product(Record):
    """Something that is sold: a product, or a service."""

    module = "product"
    customer_column = ""

    class Nature(models.TextChoices):
        PRODUCT = "product", pgettext_lazy("nature", "Product")
        SERVICE = "service", pgettext_lazy("nature", "Service")

    name = models.CharField(_("Product name"), max_length=200)
    code = models.CharField(_("Product code"), max_length=60, blank=True)
    nature = models.CharField(_("Nature"), max_length=10, choices=Nature, default=Nature.PRODUCT)
    category = optional_choice("product_category", _("Product category"))
    unit = models.CharField(pgettext_lazy("product", "Unit"), max_length=20, blank=True)
    list_price = models.DecimalField(_("List price"), max_digits=16, decimal_places=2, null=True, blank=True)
    is_on_sale = models.BooleanField(_("On sale"), default=True)
    description = models.TextField(pgettext_lazy("product", "Description"), max_length=5000, blank=True)
    tag = models.ForeignKey(Tag, models.SET_NULL, null=True, blank=True, editable=False, related_name="+")
    sort_name = models.CharField(max_length=60, blank=True, db_collation="C", editable=False)

    rows: ClassVar[Any] = ProductQuerySet.as_manager()
    objects: ClassVar[Any] = Gate()

    class Meta(Record.Meta):
        db_table = "product"
        verbose_name = _("product")
        indexes: ClassVar = [
            *(
                models.Index(F(column).desc(), F("id").desc(), name=f"product_{column}", condition=Q(deleted_at=None))
                for column in ("updated_at", "created_at", "sort_name")
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="product_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="product_price_is_not_negative", condition=Q(list_price=None) | Q(list_price__gte=0)
            ),
            models.UniqueConstraint(
                "code", condition=~Q(code="") & Q(deleted_at=None), name="product_codes_are_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def require_new(self, by: User) -> None:
        if not by.may("product", "create"):
            raise NotAllowed(_now("You may not add products."))

    @classmethod
    def add(cls, *, by: User, **values: Any) -> Self:
        """A new product; it belongs to nobody."""
        return super().add(by=by, **values | {"owner": None, "department": None})

    def bin(self, operation: Any) -> None:
        super().bin(operation)
        derive_products([self.pk], None)

    def unbin(self, operation: Any) -> None:
        super().unbin(operation)
        derive_products([self.pk], None)

    @classmethod
    def derive(cls, pks: Sequence[int], fields: set[str] | None) -> None:
        derive_products(pks, fields)


class ProductSearch(SearchText):
    class Meta:
        db_table = "product_search"
        constraints: ClassVar = [
            models.UniqueConstraint("record_id", "kind", name="product_search_once_per_kind"),
        ]
