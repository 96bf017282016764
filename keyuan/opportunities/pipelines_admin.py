"""Pipelines and stages as administrators change them: every change is a line of the log (O7, R3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from keyuan.customers.lists_admin import rewrite_views
from keyuan.opportunities.models import Opportunity, Pipeline, Stage, StageMove
from keyuan.opportunities.models.moving import REQUIRABLE, clear_stage
from keyuan.opportunities.models.pipeline import PROBABILITIES, SEEDS, SLOW_DAYS
from keyuan.org.administrators import require_administrator
from keyuan.org.models import User
from keyuan.people import log
from keyuan.records.errors import RuleBroken
from keyuan.records.history import Operation
from keyuan.records.options import tag_key

RULES = (
    "probability", "slow_days", "required_fields", "required_activity", "may_skip", "may_go_back",
)  # fmt: skip
"""What a stage has besides its name and place."""


def open_deals() -> dict[int, int]:
    """How many open opportunities stand in each stage, those in the recycle bin included."""
    rows = _everyones().filter(outcome="open").order_by().values_list("stage")
    return dict(rows.annotate(n=Count("pk")))


def _everyones() -> Any:
    return Opportunity.objects.unscoped(reason="a stage is counted and cleared on all opportunities")


# Pipelines


@transaction.atomic
def add_pipeline(name: str, departments: Sequence[int] = (), *, by: User) -> Pipeline:
    """A new way of selling, with the stages that a fresh installation begins with.

    Raises:
        NotAllowed, RuleBroken: there is one with this name.
    """
    require_administrator(by)
    _refuse_pipeline(name, None)
    made = Pipeline.objects.create(name=name, departments=sorted(set(departments)), position=Pipeline.objects.count())
    Stage.objects.bulk_create(
        Stage(
            pipeline=made,
            kind=key if key in ("won", "lost") else "open",
            key=key,
            position=place,
            probability=PROBABILITIES[key],
            slow_days=SLOW_DAYS.get(key),
        )
        for place, key in enumerate(SEEDS)
    )
    log.write("pipeline", made.pk, "created", by=by, before={}, after={"name": name}, name=name)
    return made


@transaction.atomic
def edit_pipeline(pipeline: Pipeline, name: str, departments: Sequence[int], *, by: User) -> Pipeline:
    """Rename, or offer to other departments. A seeded name that is edited is no longer translated."""
    require_administrator(by)
    locked = Pipeline.objects.select_for_update().get(pk=pipeline.pk)
    _refuse_pipeline(name, locked)
    before = {"name": str(locked), "departments": locked.departments}
    if name != str(locked):
        locked.name = name
    locked.departments = sorted(set(departments))
    locked.save(update_fields=["name", "departments"])
    log.write_difference("pipeline", locked.pk, before, {"name": name, "departments": locked.departments}, by=by)
    return locked


@transaction.atomic
def retire_pipeline(pipeline: Pipeline, is_retired: bool, *, by: User) -> None:
    """No longer offer a pipeline, or offer it again.

    Raises:
        RuleBroken: open opportunities stand in it, or it is the last one.
    """
    require_administrator(by)
    rows = list(Pipeline.objects.select_for_update().order_by("position", "pk"))
    locked = next(one for one in rows if one.pk == pipeline.pk)
    if is_retired and not any(one.pk != locked.pk and not one.is_retired for one in rows):
        raise RuleBroken(_("One pipeline must stay in use."))
    if is_retired and _everyones().filter(pipeline=locked, outcome="open").exists():
        raise RuleBroken(_("Open opportunities stand in this pipeline. Move them to another one first."))
    before = {"is_retired": locked.is_retired}
    Pipeline.objects.filter(pk=locked.pk).update(is_retired=is_retired)
    log.write_difference("pipeline", locked.pk, before, {"is_retired": is_retired}, by=by)


def _refuse_pipeline(name: str, itself: Pipeline | None) -> None:
    others = [one for one in Pipeline.objects.all() if itself is None or one.pk != itself.pk]
    _refuse_namesake(name, others)


def _refuse_namesake(name: str, others: Sequence[Any]) -> None:
    if not tag_key(name):
        raise RuleBroken(_("Write a name."))
    if tag_key(name) in [tag_key(str(one)) for one in others]:
        raise RuleBroken(_("“%(name)s” is in the list already.") % {"name": name})


# Stages


def _locked(pipeline: int) -> list[Stage]:
    """The stages in use, locked by their pipeline: two administrators change them one after the other."""
    Pipeline.objects.select_for_update().get(pk=pipeline)
    return list(Stage.objects.filter(pipeline=pipeline, is_retired=False).order_by("position", "pk"))


def picture(stage: Stage) -> dict[str, Any]:
    """Name and rules, as the log keeps them."""
    rules = {name: getattr(stage, name) for name in RULES if name != "required_activity"}
    activity = stage.required_activity
    return {"name": str(stage)} | rules | {"required_activity": str(activity) if activity else ""}


@transaction.atomic
def add_stage(pipeline: Pipeline, name: str, *, by: User, **rules: Any) -> Stage:
    """A new stage, the last before the closed ones."""
    require_administrator(by)
    stages = _locked(pipeline.pk)
    _refuse_namesake(name, stages)
    stage = Stage(pipeline=pipeline, name=name, **_checked(rules))
    stage.save()
    opened = [one for one in stages if one.is_open]
    _place([*opened, stage, *(one for one in stages if not one.is_open)])
    log.write("stage", stage.pk, "created", by=by, before={}, after=picture(stage), name=name)
    return stage


@transaction.atomic
def edit_stage(stage: Stage, name: str, *, by: User, **rules: Any) -> Stage:
    """Rename a stage and change its rules. Records point at it, so all of them follow."""
    require_administrator(by)
    stages = _locked(stage.pipeline_id)
    stage = _find(stages, stage)
    _refuse_namesake(name, [one for one in stages if one.pk != stage.pk])
    before = picture(stage)
    if name != str(stage):
        stage.name = name
    for column, value in _checked(rules).items():
        if stage.is_open or column in ("required_fields", "required_activity"):
            setattr(stage, column, value)
    stage.save()
    log.write_difference("stage", stage.pk, before, picture(stage), by=by)
    return stage


def _checked(rules: dict[str, Any]) -> dict[str, Any]:
    unknown = set(rules) - set(RULES)
    if unknown or set(rules.get("required_fields") or ()) - set(REQUIRABLE):
        raise RuleBroken(_("A stage can't require this field."))
    if not 0 <= (rules.get("probability") or 0) <= 100:
        raise RuleBroken(_("A probability is a whole number from 0 to 100."))
    return rules


@transaction.atomic
def order_stages(pipeline: Pipeline, wanted: Sequence[int], *, by: User) -> None:
    """Let the open stages stand in this order.

    Raises:
        RuleBroken: these are not the open stages of the pipeline, somebody has changed them meanwhile.
    """
    require_administrator(by)
    stages = _locked(pipeline.pk)
    opened = {one.pk: one for one in stages if one.is_open}
    if sorted(wanted) != sorted(opened):
        raise RuleBroken(_("The stages have changed meanwhile. Load the page again."))
    before = [str(one) for one in opened.values()]
    _place([*(opened[pk] for pk in wanted), *(one for one in stages if not one.is_open)])
    after = [str(opened[pk]) for pk in wanted]
    log.write_difference("pipeline", pipeline.pk, {"stages": before}, {"stages": after}, by=by)


def shift_stage(stage: Stage, step: int, *, by: User) -> None:
    """One place up (-1) or down (1) among the open stages."""
    rows = Stage.objects.filter(pipeline=stage.pipeline_id, is_retired=False, kind="open")
    pks = list(rows.order_by("position", "pk").values_list("pk", flat=True))
    if stage.pk not in pks:
        raise RuleBroken(_("This stage keeps its place."))
    at = pks.index(stage.pk)
    if 0 <= at + step < len(pks):
        pks[at], pks[at + step] = pks[at + step], pks[at]
        order_stages(stage.pipeline, pks, by=by)


def _place(stages: Sequence[Stage]) -> None:
    for place, one in enumerate(stages):
        if one.position != place:
            Stage.objects.filter(pk=one.pk).update(position=place)


def remove_stage(stage: Stage, target: Stage | None, *, by: User) -> int:
    """Take a stage away: its open opportunities go to `target`, each with a line of its history.

    A stage in which anything has been is retired and unseen, so that history can still name it; any other is gone.

    Returns:
        How many opportunities moved.

    Raises:
        NotAllowed: `by` is no administrator.
        RuleBroken: a target is missing or none of the open stages in use, it is the last open stage, or a closed one.
    """
    require_administrator(by)
    _removable(stage, target)
    operation = Operation.begin("stage.deleted", by=by)
    moved = clear_stage(stage, target, by=by, operation=operation) if target is not None else 0
    with transaction.atomic():
        stages = _locked(stage.pipeline_id)
        stage = _find(stages, stage)
        Stage.objects.select_for_update().get(pk=stage.pk)  # whoever brings something into it is done, or hears of it
        if len([one for one in stages if one.is_open]) == 1:
            raise RuleBroken(_("One open stage must stay."))
        if _everyones().filter(stage=stage).select_for_update().exists():
            raise RuleBroken(_("An opportunity has come into this stage meanwhile. Delete it again."))
        name, was = str(stage), picture(stage)
        _drop(stage)
        _place([one for one in stages if one.pk != stage.pk])
        if target is not None:
            rewrite_views({"stage"}, {str(stage.pk), name}, str(target.pk))
        to = str(target) if target else ""
        log.write("stage", stage.pk, "deleted", by=by, before=was, after={}, operation=operation, name=name,
                  records=moved, into=to)  # fmt: skip
    return moved


def _removable(stage: Stage, target: Stage | None) -> None:
    if not stage.is_open:
        raise RuleBroken(_("Each pipeline keeps one won and one lost stage. Rename it instead."))
    if target is None and _everyones().filter(stage=stage, outcome="open").exists():
        raise RuleBroken(_("Open opportunities stand in this stage. Choose where they go."))
    if target is None and Stage.objects.filter(pipeline=stage.pipeline_id, kind="open", is_retired=False).count() == 1:
        raise RuleBroken(_("One open stage must stay."))


def _drop(stage: Stage) -> None:
    been = StageMove.objects.filter(Q(from_stage=stage) | Q(to_stage=stage)).exists()
    if been or _everyones().filter(Q(stage=stage) | Q(last_open_stage=stage)).exists():
        Stage.objects.filter(pk=stage.pk).update(is_retired=True)
    else:
        Stage.objects.filter(pk=stage.pk).delete()


def _find(stages: Sequence[Stage], stage: Stage) -> Stage:
    found = next((one for one in stages if one.pk == stage.pk), None)
    if found is None:
        raise RuleBroken(_("This stage no longer exists."))
    return found
