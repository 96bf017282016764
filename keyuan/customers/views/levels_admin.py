"""The page on which administrators say what counts as the same record and what as a similar one (C11)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from keyuan.customers.levels import CHOICES, OFF, SAME, SIMILAR, decide, levels
from keyuan.org.http import Request
from keyuan.ui.audience import administrators
from keyuan.ui.pages import page, toast

EVIDENCE = ("name", "uscc", "phone", "domain", "alike")
MODULES = ("customer", "contact", "lead")
ALWAYS = {("customer", "name"), ("customer", "uscc")}


class LevelsForm(forms.Form):
    """One choice for each evidence of each record type."""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"_".join(pair): level for pair, level in levels().items()})
        words = {SAME: _("Duplicate"), SIMILAR: _("Similar"), OFF: pgettext("level", "Off")}
        for pair, offered in CHOICES.items():
            label = f"{kinds()[pair[0]]} · {evidence()[pair[1]]}"
            choices = [(one, words[one]) for one in offered]
            self.fields["_".join(pair)] = forms.ChoiceField(label=label, choices=choices)

    @property
    def levels(self) -> dict[tuple[str, str], str]:
        return {pair: self.cleaned_data["_".join(pair)] for pair in CHOICES}

    def rows(self) -> list[dict[str, Any]]:
        """For the table: by evidence, the choice of each record type, or that it always blocks."""
        return [
            {"label": evidence()[one], "cells": [self._cell(module, one) for module in MODULES]} for one in EVIDENCE
        ]

    def _cell(self, module: str, one: str) -> dict[str, Any]:
        return {
            "field": self["_".join((module, one))] if (module, one) in CHOICES else None,
            "always": (module, one) in ALWAYS,
        }


def kinds() -> dict[str, str]:
    return {"customer": _("Customer"), "contact": _("Contact"), "lead": _("Lead")}


def evidence() -> dict[str, str]:
    return {
        "name": _("The same name"),
        "uscc": _("Unified social credit code"),
        "phone": _("Phone or mobile"),
        "domain": _("Domain of website or e-mail"),
        "alike": _("A similar name"),
    }


@require_http_methods(["GET", "POST"])
@administrators
def duplicate_levels(request: Request) -> HttpResponse:
    form = LevelsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        decide(form.levels, by=request.user)
        toast(request, _("Saved"))
        return redirect("duplicate_levels:levels")
    context = {"title": _("Duplicate check"), "form": form, "kinds": [kinds()[one] for one in MODULES]}
    return page(request, "customers/admin/levels.html", context, status=422 if form.errors else 200)
