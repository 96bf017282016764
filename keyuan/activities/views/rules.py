"""The page on which administrators say which follow-ups count, and how plans remind."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from keyuan.activities.rules import activity_rules, decide
from keyuan.org.http import Request
from keyuan.records.namebook import NameBook
from keyuan.records.widgets import Pills
from keyuan.ui.audience import administrators
from keyuan.ui.pages import page, toast


class RulesForm(forms.Form):
    """The rules as they are typed."""

    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Kinds that count"), required=False, help_text=gettext_lazy("None chosen: all of them.")
    )
    min_length = forms.IntegerField(
        label=gettext_lazy("Characters of the content, at least"),
        min_value=0,
        max_value=1000,
        help_text=gettext_lazy("Letters, digits and Chinese characters; signs and blanks do not count."),
    )
    needs_contact = forms.BooleanField(label=gettext_lazy("A contact must be named"), required=False)
    needs_result = forms.BooleanField(label=gettext_lazy("The result must be chosen"), required=False)
    edit_hours = forms.IntegerField(
        label=gettext_lazy("Authors may correct for … hours"),
        min_value=0,
        max_value=24 * 366,
        help_text=gettext_lazy("0: without end. Every correction stays in the history."),
    )
    escalate_days = forms.IntegerField(
        label=gettext_lazy("Tell the superior when a plan is overdue for … days"),
        min_value=0,
        max_value=365,
        help_text=gettext_lazy("0: never."),
    )
    reminder_minutes = forms.IntegerField(
        label=gettext_lazy("Remind … minutes before, where nobody says otherwise"),
        min_value=0,
        max_value=7 * 24 * 60,
        required=False,
        help_text=gettext_lazy("Empty: no reminder."),
    )

    def __init__(self, *args: Any, book: NameBook, **options: Any) -> None:
        super().__init__(*args, **options)
        kinds = [(one.key, str(one)) for one in book.options("follow_up_kind") if not one.is_retired]
        self.fields["kinds"].choices = kinds  # type: ignore[attr-defined]
        self.fields["kinds"].widget = Pills(str(self.fields["kinds"].label), kinds)


@require_http_methods(["GET", "POST"])
@administrators
def rules(request: Request) -> HttpResponse:
    before = activity_rules()
    form = RulesForm(request.POST or None, book=NameBook(request.user), initial=asdict(before))
    if request.method == "POST" and form.is_valid():
        decide(replace(before, **form.cleaned_data), by=request.user)
        toast(request, _("Saved"))
        return redirect("activity_rules:rules")
    context = {"title": _("Follow-ups and plans"), "form": form}
    return page(request, "activities/rules.html", context, status=422 if form.errors else 200)
