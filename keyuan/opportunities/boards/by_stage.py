"""The board of opportunities by stage (R7)."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db.models import Count, F, Q, Sum
from django.urls import reverse
from django.utils import timezone

from keyuan.opportunities.boards.board import NOUGHT, Board, Column, cents
from keyuan.opportunities.models import Stage
from keyuan.opportunities.stages import offered_pipelines, stages_of
from keyuan.records.relative_dates import span

OF_THE_MOMENT = {
    "outcome", "expected_on", "is_overdue", "is_stagnant", "stagnant_days", "stage", "slips", "probability",
    "next_contact_at", "closed_on",
}  # fmt: skip
"""Conditions that say which open ones are shown; what was won and lost this quarter does not ask them."""


class StageBoard(Board):
    """One column per open stage of one pipeline (R7)."""

    route, field_name, move_route, group = "opportunities:board", "stage", "opportunities:move", F("stage")
    shape = "board"

    @cached_property
    def pipeline(self) -> Any:
        """The one that was chosen, else the first of those meant for this person."""
        wanted = stages_of(self.book).pipeline(int(self.asked.params.get("pipeline", "0")[:17]))
        return wanted or next(iter(offered_pipelines(self.book)), None)

    def columns_without_cards(self) -> list[Column]:
        if self.pipeline is None:
            return []
        stages = stages_of(self.book).open_of(self.pipeline.pk)
        return [
            Column(
                str(one.pk),
                str(one),
                Q(stage=one.pk),
                probability=one.probability,
                asks=bool(one.required_fields or one.required_activity_id),
            )
            for one in stages
        ]

    def places(self) -> list[tuple[str, str]]:
        stages = stages_of(self.book).of(self.pipeline.pk) if self.pipeline else []
        return [(str(one.pk), str(one)) for one in stages]

    def place_of(self, row: Any) -> str:
        return str(row.stage_id)

    def zones(self) -> list[dict[str, Any]]:
        """Where cards are dropped that are won or lost, with what was this quarter."""
        quarter = span("this-quarter", timezone.now())
        assert quarter is not None
        first, end = timezone.localdate(quarter.start), timezone.localdate(quarter.end)
        rows = self.without_conditions(*OF_THE_MOMENT).filter(closed_on__gte=first, closed_on__lt=end)
        if self.pipeline:
            rows = rows.filter(pipeline=self.pipeline.pk)
        found = {
            one["outcome"]: (one["number"], one["worth"])
            for one in rows.order_by().values("outcome").annotate(number=Count("pk"), worth=Sum("amount"))
        }
        return [
            {"kind": kind, "url": url, "number": found.get(kind, (0,))[0], "amount": found.get(kind, (0, NOUGHT))[1]}
            for kind, url in (
                (Stage.Kind.WON.value, reverse("opportunities:win", args=[0])),
                (Stage.Kind.LOST.value, reverse("opportunities:lose", args=[0])),
            )
        ]

    def closed_heads(self) -> dict[str, Any]:
        """What the zones say, for the script."""
        sees = self.reader.sees_amount
        return {
            one["kind"]: {"number": one["number"]} | ({"amount": cents(one["amount"])} if sees else {})
            for one in self.zones()
        }

    def board_context(self) -> dict[str, Any]:
        return super().board_context() | {"zones": self.zones()}
