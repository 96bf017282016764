"""Pipelines and their stages in the API: read by everybody who sees opportunities, changed by administrators."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Router

from keyuan.opportunities.admin_forms import PipelineForm, StageForm
from keyuan.opportunities.models import Pipeline, Stage
from keyuan.opportunities.pipelines_admin import add_pipeline, add_stage, edit_pipeline, edit_stage, order_stages
from keyuan.ui.rest.access import administrators_call, may_call
from keyuan.ui.rest.describing import operation
from keyuan.ui.rest.inputs import body, expect, parameters, wrong_type
from keyuan.ui.rest.problems import answer, refused
from keyuan.ui.rest.replays import repeatable
from keyuan.ui.rest.schemas import Schema, listed, nullable, ref, text

_WHOLE = {"type": "integer"}
STAGE: Schema = {
    "name": text(longest=60),
    "probability": {"type": "integer", "minimum": 0, "maximum": 100},
    "days_to_stagnate": nullable(_WHOLE),
    "required_fields": listed(text()),
    "required_activity": nullable(text()),
    "may_skip": {"type": "boolean"},
    "may_go_back": {"type": "boolean"},
}
BODY: Schema = {
    "type": "object",
    "properties": {
        "name": text(longest=60),
        "departments": listed(_WHOLE),
        "stages": listed({"type": "object", "properties": {"id": _WHOLE, **STAGE}, "additionalProperties": False})
        | {"description": "all open stages in their order; those without an id are new, closed ones may be among them"},
    },
    "additionalProperties": False,
}
FORM_NAMES = {"days_to_stagnate": "slow_days"}
pipelines = Router(tags=["pipelines"])


@pipelines.get("", **operation("list_pipelines", "List the pipelines with their stages", result=ref("PipelineList")))
@may_call("opportunity", "view")
def pipeline_list(request: HttpRequest) -> HttpResponse:
    parameters(request, ())
    return answer({"items": told(list(Pipeline.objects.all()))})


@pipelines.get("/{int:pk}", **operation("get_pipeline", "Read a pipeline", result=ref("Pipeline"), refusals=(404,)))
@may_call("opportunity", "view")
def pipeline_get(request: HttpRequest, pk: int) -> HttpResponse:
    parameters(request, ())
    return answer(told([get_object_or_404(Pipeline, pk=pk)])[0])


def told(rows: list[Pipeline]) -> list[dict[str, Any]]:
    """Pipelines with their stages in order, retired stages left out."""
    stages = Stage.objects.filter(pipeline__in=rows, is_retired=False).select_related("required_activity")
    below: dict[int, list[dict[str, Any]]] = {}
    for one in stages:
        below.setdefault(one.pipeline_id, []).append(_stage(one))
    return [
        {
            "id": one.pk,
            "name": str(one),
            "departments": one.departments,
            "is_retired": one.is_retired,
            "stages": below.get(one.pk, []),
        }
        for one in rows
    ]


def _stage(one: Stage) -> dict[str, Any]:
    return {
        "id": one.pk,
        "name": str(one),
        "kind": one.kind,
        "position": one.position,
        "probability": one.probability,
        "days_to_stagnate": one.slow_days,
        "required_fields": one.required_fields,
        "required_activity": one.required_activity.key if one.required_activity else None,
        "may_skip": one.may_skip,
        "may_go_back": one.may_go_back,
    }


@pipelines.post(
    "",
    **operation(
        "create_pipeline",
        "Add a pipeline, with the usual stages",
        status=201,
        result=ref("Pipeline"),
        body={
            "type": "object",
            "properties": {name: BODY["properties"][name] for name in ("name", "departments")},
            "required": ["name"],
            "additionalProperties": False,
        },
        post=True,
    ),
)
@repeatable()
@administrators_call
def pipeline_create(request: HttpRequest) -> HttpResponse:
    given = expect(body(request), name=str, departments=list)
    values = _valid(PipelineForm(given))
    made = add_pipeline(values["name"], values["departments"], by=request.user)  # type: ignore[arg-type]
    return answer(told([made])[0], 201, {"Location": f"/api/v1/pipelines/{made.pk}"})


@pipelines.patch(
    "/{int:pk}",
    **operation(
        "change_pipeline", "Rename, offer elsewhere, change stages", result=ref("Pipeline"), body=BODY,
        refusals=(404, 409, 422),
    ),
)  # fmt: skip
@administrators_call
def pipeline_change(request: HttpRequest, pk: int) -> HttpResponse:
    given = expect(body(request), name=str, departments=list, stages=list)
    pipeline = get_object_or_404(Pipeline, pk=pk)
    with transaction.atomic():
        if {"name", "departments"} & set(given):
            now = {"name": str(pipeline), "departments": pipeline.departments}
            values = _valid(PipelineForm(now | {name: given[name] for name in now if name in given}))
            edit_pipeline(pipeline, values["name"], values["departments"], by=request.user)  # type: ignore[arg-type]
        if "stages" in given:
            _change_stages(request, pipeline, given["stages"])
    return answer(told([get_object_or_404(Pipeline, pk=pk)])[0])


def _change_stages(request: HttpRequest, pipeline: Pipeline, given: list[Any]) -> None:
    order = []
    for one in given:
        if not isinstance(one, dict):
            raise refused({"stages": [wrong_type("stages")]})
        stage = _changed_stage(request, pipeline, dict(one))
        if stage.is_open:
            order.append(stage.pk)
    order_stages(pipeline, order, by=request.user)  # type: ignore[arg-type]


def _changed_stage(request: HttpRequest, pipeline: Pipeline, given: dict[str, Any]) -> Stage:
    pk = given.pop("id", None)
    kinds: dict[str, Any] = {
        "name": str,
        "probability": int,
        "days_to_stagnate": (int, type(None)),
        "required_fields": list,
        "required_activity": (str, type(None)),
        "may_skip": bool,
        "may_go_back": bool,
    }
    given = {FORM_NAMES.get(name, name): value for name, value in expect(given, **kinds).items()}
    stage = get_object_or_404(Stage, pk=pk, pipeline=pipeline, is_retired=False) if isinstance(pk, int) else None
    now: dict[str, Any] = {"may_skip": True, "may_go_back": True}
    if stage is not None:
        now = _stage(stage)
        now["slow_days"] = now.pop("days_to_stagnate")
    form = StageForm(_keyed(now | given), stage=stage)
    values = _valid(form)
    name = values["name"]
    if stage is None:
        return add_stage(pipeline, name, by=request.user, **form.rules)  # type: ignore[arg-type]
    return edit_stage(stage, name, by=request.user, **form.rules)  # type: ignore[arg-type]


def _keyed(values: dict[str, Any]) -> dict[str, Any]:
    """The kind of follow-up as the form takes it: by its number."""
    key = values.get("required_activity")
    if key:
        from_key = {one.key: one.pk for one in StageForm().fields["required_activity"].queryset}  # type: ignore[attr-defined]
        values["required_activity"] = from_key.get(key, key)
    return values


def _valid(form: Any) -> dict[str, Any]:
    if not form.is_valid():
        raise refused({name: [str(one) for one in found] for name, found in form.errors.items()})
    return dict(form.cleaned_data)


SCHEMAS: dict[str, Schema] = {
    "Pipeline": {
        "type": "object",
        "properties": {
            "id": _WHOLE,
            "name": text(),
            "departments": listed(_WHOLE),
            "is_retired": {"type": "boolean"},
            "stages": listed(
                {
                    "type": "object",
                    "properties": {
                        "id": _WHOLE,
                        "kind": {"enum": ["open", "won", "lost"]},
                        "position": _WHOLE,
                        **STAGE,
                    },
                }
            ),
        },
    },
    "PipelineList": {"type": "object", "properties": {"items": listed(ref("Pipeline"))}},
}
