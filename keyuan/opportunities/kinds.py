"""Kinds of fields that only opportunities have: the stage, and what is worked out from days."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from keyuan.opportunities.models import Pipeline, Stage
from keyuan.opportunities.stages import Stages, offered_pipelines, stages_of
from keyuan.records.catalogue import Field
from keyuan.records.kinds import Asked, Kind, Number, YesNo
from keyuan.records.kinds.choices import not_offered
from keyuan.records.kinds.numbers import COMPARED
from keyuan.records.namebook import NameBook


class InStage(Kind):
    """The stage, by id, key or name."""

    name = "stage"
    sortable = True
    points = True

    def read(self, field: Field, record: models.Model) -> int | None:
        return getattr(record, f"{field.column}_id")

    def order(self, field: Field) -> str:
        return f"{field.column}__position"

    def asked_value(self, field: Field, value: Any, asked: Asked) -> int:
        stage = stages_of(asked.book).find(str(value))
        if stage is None:
            raise self.refuse_value(field, value)
        return stage.pk

    def parse(self, text: str, book: NameBook) -> Stage | None:
        if not text.strip():
            return None
        stage = stages_of(book).find(text.strip())
        if stage is None or stage.is_retired:
            raise not_offered(text, [str(one) for one in stages_of(book).all if not one.is_retired])
        return stage

    def offers(self, book: NameBook, current: Any) -> list[tuple[str, str]]:
        known = stages_of(book)
        pipelines = [one.pk for one in offered_pipelines(book)]
        if (now := known.by_id.get(current)) is not None:
            pipelines = [now.pipeline_id]
        many = len(pipelines) > 1
        return [(str(one.pk), in_words(one, known, many)) for pipeline in pipelines for one in known.of(pipeline)]

    def typed(self, value: Any, book: NameBook) -> str:
        return str(value or "")

    def plain(self, value: Any, book: NameBook) -> str:
        return str(stages_of(book).by_id.get(value) or "")

    def json(self, value: Any, book: NameBook) -> dict[str, Any] | None:
        return {"id": value, "name": self.plain(value, book)} if value else None


def in_words(stage: Stage, known: Stages, many: bool) -> str:
    """The name of a stage, after that of its pipeline where several are offered."""
    return f"{known.pipeline(stage.pipeline_id)} · {stage}" if many else str(stage)


class InPipeline(Kind):
    """The pipeline, by id or name."""

    name = "pipeline"
    sortable = True
    points = True

    def read(self, field: Field, record: models.Model) -> int | None:
        return getattr(record, f"{field.column}_id")

    def asked_value(self, field: Field, value: Any, asked: Asked) -> int:
        found = self._find(str(value), asked.book)
        if found is None:
            raise self.refuse_value(field, value)
        return found.pk

    def _find(self, text: str, book: NameBook) -> Pipeline | None:
        pipelines = stages_of(book).pipelines
        return next((one for one in pipelines if text in (str(one.pk), str(one))), None)

    def plain(self, value: Any, book: NameBook) -> str:
        return str(stages_of(book).pipeline(value) or "")

    def json(self, value: Any, book: NameBook) -> dict[str, Any] | None:
        return {"id": value, "name": self.plain(value, book)} if value else None


class Overdue(YesNo):
    """Whether an open opportunity should have been closed by now (O6)."""

    sortable = False

    def where(self, field: Field, op: str, value: Any, asked: Asked) -> Q:
        late = Q(outcome="open", expected_on__lt=timezone.localdate(asked.now))
        return late if self.asked_value(field, value, asked) == (op == "=") else ~late


class Stagnant(YesNo):
    """Whether an open opportunity has stood still longer than its stage allows, with nothing planned (R6)."""

    sortable = False

    def read(self, field: Field, record: Any) -> bool:
        return bool(getattr(record, "stagnation_now", ""))

    def where(self, field: Field, op: str, value: Any, asked: Asked) -> Q:
        still = stagnant(asked)
        return still if self.asked_value(field, value, asked) == (op == "=") else ~still


def stagnant(asked: Asked) -> Q:
    """The condition on opportunities, with one literal limit per stage."""
    found = Q(pk__in=[])
    for stage in stages_of(asked.book).all:
        if stage.is_open and stage.slow_days:
            since = asked.now - timedelta(days=stage.slow_days)
            found |= Q(stage=stage.pk, progressed_at__lte=since)
    alive = Q(next_contact_at__gte=asked.now)
    return Q(outcome="open") & found & ~alive


class StagnantDays(Number):
    """Whole days since the last progress of an open opportunity."""

    ops: ClassVar[tuple[str, ...]] = ("<", "<=", ">", ">=")
    sortable = False

    def where(self, field: Field, op: str, value: Any, asked: Asked) -> Q:
        if op not in self.ops:
            raise self.refuse_op(field, op)
        days: Decimal = self.asked_value(field, value, asked)
        more = days + (1 if op in ("<=", ">") else 0)  # whole days: more than two is three
        compared = {">": "lte", ">=": "lte", "<": "gt", "<=": "gt"}[op]
        assert op in COMPARED
        limit = asked.now - timedelta(days=min(int(more), 36_500))
        return Q(outcome="open", **{f"progressed_at__{compared}": limit})
