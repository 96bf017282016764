"""Administration of the limit for first follow-ups."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from keyuan.leads.responding.rules import ResponseRules, decide, response_rules
from keyuan.org.http import Request
from keyuan.records.errors import RuleBroken
from keyuan.ui.audience import administrators
from keyuan.ui.pages import page, toast

MOST = 999  # hours


def _hours(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=1, max_value=MOST, required=False, help_text=gettext_lazy("Empty: this does not happen.")
    )


def _clock(label: Any) -> forms.TimeField:
    return forms.TimeField(label=label, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))


class ResponseForm(forms.Form):
    """After how many working hours what happens, and when work is done."""

    is_on = forms.BooleanField(label=gettext_lazy("Leads must be followed up in time"), required=False)
    remind = _hours(gettext_lazy("Remind the owner after, hours"))
    escalate = _hours(gettext_lazy("Tell the superior after, hours"))
    take_back = _hours(gettext_lazy("Take back into the pool after, hours"))
    opens = _clock(gettext_lazy("Work begins"))
    closes = _clock(gettext_lazy("Work ends"))

    @property
    def wanted(self) -> ResponseRules:
        given = dict(self.cleaned_data)
        clocks = {name: given.pop(name).strftime("%H:%M") for name in ("opens", "closes")}
        return ResponseRules(**given, **clocks)


@require_http_methods(["GET", "POST"])
@administrators
def response(request: Request) -> HttpResponse:
    form = ResponseForm(request.POST or None, initial=asdict(response_rules()))
    if request.method == "POST" and form.is_valid() and _decided(form, request):
        return redirect("assignment:response")
    context = {"title": _("First follow-up"), "form": form, "back": "/admin/assignment/"}
    return page(request, "leads/responding/form.html", context, status=422 if form.errors else 200)


def _decided(form: ResponseForm, request: Request) -> bool:
    try:
        decide(form.wanted, by=request.user)
    except RuleBroken as refusal:
        form.add_error(None, str(refusal))
        return False
    toast(request, _("Saved"))
    return True
