"""The page on which administrators rename, order and switch off modules."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from keyuan.org.http import Request
from keyuan.org.settings import set_setting
from keyuan.people import log
from keyuan.ui.audience import administrators
from keyuan.ui.frame import INSTALLED, Module
from keyuan.ui.modules import ALWAYS_ON, SETTING, Arrangement, arranged, arrangement
from keyuan.ui.pages import page, toast


class ModuleForm(forms.Form):
    """One module. Args: module: the one it is about."""

    name = forms.CharField(label=gettext_lazy("Own name"), max_length=12, required=False)
    place = forms.IntegerField(label=gettext_lazy("Place"), min_value=1, max_value=99)
    is_on = forms.BooleanField(label=gettext_lazy("Switched on"), required=False)

    def __init__(self, *args: Any, module: Module, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"prefix": module.key})
        self.module = module
        self.fields["name"].widget.attrs["placeholder"] = str(module.name)
        for name, field in self.fields.items():
            kind = "form-check-input" if name == "is_on" else "form-control form-control-sm"
            kind += " fnum" if name == "place" else ""
            field.widget.attrs |= {"class": kind, "aria-label": f"{field.label}: {module.name}"}
        self.fields["is_on"].disabled = module.key in ALWAYS_ON


@require_http_methods(["GET", "POST"])
@administrators
def modules(request: Request) -> HttpResponse:
    before = arrangement(request.user)
    rows = _forms(request, before)
    if request.method == "POST" and not [row for row in rows if not row.is_valid()]:
        after = _wanted(rows)
        with transaction.atomic():
            set_setting(SETTING, after)
            log.write_difference("setting", 0, {SETTING: before}, {SETTING: after}, by=request.user)
        toast(request, _("Saved"))
        return redirect("people:modules")
    context = {"title": _("Modules"), "rows": rows}
    return page(request, "people/modules.html", context, status=422 if request.method == "POST" else 200)


def _forms(request: Request, now: Arrangement) -> list[ModuleForm]:
    """One form per module of the top bar, in their order now; those that are off stand last."""
    bar = [one for one in INSTALLED.modules if one.in_bar]
    on = [one.key for one in arranged(bar, now)]
    bar.sort(key=lambda one: on.index(one.key) if one.key in on else len(on))
    given = request.POST if request.method == "POST" else None
    return [ModuleForm(given, module=one, initial=_initial(one, place, now)) for place, one in enumerate(bar, 1)]


def _initial(module: Module, place: int, now: Arrangement) -> dict[str, Any]:
    name = now.get("names", {}).get(module.key, "")
    return {"name": name, "place": place, "is_on": module.key not in now.get("off", [])}


def _wanted(rows: list[ModuleForm]) -> Arrangement:
    ordered = sorted(rows, key=lambda row: row.cleaned_data["place"])
    names = {row.module.key: row.cleaned_data["name"].strip() for row in rows}
    return {
        "names": {key: name for key, name in names.items() if name},
        "order": [row.module.key for row in ordered],
        "off": [row.module.key for row in rows if not row.cleaned_data["is_on"]],
    }
