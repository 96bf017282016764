"""Administration of pipelines, their stages and the rule about winning (O7)."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keyuan.opportunities import pipelines_admin
from keyuan.opportunities.admin_forms import PipelineForm, StageForm, StageTargetForm, WonForm
from keyuan.opportunities.models import Opportunity, Pipeline, Stage
from keyuan.opportunities.rules import decide, opportunity_rules
from keyuan.org.http import Request
from keyuan.org.models import Department
from keyuan.records.errors import RuleBroken
from keyuan.ui.audience import administrators
from keyuan.ui.pages import go, page, toast

BACK = "/admin/pipelines/"


@require_GET
@administrators
def pipelines(request: Request) -> HttpResponse:
    names = dict(Department.objects.values_list("pk", "name"))
    stages = list(Stage.objects.filter(is_retired=False).select_related("required_activity"))
    deals = pipelines_admin.open_deals()
    rows = [
        {
            "pipeline": one,
            "departments": [names[pk] for pk in one.departments if pk in names],
            "stages": [_row(stage, deals) for stage in stages if stage.pipeline_id == one.pk],
        }
        for one in Pipeline.objects.order_by("is_retired", "position", "pk")
    ]
    context = {"title": _("Pipelines and stages"), "rows": rows, "form": WonForm(initial=asdict(opportunity_rules()))}
    return page(request, "opportunities/admin/pipelines.html", context)


def _row(stage: Stage, deals: dict[int, int]) -> dict[str, Any]:
    labels = [str(Opportunity._meta.get_field(name).verbose_name) for name in stage.required_fields]  # type: ignore[union-attr]
    return {"stage": stage, "deals": deals.get(stage.pk, 0), "needs": labels}


@require_POST
@administrators
def won_rule(request: Request) -> HttpResponse:
    form = WonForm(request.POST)
    if not form.is_valid():
        raise RuleBroken(_("Choose a class that is in use."))
    decide(replace(opportunity_rules(), won_class=form.cleaned_data["won_class"]), by=request.user)
    toast(request, _("Saved"))
    return redirect("pipelines_admin:list")


@require_http_methods(["GET", "POST"])
@administrators
def pipeline_new(request: Request) -> HttpResponse:
    form = PipelineForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = _tried(form, lambda: pipelines_admin.add_pipeline(given["name"], given["departments"], by=request.user))
        if made is not None:
            toast(request, _("“%(name)s” was created") % {"name": made})
            return go(request, "pipelines_admin:list")
    return _form(request, form, _("New pipeline"))


@require_http_methods(["GET", "POST"])
@administrators
def pipeline_edit(request: Request, pk: int) -> HttpResponse:
    pipeline = get_object_or_404(Pipeline, pk=pk)
    start = {"name": str(pipeline), "departments": pipeline.departments}
    form = PipelineForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if _tried(
            form,
            lambda: pipelines_admin.edit_pipeline(pipeline, given["name"], given["departments"], by=request.user),
        ):
            toast(request, _("Saved"))
            return go(request, "pipelines_admin:list")
    return _form(request, form, _("Edit “%(name)s”") % {"name": pipeline})


@require_POST
@administrators
def pipeline_retire(request: Request, pk: int) -> HttpResponse:
    pipeline = get_object_or_404(Pipeline, pk=pk)
    pipelines_admin.retire_pipeline(pipeline, not pipeline.is_retired, by=request.user)
    toast(request, _("Saved"))
    return redirect("pipelines_admin:list")


@require_POST
@administrators
def stage_order(request: Request, pk: int) -> HttpResponse:
    pipeline = get_object_or_404(Pipeline, pk=pk)
    wanted = [int(one) for one in request.POST.get("order", "").split(",") if one.isdecimal() and len(one) < 18]
    pipelines_admin.order_stages(pipeline, wanted, by=request.user)
    return redirect("pipelines_admin:list")


@require_http_methods(["GET", "POST"])
@administrators
def stage_new(request: Request, pk: int) -> HttpResponse:
    pipeline = get_object_or_404(Pipeline, pk=pk)
    form = StageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        made = _tried(form, lambda: pipelines_admin.add_stage(pipeline, name, by=request.user, **form.rules))
        if made is not None:
            toast(request, _("“%(name)s” was created") % {"name": made})
            return go(request, "pipelines_admin:list")
    return _form(request, form, f"{pipeline} · {_('New stage')}")


@require_http_methods(["GET", "POST"])
@administrators
def stage_edit(request: Request, pk: int) -> HttpResponse:
    stage = _stage(pk)
    form = StageForm(request.POST or None, stage=stage, initial=_start(stage))
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        if _tried(form, lambda: pipelines_admin.edit_stage(stage, name, by=request.user, **form.rules)):
            toast(request, _("Saved"))
            return go(request, "pipelines_admin:list")
    return _form(request, form, _("Edit “%(name)s”") % {"name": stage})


def _start(stage: Stage) -> dict[str, Any]:
    rules = {name: getattr(stage, name) for name in pipelines_admin.RULES}
    return {"name": str(stage)} | rules


@require_POST
@administrators
def stage_shift(request: Request, pk: int) -> HttpResponse:
    pipelines_admin.shift_stage(_stage(pk), -1 if request.POST.get("to") == "up" else 1, by=request.user)
    return redirect("pipelines_admin:list")


@require_http_methods(["GET", "POST"])
@administrators
def stage_delete(request: Request, pk: int) -> HttpResponse:
    """Delete a stage; where open opportunities stand in it, it asks first where they go."""
    stage = _stage(pk)
    number = pipelines_admin.open_deals().get(stage.pk, 0)
    form = StageTargetForm(request.POST if request.method == "POST" else None, stage=stage, needed=bool(number))
    if request.method == "POST" and form.is_valid():
        try:
            moved = pipelines_admin.remove_stage(stage, form.cleaned_data.get("target"), by=request.user)
        except RuleBroken as refusal:
            form.add_error(None, str(refusal))
        else:
            said = ngettext("%(n)d opportunity moved", "%(n)d opportunities moved", moved) % {"n": moved}
            toast(request, _("“%(name)s” was deleted") % {"name": stage}, more=said if moved else "")
            return go(request, "pipelines_admin:list")
    title = _("Delete “%(name)s”") % {"name": stage}
    context = {"title": title, "form": form, "number": number, "back": BACK}
    return page(request, "opportunities/admin/delete.html", context, status=422 if form.errors else 200)


def _stage(pk: int) -> Stage:
    return get_object_or_404(Stage, pk=pk, is_retired=False)


def _tried(form: Any, verb: Any) -> Any:
    """What the verb makes; None where it refuses, which the form says at the name."""
    try:
        return verb()
    except RuleBroken as refusal:
        form.add_error("name", str(refusal))
        return None


def _form(request: Request, form: Any, title: str) -> HttpResponse:
    context = {"title": title, "form": form, "back": BACK}
    return page(request, "opportunities/admin/form.html", context, status=422 if form.errors else 200)
