"""The part of a pool's form that says whose limits differ: those that are there, and a line to add one of each kind."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keyuan.org.models import Role, User
from keyuan.people.departments import tree
from keyuan.pools.limits import DEPARTMENTS, PEOPLE, ROLES, names_of
from keyuan.pools.rules import OwnLimit
from keyuan.records.kinds.links import find_person
from keyuan.records.namebook import NameBook
from keyuan.records.widgets import Picker

MOST = 1_000_000
KINDS = (ROLES, DEPARTMENTS, PEOPLE)
NUMBERS = ("claims", "holds")


class PersonField(forms.Field):
    """One person, by name."""

    def clean(self, value: Any) -> int | None:
        if not value:
            return None
        person = find_person(str(value))
        if person is None:
            raise forms.ValidationError(_("Nobody here is called “%(name)s”.") % {"name": str(value)[:40]})
        return person.pk


class LimitFields:
    """Lines of a form, each with whom it is about and two numbers."""

    def __init__(self, form: forms.Form, kept: tuple[OwnLimit, ...], by: User) -> None:
        self.form = form
        names = names_of(kept)
        self.kept = [one for one in kept if (one.of, one.pk) in names]
        self.rows = [self._row(one, names[one.of, one.pk]) for one in self.kept]
        self.more = [self._blank(of, by) for of in KINDS]

    def _row(self, one: OwnLimit, name: str) -> dict[str, Any]:
        fields = [self._number(f"limit_{one.of}_{one.pk}_{which}", which, name) for which in NUMBERS]
        for field, which in zip(fields, NUMBERS, strict=True):
            self.form.initial[field] = getattr(one, which)
        return {"label": name, "fields": [self.form[field] for field in fields]}

    def _blank(self, of: str, by: User) -> dict[str, Any]:
        labels = {ROLES: _("Add a role"), DEPARTMENTS: _("Add a department"), PEOPLE: _("Add a person")}
        self.form.fields[f"new_{of}"] = self._whom(of, labels[of], by)
        numbers = [self._number(f"new_{of}_{which}", which, labels[of]) for which in NUMBERS]
        return {"whom": self.form[f"new_{of}"], "fields": [self.form[field] for field in numbers]}

    def _whom(self, of: str, label: str, by: User) -> forms.Field:
        if of == PEOPLE:
            book = NameBook(by)
            known = lambda given: {int(pk): str(book.person(int(pk)) or pk) for pk in given}  # noqa: E731
            widget = Picker("/colleagues/", known)
            widget.attrs["placeholder"] = label
            return PersonField(label=label, required=False, widget=widget)
        rows = [(str(one.pk), str(one)) for one in (Role.objects.all() if of == ROLES else tree())]
        choices = [("", label), *rows]
        return forms.TypedChoiceField(label=label, choices=choices, coerce=int, empty_value=None, required=False)

    def _number(self, name: str, which: str, whom: str) -> str:
        labels = {"claims": gettext_lazy("Claims a day"), "holds": gettext_lazy("Held at most")}
        label = f"{whom} · {labels[which]}"
        self.form.fields[name] = forms.IntegerField(label=label, min_value=0, max_value=MOST, required=False)
        return name

    @property
    def limits(self) -> tuple[OwnLimit, ...]:
        """As they were typed; a line without a number is none."""
        given = self.form.cleaned_data
        found = {(one.of, one.pk): self._typed(f"limit_{one.of}_{one.pk}") for one in self.kept}
        for of in KINDS:
            if (pk := given.get(f"new_{of}")) is not None:
                found[of, pk] = self._typed(f"new_{of}")
        return tuple(OwnLimit(of, pk, *numbers) for (of, pk), numbers in found.items() if numbers != (None, None))

    def _typed(self, start: str) -> tuple[int | None, int | None]:
        given = self.form.cleaned_data
        return given.get(f"{start}_claims"), given.get(f"{start}_holds")
