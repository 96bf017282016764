"""The form of a pool: its members, what it hides, and each of its rules."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from keyuan.org.models import Department, Role, User
from keyuan.people.departments import tree
from keyuan.pools.admin import LONGEST_NAME, Members, next_rules
from keyuan.pools.kinds import KINDS
from keyuan.pools.limit_forms import LimitFields
from keyuan.pools.models import Pool, hidden_at_first
from keyuan.pools.rules import EVENTS, LOCKED, OPEN, WON, PoolRules, Wait
from keyuan.pools.seeing import CONTACTS
from keyuan.records.cleaners import Invalid
from keyuan.records.cleaners.lines import clean_line
from keyuan.records.kinds.links import find_person
from keyuan.records.namebook import NameBook
from keyuan.records.options import Option, tag_key
from keyuan.records.query import FilterRefused, Node, parse
from keyuan.records.widgets import Picker, Pills
from keyuan.ui.lists.asked import as_param
from keyuan.ui.lists.installed import LISTS

LONGEST = 3650  # days
ANY, ALL = "any", "all"


def _days(label: Any, help_text: Any = "", *, least: int = 1, required: bool = False) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=least, max_value=LONGEST, required=required, help_text=help_text)


def _several(label: Any, help_text: Any = "") -> forms.TypedMultipleChoiceField:
    return forms.TypedMultipleChoiceField(label=label, coerce=int, required=False, help_text=help_text)


class PeopleField(forms.Field):
    """Several people, by name."""

    def clean(self, value: Any) -> frozenset[int]:
        found = []
        for typed in value or ():
            person = find_person(str(typed))
            if person is None:
                raise forms.ValidationError(_("Nobody here is called “%(name)s”.") % {"name": str(typed)[:40]})
            found.append(person.pk)
        return frozenset(found)


class FilterField(forms.CharField):
    """A filter, as JSON in a text area that the script fills from rows."""

    def __init__(self, **given: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 3, "class": "mono", "spellcheck": "false"}), **given)

    def prepare_value(self, value: Any) -> Any:
        return as_param(value) if isinstance(value, dict) else value

    def clean(self, value: Any) -> Node | None:
        try:
            return parse(super().clean(value))
        except FilterRefused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal


class PoolForm(forms.Form):
    """One pool. `values` of a saved pool come from `initial_of`."""

    name = forms.CharField(label=pgettext_lazy("pool", "Name of the pool"), max_length=LONGEST_NAME)
    departments = _several(gettext_lazy("Departments"), gettext_lazy("With everything below them."))
    roles = _several(pgettext_lazy("pool", "Roles"))
    people = PeopleField(label=pgettext_lazy("pool", "People"), required=False)
    managers = PeopleField(
        label=gettext_lazy("Managers"),
        required=False,
        help_text=gettext_lazy("They assign, lock, extend, and see everything that lies in the pool."),
    )
    manager_roles = _several(gettext_lazy("Roles that manage it"))
    hidden = forms.MultipleChoiceField(
        label=gettext_lazy("Hidden until claimed"),
        required=False,
        help_text=gettext_lazy("Members neither see these fields nor find anything by them."),
    )
    claims = _days(gettext_lazy("Claims a day"), gettext_lazy("Empty: no limit."))
    holds = _days(gettext_lazy("Held at most"), gettext_lazy("Empty: no limit."))
    uncounted = forms.MultipleChoiceField(label=gettext_lazy("Not counted as held"), required=False)
    rest = _days(
        gettext_lazy("Days the former owner waits"), gettext_lazy("0: they may claim it again at once."), least=0
    )
    recycles = forms.BooleanField(label=gettext_lazy("Records come back by themselves"), required=False)
    protection = _days(gettext_lazy("Protection after taking, days"), least=0)
    new_days = _days(gettext_lazy("Protection of new records, days"), least=0)
    follow_up = _days(gettext_lazy("Days without a follow-up that counts"))
    opportunity = _days(gettext_lazy("Days without a new opportunity"))
    deal = _days(gettext_lazy("Days without a deal"))
    joined = forms.ChoiceField(
        label=gettext_lazy("Several of these"),
        choices=[(ANY, gettext_lazy("any of them is enough")), (ALL, gettext_lazy("all of them must be over"))],
        required=False,
    )
    choice = forms.ChoiceField(
        label=gettext_lazy("Other numbers of days by"),
        required=False,
        help_text=gettext_lazy("Save once to write the days of each entry."),
    )
    hard_end = _days(
        gettext_lazy("End after taking, days"), gettext_lazy("Whatever happens, it comes back then. Empty: no end.")
    )
    exempt = forms.MultipleChoiceField(label=gettext_lazy("Never by itself"), required=False)
    exempt_filter = FilterField(label=gettext_lazy("Filter as JSON"), required=False)
    warn = _days(gettext_lazy("Warn so many days ahead"), least=0)
    extension = _days(gettext_lazy("An extension adds, days"))

    def __init__(self, data: Any = None, *, kind: str, by: User, pool: Pool | None = None) -> None:
        self.kind, self.pool = kind, pool
        kept = next_rules(pool) if pool else PoolRules(recycles=True)
        super().__init__(data, initial=initial_of(pool, kept))
        self._offer_members(by)
        self._offer("hidden", hideable(kind))
        self._offer("uncounted", [(name, label) for name, label in exemptions(kind) if name in KINDS[kind].uncounted])
        self._offer("exempt", exemptions(kind))
        choices = [("", _("the same for all")), *choices_of(kind)]
        self.fields["choice"].choices = choices  # type: ignore[attr-defined]
        for event in EVENTS:
            if event not in KINDS[kind].events:
                del self.fields[event]
        self.grid = self._offer_days(kept)
        self.own_limits = LimitFields(self, kept.own_limits, by)

    def _offer_members(self, by: User) -> None:
        departments = [(str(one.pk), one.name) for one in tree()]
        roles = [(str(one.pk), str(one)) for one in Role.objects.all()]
        for name, pairs in (("departments", departments), ("roles", roles), ("manager_roles", roles)):
            self._offer(name, pairs)
        book = NameBook(by)
        for name in ("people", "managers"):
            self.fields[name].widget = Picker(
                "/colleagues/", lambda given: {int(pk): str(book.person(int(pk)) or pk) for pk in given}, many=True
            )

    def _offer(self, name: str, pairs: list[tuple[str, str]]) -> None:
        self.fields[name].choices = pairs  # type: ignore[attr-defined]
        self.fields[name].widget = Pills(str(self.fields[name].label), pairs)

    def _offer_days(self, kept: PoolRules) -> list[dict[str, Any]]:
        """One row for each entry of the list by which days differ, one field for each event."""
        if not kept.choice or kept.choice not in KINDS[self.kind].choices:
            return []
        entries = Option.objects.filter(list=kept.choice, is_retired=False)
        return [{"label": str(one), "fields": [*self._days_of(one, kept)]} for one in entries]

    def _days_of(self, entry: Option, kept: PoolRules) -> Any:
        for event in EVENTS:
            if event not in self.fields:
                continue
            name = f"{event}_{entry.pk}"
            self.fields[name] = _days(f"{entry} · {self.fields[event].label}")
            self.initial[name] = kept.waits[event].by_choice.get(entry.pk) if event in kept.waits else None
            yield self[name]

    @property
    def builder(self) -> dict[str, Any]:
        """What the script of the filter builder begins with."""
        typed = self["exempt_filter"].value() or ""
        try:
            return {"filter": parse(typed) if isinstance(typed, str) else typed, "base": [], "from_view": ""}
        except FilterRefused:
            return {"filter": None, "base": [], "from_view": ""}

    def clean_name(self) -> str:
        try:
            return clean_pool_name(self.cleaned_data["name"])
        except Invalid as refusal:
            raise forms.ValidationError(str(refusal)) from refusal

    @property
    def members(self) -> Members:
        given = self.cleaned_data
        return Members(**{name: frozenset(given[name]) for name in Members.__dataclass_fields__})

    @property
    def rules(self) -> PoolRules:
        """The rules as they were typed."""
        given, standard = self.cleaned_data, PoolRules()
        numbers = {
            name: standard.__dict__[name] if given[name] is None else given[name]
            for name in ("protection", "new_days", "rest", "warn", "extension")
        }
        return PoolRules(
            recycles=given["recycles"], waits=self._waits(), needs_all=given["joined"] == ALL, choice=given["choice"],
            hard_end=given["hard_end"], exempt=tuple(given["exempt"]), exempt_filter=given["exempt_filter"],
            claims=given["claims"], holds=given["holds"],
            uncounted=tuple(given["uncounted"]), own_limits=self.own_limits.limits, **numbers,
        )  # fmt: skip

    def _waits(self) -> dict[str, Wait]:
        given = self.cleaned_data
        return {event: Wait(given[event], self._by_choice(event)) for event in EVENTS if given.get(event) is not None}

    def _by_choice(self, event: str) -> dict[int, int]:
        start = f"{event}_"
        typed = {name.removeprefix(start): days for name, days in self.cleaned_data.items() if name.startswith(start)}
        return {int(entry): days for entry, days in typed.items() if entry.isdecimal() and days is not None}


def clean_pool_name(text: str) -> str:
    """Raises Invalid unless this can be the name of a pool."""
    name = clean_line(text, LONGEST_NAME)
    if not tag_key(name):
        raise Invalid(_("Write a name."))
    return name


def initial_of(pool: Pool | None, kept: PoolRules) -> dict[str, Any]:
    """What the form of this pool begins with."""
    members = Members.of(pool) if pool else Members()
    rules = {name: value for name, value in kept.__dict__.items() if name not in ("waits", "needs_all")}
    waits = {event: one.days for event, one in kept.waits.items()}
    hidden = pool.hidden_fields if pool else hidden_at_first()
    named = {"name": pool.name if pool else "", "hidden": hidden, "joined": ALL if kept.needs_all else ANY}
    return named | members.as_json() | rules | waits


def exemptions(kind: str) -> list[tuple[str, str]]:
    words = {
        LOCKED: _("Locked records"),
        WON: _("Customers who have bought"),
        OPEN: _("Those with an open opportunity"),
    }
    return [(name, words[name]) for name in KINDS[kind].exempt if name in words]


def choices_of(kind: str) -> list[tuple[str, str]]:
    """The lists by whose entries waits may differ."""
    model = KINDS[kind].model
    return [(name, str(model._meta.get_field(name).verbose_name)) for name in KINDS[kind].choices]


def hideable(kind: str) -> list[tuple[str, str]]:
    """The fields that a pool may hide, and the contacts of its customers."""
    catalogue = next(spec.catalogue for spec in LISTS.values() if spec.catalogue.module == kind)
    fields = [(one.name, str(one.label)) for one in catalogue.limitable_fields()]
    return [*fields, (CONTACTS, _("Contacts"))] if kind == "customer" else fields


def summary(members: Members) -> list[str]:
    """To whom the pool is open, in names."""
    names = [
        *Department.objects.filter(pk__in=members.departments).values_list("name", flat=True),
        *map(str, Role.objects.filter(pk__in=members.roles | members.manager_roles)),
        *User.objects.filter(pk__in=members.people | members.managers).values_list("name", flat=True),
    ]
    return list(dict.fromkeys(names))
