"""Pipelines and their stages. Open stages stand in order; each pipeline ends in one won and one lost stage."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from keyuan.records.errors import RuleBroken
from keyuan.records.options import Option

SEEDED_PIPELINE: Any = _("Sales pipeline")
SEEDS: dict[str, Any] = {
    "contact": pgettext_lazy("stage", "First contact"),
    "needs": pgettext_lazy("stage", "Needs confirmed"),
    "proposal": pgettext_lazy("stage", "Proposal"),
    "negotiation": pgettext_lazy("stage", "Negotiation"),
    "contract": pgettext_lazy("stage", "Contract signing"),
    "won": pgettext_lazy("stage", "Won"),
    "lost": pgettext_lazy("stage", "Lost"),
}
"""What a fresh installation begins with, in order (O7). Seeded names are translated until they are changed."""
PROBABILITIES = {"contact": 10, "needs": 25, "proposal": 45, "negotiation": 70, "contract": 90, "won": 100, "lost": 0}
SLOW_DAYS = {"contact": 14, "needs": 21, "proposal": 21, "negotiation": 14, "contract": 10}


class Pipeline(models.Model):
    """A way of selling. `departments` are those that it is offered to, with everything below; empty for all."""

    name = models.CharField(_("Pipeline"), max_length=60, blank=True)
    position = models.PositiveIntegerField(default=0)
    departments = ArrayField(models.BigIntegerField(), verbose_name=_("Departments"), default=list, blank=True)
    is_retired = models.BooleanField(default=False)

    class Meta:
        db_table = "pipeline"
        ordering: ClassVar = ["position", "id"]

    def __str__(self) -> str:
        return self.name or str(SEEDED_PIPELINE)


class Stage(models.Model):
    """One stage of one pipeline, with its rules (R3).

    A stage that records have been in is retired and never deleted, so that history keeps its words.
    """

    class Kind(models.TextChoices):
        OPEN = "open", pgettext_lazy("stage", "Open")
        WON = "won", pgettext_lazy("stage", "Won")
        LOST = "lost", pgettext_lazy("stage", "Lost")

    pipeline = models.ForeignKey(Pipeline, models.PROTECT, related_name="stages", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.OPEN)
    key = models.CharField(max_length=20, blank=True, db_collation="C")
    name = models.CharField(pgettext_lazy("opportunity", "Stage"), max_length=60, blank=True)
    position = models.PositiveIntegerField(default=0)
    probability = models.PositiveSmallIntegerField(_("Probability"), default=0)
    slow_days = models.PositiveSmallIntegerField(_("Days to stagnation"), null=True, blank=True)
    required_fields = ArrayField(
        models.CharField(max_length=40), verbose_name=_("Required fields"), default=list, blank=True
    )
    required_activity = models.ForeignKey(
        Option, models.PROTECT, verbose_name=_("Required follow-up"), null=True, blank=True, related_name="+"
    )
    may_skip = models.BooleanField(_("May be skipped"), default=True)
    may_go_back = models.BooleanField(_("May go back"), default=True)
    is_retired = models.BooleanField(default=False)

    class Meta:
        db_table = "stage"
        ordering: ClassVar = ["pipeline", "position", "id"]
        indexes: ClassVar = [models.Index(fields=["pipeline", "position"], name="stage_of_pipeline")]
        constraints: ClassVar = [
            models.CheckConstraint(name="probability_is_a_percentage", condition=Q(probability__lte=100)),
            models.UniqueConstraint(
                "pipeline",
                "kind",
                condition=Q(is_retired=False, kind__in=("won", "lost")),
                name="a_pipeline_ends_in_one_won_and_one_lost_stage",
            ),
        ]

    def __str__(self) -> str:
        return self.name or gettext(str(SEEDS.get(self.key, self.key)))

    @property
    def is_open(self) -> bool:
        return self.kind == self.Kind.OPEN


def hold_stages(stages: Iterable[Stage]) -> set[int]:
    """The ids of those still in use, which nobody takes away until the transaction ends; many may hold one at once."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [sorted({one.pk for one in stages})])
        return {pk for (pk,) in cursor}


_HOLD = "SELECT id FROM stage WHERE id = ANY(%s) AND NOT is_retired ORDER BY id FOR SHARE"


def no_longer_used(stage: Stage) -> RuleBroken:
    return RuleBroken(gettext("The stage “%(stage)s” is no longer used.") % {"stage": stage})


def lay_pipeline(registry: Any) -> None:
    """The default pipeline where there is none. `registry` is an app registry, also a historical one."""
    pipeline, stage = registry.get_model("keyuan", "Pipeline"), registry.get_model("keyuan", "Stage")
    if pipeline.objects.exists():
        return
    first = pipeline.objects.create()
    stage.objects.bulk_create(
        stage(
            pipeline=first,
            kind=key if key in ("won", "lost") else "open",
            key=key,
            position=position,
            probability=PROBABILITIES[key],
            slow_days=SLOW_DAYS.get(key),
        )
        for position, key in enumerate(SEEDS)
    )
