"""The form of a plan on its page: what the gate for plans reads, with reminders, and how it repeats."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from keyuan.activities.forms import PlanForm
from keyuan.activities.models import Plan
from keyuan.activities.repeat_form import KEEP, NAMES, repeat_fields, rule_of
from keyuan.activities.repeat_rules import wall
from keyuan.activities.repeating import Which, change_series, repeat, stop_repeating
from keyuan.activities.rules import activity_rules
from keyuan.activities.series_making import house_zone, slots_of
from keyuan.activities.subjects import open_deals
from keyuan.customers.models import Contact, Customer
from keyuan.leads.models import Lead
from keyuan.records.models import Record
from keyuan.records.namebook import NameBook
from keyuan.records.relative_dates import start_of
from keyuan.records.widgets import Pills

DAY = timedelta(days=1)
USUAL = (0, 5, 15, 30, 60, 120, 1440)
"""Minutes before the beginning that the form offers."""
FURTHEST = 60 * 24 * 60
EXTRA = ("reminders", "reminder_own", *NAMES, "which")


def minutes_in_words(minutes: int) -> str:
    """At the beginning, 15 minutes before, 2 hours before, 1 day before."""
    if not minutes:
        return _("At the beginning")
    if minutes % 1440 == 0:
        return ngettext("%(n)d day before", "%(n)d days before", minutes // 1440) % {"n": minutes // 1440}
    if minutes % 60 == 0:
        return ngettext("%(n)d hour before", "%(n)d hours before", minutes // 60) % {"n": minutes // 60}
    return ngettext("%(n)d minute before", "%(n)d minutes before", minutes) % {"n": minutes}


class PlanEditor(PlanForm):
    """What one plan is, with its reminders, and how it repeats."""

    def __init__(self, data: Mapping[str, Any] | None = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.plan: Plan | None = self.instance  # type: ignore[assignment]
        self._offer_contacts()
        self._offer_deals()
        self._add_reminders()
        slots = slots_of(self.plan.series) if self.plan and self.plan.series else None
        self.fields |= repeat_fields(slots)
        if self.plan and self.plan.series_id:
            self.fields["which"] = forms.ChoiceField(choices=WHICH, required=False, initial="this")
        if self.plan and self.plan.is_all_day and self.plan.ends_at and "ends_at" in self.fields:
            self.fields["ends_at"].initial = f"{timezone.localtime(self.plan.ends_at - DAY):%Y-%m-%dT%H:%M}"

    def _offer_contacts(self) -> None:
        if "contacts" not in self.fields:
            return
        field: Any = self.fields["contacts"]
        chosen = self.plan.contacts if self.plan else ()
        field.widget = Pills(field.label, contact_choices(self.customer(), self.book, chosen))

    def _offer_deals(self) -> None:
        if "opportunity" in self.fields:
            self.fields["opportunity"].widget = forms.Select(choices=self.deal_choices())

    def deal_choices(self) -> list[tuple[str, str]]:
        """The open opportunities of the customer as the form stands, and the one that the plan has."""
        customer, kept = self.customer(), self.plan.opportunity_id if self.plan else None
        found = open_deals(customer, self.by, kept) if customer else []
        choices = [("", "—"), *((str(one.pk), one.name) for one in found)]
        if kept and str(kept) not in dict(choices) and customer == self.plan.customer:  # type: ignore[union-attr]
            choices.append((str(kept), _("An opportunity that you may not see")))
        return choices

    @property
    def has_deals(self) -> bool:
        return "opportunity" in self.fields and len(self.fields["opportunity"].widget.choices) > 1

    @property
    def has_contacts(self) -> bool:
        """Whether there is somebody to choose."""
        return bool("contacts" in self.fields and self.fields["contacts"].widget.choices)

    def customer(self) -> Customer | None:
        """The customer as the form stands."""
        if self.is_bound and "customer" in self.fields:
            text = str(self.data.get(self.add_prefix("customer")) or "")
        elif self.plan is not None:
            return self.plan.customer
        else:
            text = str(self.initial.get("customer") or "")
        if not text:
            return None
        named = {"pk": int(text)} if text.isdecimal() and len(text) < 18 else {"name": text}
        return Customer.objects.visible_to(self.by).filter(**named).first()

    @property
    def lead_shown(self) -> Lead | None:
        """The lead that the plan is about; its form asks for no customer then."""
        if self.plan is not None:
            return self.plan.lead if self.plan.customer_id is None else None
        text = str((self.data if self.is_bound else self.initial).get("lead") or "")
        pk = int(text) if text.isdecimal() and len(text) < 18 else 0
        return Lead.objects.visible_to(self.by).filter(pk=pk).first() if pk else None

    def _add_reminders(self) -> None:
        """Several at once; one that is not among the usual is offered beside them."""
        usual = activity_rules().reminder_minutes
        had = self.plan.reminders if self.plan else ([] if usual is None else [usual])
        choices = [(str(one), minutes_in_words(one)) for one in sorted({*USUAL, *had})]
        self.fields["reminders"] = forms.MultipleChoiceField(
            label=gettext_lazy("Reminders"),
            choices=choices,
            required=False,
            initial=[str(one) for one in had],
            widget=Pills(gettext_lazy("Reminders"), choices),
        )
        self.fields["reminder_own"] = forms.IntegerField(
            label=gettext_lazy("Another one, minutes before"),
            min_value=1,
            max_value=FURTHEST,
            required=False,
            widget=forms.NumberInput(attrs={"min": 1, "max": FURTHEST, "inputmode": "numeric"}),
        )

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("is_all_day") and given.get("ends_at"):  # people name the last day, the rows the end of it
            given["ends_at"] = start_of(timezone.localdate(given["ends_at"]) + DAY)
        if "starts_at" in given and given["starts_at"] is None:
            given |= {"ends_at": None, "is_all_day": False}
        cleaned = super().clean()
        self.rule = self._clean_rule(cleaned)
        return cleaned

    def _clean_rule(self, given: dict[str, Any]) -> Any:
        if not given.get("repeat") or given["repeat"] == KEEP:
            return None
        if given.get("starts_at") is None:
            self.add_error("starts_at", _("A plan that repeats needs a time."))
            return None
        zone = house_zone()
        try:
            return rule_of(given, wall(given["starts_at"], zone), zone)
        except forms.ValidationError as refusal:
            self.add_error(None, refusal)
            return None

    def values(self) -> dict[str, Any]:
        values = {name: value for name, value in super().values().items() if name not in EXTRA}
        given = self.cleaned_data
        if "reminders" in given:
            own = given.get("reminder_own")
            values["reminders"] = sorted({int(one) for one in given["reminders"]} | ({own} if own else set()))
        return values

    def save(self, *, version: int | None = None) -> Record:
        """Create or change the plan, and its series as it was asked.

        Raises:
            NotAllowed, Stale, RuleBroken.
        """
        if self.plan is None:
            plan: Any = super().save()
            if self.rule:
                repeat(plan, self.rule, by=self.by)
            return plan
        if self.plan.series_id:
            return self._save_series(self.plan, version)
        edited: Any = super().save(version=version)
        if self.rule:
            repeat(edited, self.rule, by=self.by)
        return edited

    def _save_series(self, plan: Plan, version: int | None) -> Plan:
        which: Which = self.cleaned_data.get("which") or "this"
        if which != "this" and self.cleaned_data.get("repeat") == "":
            edited = change_series(plan, "this", by=self.by, version=version, **self.values())
            stop_repeating(edited, by=self.by)
            return edited
        rule = self.rule if which != "this" and self._rule_differs(plan) else None
        return change_series(plan, which, by=self.by, version=version, rule=rule, **self.values())

    def _rule_differs(self, plan: Plan) -> bool:
        """Whether another rule was chosen; a plan that moved takes its rule along otherwise."""
        assert plan.series is not None
        asked = {name: self.fields[name].initial for name in NAMES}
        return any(
            (self.cleaned_data.get(name) or None) != (value or None) and str(self.cleaned_data.get(name)) != str(value)
            for name, value in asked.items()
        )


WHICH = [
    ("this", gettext_lazy("This one")),
    ("later", gettext_lazy("This and later ones")),
    ("all", gettext_lazy("All of them")),
]


def contact_choices(customer: Customer | None, book: NameBook, chosen: Iterable[int]) -> list[tuple[str, str]]:
    """The contacts of a customer with title and role; those who have left only where they are chosen already."""
    if customer is None or not book.user.may("contact", "view"):
        return []
    kept = set(chosen)
    rows = Contact.objects.visible_to(book.user).filter(customer=customer).order_by("-is_primary", "pk")
    return [(str(one.pk), _about(one, book)) for one in rows if not one.has_left or one.pk in kept]


def _about(contact: Contact, book: NameBook) -> str:
    shown = book.user.rights.sees
    roles = [str(book.option(pk)) for pk in contact.roles or ()] if shown("contact", "roles") else []
    title = contact.title if shown("contact", "title") else ""
    return " · ".join(part for part in (contact.name, title, *roles) if part)
