"""Pipelines and stages as a process keeps them between requests: every page of opportunities reads them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from keyuan.opportunities.models import Pipeline, Stage
from keyuan.org.shelf import shelf_of
from keyuan.records.kinds.places import below
from keyuan.records.namebook import NameBook
from keyuan.records.text import normalise


@dataclass(frozen=True)
class Stages:
    """All pipelines in order, each with all its stages in order, retired ones too."""

    pipelines: Sequence[Pipeline]
    all: Sequence[Stage]

    @cached_property
    def by_id(self) -> dict[int, Stage]:
        return {one.pk: one for one in self.all}

    def of(self, pipeline: int, *, retired: bool = False) -> list[Stage]:
        """The stages of one pipeline."""
        return [one for one in self.all if one.pipeline_id == pipeline and (retired or not one.is_retired)]

    def open_of(self, pipeline: int) -> list[Stage]:
        return [one for one in self.of(pipeline) if one.is_open]

    def pipeline(self, pk: int | None) -> Pipeline | None:
        return next((one for one in self.pipelines if one.pk == pk), None)

    def find(self, text: str) -> Stage | None:
        """By id, key or name; of several pipelines that use a name, the first one's."""
        wanted = normalise(text)
        if text.isdecimal() and len(text) < 18 and (found := self.by_id.get(int(text))):
            return found
        return next((one for one in self._living() if text == one.key or wanted == normalise(str(one))), None)

    def _living(self) -> Iterable[Stage]:
        gone = {one.pk for one in self.pipelines if one.is_retired}
        return (one for one in self.all if not one.is_retired and one.pipeline_id not in gone)


def stages_of(book: NameBook) -> Stages:
    """What lies on the shelf of this request."""
    return shelf_of(book.user).get("stages", _read)


def _read() -> Stages:
    return Stages(list(Pipeline.objects.all()), list(Stage.objects.order_by("pipeline__position", "position", "id")))


def offered_pipelines(book: NameBook) -> list[Pipeline]:
    """The pipelines in which this person may begin something, in order; where none is meant for them, all."""
    living = [one for one in stages_of(book).pipelines if not one.is_retired]
    mine = [one for one in living if not one.departments or book.user.department_id in below(one.departments, book)]
    return mine or living
