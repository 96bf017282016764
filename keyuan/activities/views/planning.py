"""A plan for each of the chosen customers or leads."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from keyuan.activities.forms import PlanForm
from keyuan.activities.planning import MOST, VERB, Planned, plan_each, undo_plan_each
from keyuan.activities.views.plans import asked_times
from keyuan.customers.lists import CUSTOMER_LIST
from keyuan.customers.views.bulk import chosen
from keyuan.leads.lists import LEAD_LIST
from keyuan.org.http import Request
from keyuan.records.errors import RuleBroken
from keyuan.records.history import Operation
from keyuan.ui.audience import may
from keyuan.ui.lists.asked import Asked
from keyuan.ui.lists.page import ListOf
from keyuan.ui.pages import go, page, safe_next, toast

LISTS: dict[str, ListOf] = {"customer": CUSTOMER_LIST, "lead": LEAD_LIST}
FIELDS = ["subject", "kind", "starts_at", "ends_at", "is_all_day", "priority", "place", "notes"]
NAMED = 5
MINE, THEIRS = "mine", "theirs"
WHOSE = (
    (MINE, pgettext_lazy("whose plans", "Mine")),
    (THEIRS, pgettext_lazy("whose plans", "Those of the owner of each record")),
)


class PlansForm(PlanForm):
    """What all the plans have in common, and whose they are."""

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, only=FIELDS, **options)
        reach = self.by.reach("plan", "create")
        if reach.everything or reach.departments or reach.owners - {self.by.pk}:
            self.fields["whose"] = forms.ChoiceField(
                label=gettext_lazy("Whose plans these are"), choices=WHOSE, initial=MINE, widget=forms.Select
            )


@require_http_methods(["GET", "POST"])
@may("plan", "create")
def each(request: Request) -> HttpResponse:
    """Ask what is planned with each of the chosen records; then plan it."""
    given = request.POST if request.method == "POST" else request.GET
    spec = LISTS.get(given.get("module", ""))
    if spec is None or not request.user.may(spec.catalogue.module, "view"):
        raise Http404
    asked = Asked.of(reverse(spec.route), QueryDict(given.get("query", "")))
    rows = chosen(request, spec, asked, given)
    number = rows.count()
    if not number:
        raise Http404
    if number > MOST:
        said = _("That are %(n)s records. Choose at most %(most)d, for instance with a filter.")
        raise RuleBroken(said % {"n": f"{number:,}", "most": MOST})
    form = PlansForm(request.POST or None, by=request.user, initial=asked_times("", ""))
    if request.method == "POST" and form.is_valid():
        values, records = form.values(), rows.select_related("owner").order_by("pk")
        theirs = values.pop("whose", MINE) == THEIRS
        say(request, plan_each(records, by=request.user, for_owners=theirs, **values))
        return go(request, safe_next(request, asked.url()))
    context = {
        "title": _("Plan with each"),
        "form": form,
        "some": list(rows.order_by("-updated_at")[:NAMED]),
        "more": max(0, number - NAMED),
        "given": {name: given.get(name, "") for name in ("module", "scope", "query", "chosen", "next")},
    }
    return page(request, "activities/plans/each.html", context, status=422 if form.is_bound else 200)


def say(request: Request, planned: Planned) -> None:
    """How many plans there are now, and for whom there is none."""
    number = len(planned.plans)
    said = ngettext("%(n)s plan was made", "%(n)s plans were made", number) % {"n": f"{number:,}"}
    why = "；".join(dict.fromkeys(sentence for _record, sentence in planned.refused))
    refused = ngettext("%(n)s was left out: %(why)s", "%(n)s were left out: %(why)s", len(planned.refused))
    more = refused % {"n": f"{len(planned.refused):,}", "why": why} if planned.refused else ""
    undo = reverse("plans:undo_each", args=[planned.operation.pk])
    toast(request, said, more=more, undo=undo if number and request.user.may("plan", "delete") else "")


@require_POST
@may("plan", "delete")
def undo_each(request: Request, pk: int) -> HttpResponse:
    """Take back the plans that one has made for many."""
    operation = Operation.objects.filter(pk=pk, by=request.user, verb=VERB).first()
    if operation is None:
        raise Http404
    number = undo_plan_each(operation, by=request.user)
    said = ngettext("%(n)s plan is in the recycle bin", "%(n)s plans are in the recycle bin", number)
    toast(request, said % {"n": f"{number:,}"})
    return redirect(safe_next(request, reverse("activities:plan_list")))
