"""The page on which administrators see the holidays of a year, and change days."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_http_methods

from keyuan.org.http import Request
from keyuan.people.own_workdays import change_days, past
from keyuan.records.errors import RuleBroken
from keyuan.records.reference.workdays import DayKind, Workdays, has_notice, workdays
from keyuan.ui import months
from keyuan.ui.audience import administrators
from keyuan.ui.pages import page, toast

YEARS = (2001, 2100)
"""The library knows the notices since 2001, and statutory days by calculation."""


class DaysForm(forms.Form):
    """From when until when, and what these days are."""

    first = forms.DateField(label=gettext_lazy("First day"), widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(
        label=gettext_lazy("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    kind = forms.ChoiceField(
        label=pgettext_lazy("workdays", "These days are"),
        required=False,
        choices=[
            (DayKind.HOLIDAY.value, pgettext_lazy("workdays", "Days off")),
            (DayKind.MAKEUP.value, pgettext_lazy("workdays", "Worked")),
            ("", pgettext_lazy("workdays", "As everywhere")),
        ],
    )
    name = forms.CharField(label=pgettext_lazy("day", "Name"), required=False, max_length=30)


@require_http_methods(["GET", "POST"])
@administrators
def workdays_page(request: Request) -> HttpResponse:
    form = DaysForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _change(form, request):
        return redirect(f"{reverse('people:workdays')}?year={form.cleaned_data['first'].year}")
    year = _year(request.GET.get("year", ""))
    context = _shown(year, workdays(request.user)) | {"title": _("Holidays and workdays"), "form": form}
    return page(request, "people/workdays.html", context, status=422 if form.errors else 200)


def _change(form: DaysForm, request: Request) -> bool:
    given = form.cleaned_data
    try:
        number = change_days(
            given["first"], given["last"] or given["first"], given["kind"], given["name"], by=request.user
        )
    except RuleBroken as refusal:
        form.add_error(None, str(refusal))
        return False
    toast(request, ngettext("%(n)d day changed", "%(n)d days changed", number) % {"n": number})
    return True


def _year(text: str) -> int:
    found = int(text) if text.isdecimal() and len(text) == 4 else timezone.localdate().year
    return min(max(found, YEARS[0]), YEARS[1])


def _shown(year: int, days: Workdays) -> dict[str, Any]:
    today, span = timezone.localdate(), (date(year, 1, 1), date(year, 12, 31))
    firsts = [date(year, month, 1) for month in range(1, 13)]
    return {
        "year": year,
        "previous": year - 1 if year > YEARS[0] else None,
        "next": year + 1 if year < YEARS[1] else None,
        "months": [(months.name_of(first), months.mini(first, days, today=today)) for first in firsts],
        "breaks": [(months.said(one), (one.last - one.first).days + 1) for one in days.holidays_between(*span)],
        "makeups": days.makeup_between(*span),
        "own": [days.day_of(day) for day in sorted(days.own) if day.year == year],
        "workdays": days.workdays_between(*span),
        "has_notice": has_notice(year),
        "past": past(),
    }
