"""Absences: one's own, and for administrators those of somebody."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from keyuan.org.http import Request
from keyuan.org.models import User
from keyuan.people.absences import add_absence, coming, end_absence, in_words
from keyuan.people.models import Absence
from keyuan.records.errors import RuleBroken
from keyuan.records.kinds.links import find_person
from keyuan.records.namebook import NameBook
from keyuan.records.widgets import Picker
from keyuan.ui.audience import administrators, signed_in
from keyuan.ui.pages import page, toast


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}))


class AbsenceForm(forms.Form):
    """From when until when, who stands in, and a note."""

    first = _day(pgettext_lazy("absence", "First day"))
    last = _day(pgettext_lazy("absence", "Last day"))
    deputy = forms.CharField(label=gettext_lazy("Deputy"), max_length=60)
    note = forms.CharField(label=pgettext_lazy("absence", "Note"), required=False, max_length=200)

    def __init__(self, data: Any, *, by: User) -> None:
        super().__init__(data)
        book = NameBook(by)
        self.fields["deputy"].widget = Picker(
            "/colleagues/", lambda given: {int(pk): str(book.person(int(pk)) or pk) for pk in given if len(pk) < 18}
        )

    def clean_deputy(self) -> User:
        text = self.cleaned_data["deputy"]
        person = find_person(text)
        if person is None:
            raise forms.ValidationError(_("Nobody here is called “%(name)s”.") % {"name": text[:40]})
        return person


@require_http_methods(["GET", "POST"])
@signed_in
def own_absences(request: Request) -> HttpResponse:
    return _absences(request, request.user, reverse("people:own_absences"))


@require_POST
@signed_in
def own_absence_end(request: Request, pk: int) -> HttpResponse:
    return _end(request, request.user, pk, reverse("people:own_absences"))


@require_http_methods(["GET", "POST"])
@administrators
def absences_of(request: Request, pk: int) -> HttpResponse:
    return _absences(request, _person(pk), reverse("people:absences", args=[pk]))


@require_POST
@administrators
def absence_end(request: Request, pk: int, absence: int) -> HttpResponse:
    return _end(request, _person(pk), absence, reverse("people:absences", args=[pk]))


def _person(pk: int) -> User:
    return get_object_or_404(User.objects.people(), pk=pk)


def _absences(request: Request, person: User, here: str) -> HttpResponse:
    form = AbsenceForm(request.POST or None, by=request.user)
    if request.method == "POST" and form.is_valid() and _added(form, person, request):
        return redirect(here)
    own = person.pk == request.user.pk
    context = {
        "title": _("Absences") if own else _("Absences of “%(name)s”") % {"name": person},
        "person": person,
        "is_own": own,
        "form": form,
        "here": here,
        "today": timezone.localdate(),
        "absences": [(one, in_words(one)) for one in coming(person)],
    }
    return page(request, "people/absences.html", context, status=422 if form.errors else 200)


def _added(form: AbsenceForm, person: User, request: Request) -> bool:
    try:
        absence = add_absence(person, by=request.user, **form.cleaned_data)
    except RuleBroken as refusal:
        form.add_error(None, str(refusal))
        return False
    toast(request, _("Absence added: %(days)s") % {"days": in_words(absence)})
    return True


def _end(request: Request, person: User, pk: int, back: str) -> HttpResponse:
    end_absence(get_object_or_404(Absence.objects.select_related("person"), pk=pk, person=person), by=request.user)
    toast(request, _("Saved"))
    return redirect(back)
