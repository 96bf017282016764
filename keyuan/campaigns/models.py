"""A campaign: what is done to be noticed, and what it costs (A8)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import connection, models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keyuan.records.models import Gate, Record, RecordQuerySet
from keyuan.records.options import optional_choice
from keyuan.records.search_text import Kind, SearchText, write_search_text
from keyuan.records.text import lines, pinyin_forms, sort_name


def _money(label: Any) -> models.DecimalField[Any, Any]:
    """An exact amount in the currency of the organisation."""
    return models.DecimalField(label, max_digits=16, decimal_places=2, null=True, blank=True)


class Campaign(Record):
    """A fair, a seminar, a mailing."""

    module = "campaign"
    customer_column = ""

    class Status(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("campaign", "Planned")
        RUNNING = "running", pgettext_lazy("campaign", "Running")
        DONE = "done", pgettext_lazy("campaign", "Finished")
        CANCELLED = "cancelled", pgettext_lazy("campaign", "Cancelled")

    name = models.CharField(_("Campaign name"), max_length=200)
    type = optional_choice("campaign_type", pgettext_lazy("campaign", "Type"))
    status = models.CharField(
        pgettext_lazy("campaign", "Status"), max_length=10, choices=Status, default=Status.PLANNED
    )
    begins_on = models.DateField(pgettext_lazy("campaign", "Begins"), null=True, blank=True)
    ends_on = models.DateField(pgettext_lazy("campaign", "Ends"), null=True, blank=True)
    budget = _money(pgettext_lazy("campaign", "Budget"))
    cost = _money(pgettext_lazy("campaign", "Actual cost"))
    place = models.CharField(pgettext_lazy("campaign", "Place"), max_length=200, blank=True)
    description = models.TextField(pgettext_lazy("campaign", "Description"), max_length=5000, blank=True)
    sort_name = models.CharField(max_length=60, blank=True, db_collation="C", editable=False)

    rows: ClassVar[Any] = RecordQuerySet.as_manager()
    objects: ClassVar[Any] = Gate()

    class Meta(Record.Meta):
        db_table = "campaign"
        verbose_name = _("campaign")
        indexes: ClassVar = [
            *(
                models.Index(F(column).desc(), F("id").desc(), name=f"campaign_{column}", condition=Q(deleted_at=None))
                for column in ("updated_at", "created_at", "sort_name")
            ),
            models.Index(
                F("begins_on").desc(nulls_last=True),
                F("id").desc(),
                name="campaign_begins_on",
                condition=Q(deleted_at=None),
            ),
            GinIndex(fields=["custom"], name="campaign_custom", opclasses=["jsonb_path_ops"]),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="campaign_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="campaign_ends_after_it_begins",
                condition=Q(begins_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("begins_on")),
            ),
            *(
                models.CheckConstraint(
                    name=f"campaign_{column}_is_not_negative",
                    condition=Q(**{column: None}) | Q(**{f"{column}__gte": 0}),
                )
                for column in ("budget", "cost")
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def bin(self, operation: Any) -> None:
        super().bin(operation)
        derive_campaigns([self.pk])

    def unbin(self, operation: Any) -> None:
        super().unbin(operation)
        derive_campaigns([self.pk])

    @classmethod
    def derive(cls, pks: Sequence[int], fields: set[str] | None) -> None:
        if fields is None or fields & TOLD:
            derive_campaigns(pks)


TOLD = {"name", "place", "description"}
"""Fields by whose words a campaign is found."""


def derive_campaigns(pks: Sequence[int]) -> None:
    """Write again what follows from these campaigns: search text and the order of names."""
    found = list(Campaign.rows.filter(pk__in=pks).order_by("pk"))
    texts = [
        (one.pk, Kind.TEXT.value, lines(one.name, *pinyin_forms(one.name), one.place, one.description)) for one in found
    ]
    write_search_text(CampaignSearch, texts)
    order = [(one.pk, sort_name(one.name)) for one in found]
    if order:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE campaign c SET sort_name = given.name FROM unnest(%s::bigint[], %s::text[]) AS given(id, name) "
                "WHERE c.id = given.id AND c.sort_name <> given.name",
                [list(column) for column in zip(*order, strict=True)],
            )


class CampaignSearch(SearchText):
    class Meta:
        db_table = "campaign_search"
        constraints: ClassVar = [
            models.UniqueConstraint("record_id", "kind", name="campaign_search_once_per_kind"),
        ]
