"""Administration of assignment: the rules as sentences, what they would give now, and giving it (E4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keyuan.leads.assignment import rules as verbs
from keyuan.leads.assignment.dealing import Gift, candidates
from keyuan.leads.assignment.forms import RuleForm
from keyuan.leads.assignment.giving import MOST, apply_now, planned, waiting
from keyuan.leads.assignment.models import AssignmentRule
from keyuan.leads.fields import LEAD
from keyuan.org.http import Request
from keyuan.records.errors import RuleBroken
from keyuan.records.kinds.kind import FilterRefused
from keyuan.records.namebook import NameBook
from keyuan.records.query import parse, where
from keyuan.ui.audience import administrators
from keyuan.ui.pages import go, page, toast

BACK = "/admin/assignment/"
NAMED = 8
"""So many people are named of those who would get something."""


@require_GET
@administrators
def rules(request: Request) -> HttpResponse:
    book = NameBook(request.user)
    found = AssignmentRule.objects.select_related("pool", "department")
    shown = [{"rule": one, "sentence": verbs.sentence(one, book), "warning": _warning(one, request)} for one in found]
    return page(request, "leads/assignment/list.html", {"title": _("Assignment of leads"), "rules": shown})


def _warning(rule: AssignmentRule, request: Request) -> str:
    """Why a rule gives nothing any more; "" where it may."""
    try:
        where(rule.filter, LEAD, request.user)
    except FilterRefused as refusal:
        return _("Its conditions hold no more: %(why)s") % {"why": refusal}
    return "" if candidates(rule) else _("It names nobody any more.")


@require_GET
@administrators
def effect(request: Request) -> HttpResponse:
    """What the rules would give of what waits now; follows the page."""
    dealt = planned(waiting())
    by_rule = Counter[str]()
    for gift in dealt.gifts:
        by_rule[gift.rule.name] += len(gift.pks)
    context = {"dealt": dealt, "rules": by_rule.items(), "people": _people(dealt.gifts), "most": MOST}
    return render(request, "leads/assignment/effect.html", context)


def _people(gifts: list[Gift]) -> list[tuple[str, int]]:
    """Who gets how many, those who get most first."""
    counted = Counter[str]()
    for gift in gifts:
        counted[str(gift.to)] += len(gift.pks)
    return counted.most_common(NAMED)


@require_POST
@administrators
def give_now(request: Request) -> HttpResponse:
    try:
        dealt = apply_now(by=request.user)
    except RuleBroken as refusal:
        toast(request, str(refusal))
        return redirect("assignment:list")
    assert dealt.operation is not None
    said = ngettext("%(n)d lead assigned", "%(n)d leads assigned", dealt.number) % {"n": dealt.number}
    toast(request, said, undo=reverse("leads:pool_undo", args=[dealt.operation.pk]))
    return redirect("assignment:list")


@require_http_methods(["GET", "POST"])
@administrators
def rule_new(request: Request) -> HttpResponse:
    form = RuleForm(request.POST or None, by=request.user)
    if request.method == "POST" and form.is_valid():
        made = _tried(form, lambda: verbs.add_rule(form.wanted, by=request.user))
        if made is not None:
            toast(request, _("“%(name)s” was created") % {"name": made})
            return go(request, "assignment:list")
    return _form(request, form, _("New rule"))


@require_http_methods(["GET", "POST"])
@administrators
def rule_edit(request: Request, pk: int) -> HttpResponse:
    rule = get_object_or_404(AssignmentRule, pk=pk)
    form = RuleForm(request.POST or None, by=request.user, rule=rule)
    if request.method == "POST" and form.is_valid():
        saved = _tried(form, lambda: verbs.edit_rule(rule, form.wanted, by=request.user))
        if saved is not None:
            toast(request, _("Saved"))
            return go(request, "assignment:list")
    return _form(request, form, _("Edit “%(name)s”") % {"name": rule})


@require_POST
@administrators
def rule_use(request: Request, pk: int) -> HttpResponse:
    rule = get_object_or_404(AssignmentRule, pk=pk)
    verbs.use_rule(rule, not rule.is_active, by=request.user)
    toast(request, _("Saved"))
    return redirect("assignment:list")


@require_POST
@administrators
def rule_shift(request: Request, pk: int) -> HttpResponse:
    step = -1 if request.POST.get("to") == "up" else 1
    verbs.shift_rule(get_object_or_404(AssignmentRule, pk=pk), step, by=request.user)
    return redirect("assignment:list")


@require_POST
@administrators
def rule_delete(request: Request, pk: int) -> HttpResponse:
    rule = get_object_or_404(AssignmentRule, pk=pk)
    verbs.delete_rule(rule, by=request.user)
    toast(request, _("“%(name)s” was deleted") % {"name": rule})
    return redirect("assignment:list")


def _tried(form: RuleForm, verb: Callable[[], Any]) -> Any:
    """What the verb gives; None where it refuses, which the form says."""
    try:
        return verb()
    except RuleBroken as refusal:
        form.add_error(None, str(refusal))
        return None


def _form(request: Request, form: RuleForm, title: str) -> HttpResponse:
    try:
        node = parse(str(form["filter"].value() or ""))
    except FilterRefused:
        node = None
    builder: dict[str, Any] = {"filter": node, "base": [], "from_view": ""}
    context = {"title": title, "form": form, "back": BACK, "builder": builder}
    return page(request, "leads/assignment/form.html", context, status=422 if form.errors else 200)
