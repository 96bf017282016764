"""The form of a rule of assignment: which leads, and to whom."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from keyuan.leads.assignment.models import AssignmentRule, Way
from keyuan.leads.assignment.rules import Wanted, as_wanted
from keyuan.org.models import User
from keyuan.people.departments import tree
from keyuan.people.forms import DepartmentChoice, cleaned
from keyuan.pools.admin_forms import PeopleField
from keyuan.pools.models import Pool
from keyuan.records.cleaners.lines import clean_line
from keyuan.records.kinds import Region
from keyuan.records.kinds.kind import FilterRefused
from keyuan.records.kinds.links import find_person
from keyuan.records.namebook import NameBook
from keyuan.records.query import Node, parse
from keyuan.records.reference import regions
from keyuan.records.widgets import Cascade, Picker

SPARE = 3
"""Empty lines of the table of regions."""


class RuleForm(forms.Form):
    """One rule."""

    name = forms.CharField(label=pgettext_lazy("assignment", "Name of the rule"), max_length=60)
    pool = forms.ModelChoiceField(
        Pool.objects.none(), label=gettext_lazy("Only what comes into the pool"), required=False, empty_label=None
    )
    filter = forms.CharField(
        label=gettext_lazy("Filter as JSON"),
        required=False,
        max_length=20000,
        widget=forms.Textarea(attrs={"rows": 4, "class": "mono"}),
    )
    way = forms.ChoiceField(label=pgettext_lazy("assignment", "To whom"), choices=Way.choices)
    person = forms.CharField(label=pgettext_lazy("assignment", "Person"), required=False, max_length=60)
    department = DepartmentChoice(
        label=gettext_lazy("Department"), required=False, help_text=gettext_lazy("With everything below it.")
    )
    people = PeopleField(
        label=pgettext_lazy("assignment", "People"),
        required=False,
        help_text=gettext_lazy("Their turns come in this order, before those of the department."),
    )

    def __init__(self, data: Any = None, *, by: User, rule: AssignmentRule | None = None) -> None:
        kept: dict[str, Any] = as_wanted(rule) if rule else {"way": Way.TURNS, "regions": {}, "people": ()}
        super().__init__(data, initial=kept | {"filter": _as_text(kept.get("filter")), "people": list(kept["people"])})
        self.by, self.book = by, NameBook(by)
        pools: Any = self.fields["pool"]
        pools.queryset = Pool.objects.filter(kind=Pool.Kind.LEAD)
        pools.empty_label = _("whichever pool")
        department: Any = self.fields["department"]
        department.offer(tree())
        self.fields["person"].widget = self._picker()
        self.fields["people"].widget = self._picker(many=True)
        self.lines = list(self._offer_regions(kept["regions"]))

    def _picker(self, *, many: bool = False) -> Picker:
        def named(given: list[str]) -> dict[int, str]:
            return {int(pk): str(self.book.person(int(pk)) or pk) for pk in given if len(pk) < 18}

        return Picker("/colleagues/", named, many=many)

    def _offer_regions(self, kept: dict[str, int]) -> Iterator[tuple[Any, Any]]:
        """A region and a person each line; those that are kept, and some empty ones."""
        for place, (code, person) in enumerate([*sorted(kept.items()), *[("", "")] * SPARE]):
            for name, label, widget, value in (
                (f"region_{place}", _("Region"), Cascade("/customers/trees/region/", regions), code),
                (f"of_region_{place}", _("Person"), self._picker(), person),
            ):
                self.fields[name] = forms.CharField(label=label, required=False, max_length=60, widget=widget)
                self.initial[name] = value
            yield self[f"region_{place}"], self[f"of_region_{place}"]

    def clean_name(self) -> str:
        return cleaned(lambda text: clean_line(text, 60), self.cleaned_data["name"])

    def clean_filter(self) -> Node | None:
        try:
            return parse(self.cleaned_data["filter"])
        except FilterRefused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal

    def clean_person(self) -> User | None:
        return self._person(self.cleaned_data["person"])

    def _person(self, text: str) -> User | None:
        if not text.strip():
            return None
        found = find_person(text)
        if found is None:
            raise forms.ValidationError(_("Nobody here is called “%(name)s”.") % {"name": text[:40]})
        return found

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        given["regions"] = {}
        for place in range(len(self.lines)) if given.get("way") == Way.REGION else ():
            self._clean_line(place, given)
        return given

    def _clean_line(self, place: int, given: dict[str, Any]) -> None:
        code, name = given.get(f"region_{place}") or "", given.get(f"of_region_{place}") or ""
        if not code and not name:
            return
        try:
            found = Region().parse(code, self.book) if code else ""
            person = self._person(name)
        except (ValueError, forms.ValidationError) as refusal:
            self.add_error(f"region_{place}", refusal if isinstance(refusal, forms.ValidationError) else str(refusal))
            return
        if not found or person is None:
            self.add_error(f"region_{place}", _("Name a region and whose it is."))
        else:
            given["regions"][found] = person.pk

    @property
    def wanted(self) -> Wanted:
        given = self.cleaned_data
        names = ("name", "way", "pool", "filter", "person", "department", "regions")
        # Names come as a set; the order in which they were typed is that of the turns.
        return Wanted(people=self._in_order(given["people"]), **{name: given[name] for name in names})

    def _in_order(self, people: frozenset[int]) -> tuple[int, ...]:
        typed = self.fields["people"].widget.value_from_datadict(self.data, self.files, "people")
        found = [getattr(find_person(str(one)), "pk", None) for one in typed or ()]
        return tuple(pk for pk in dict.fromkeys(found) if pk in people)


def _as_text(node: Node | None) -> str:
    return json.dumps(node, ensure_ascii=False) if node else ""
