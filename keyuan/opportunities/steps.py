"""What a step into a stage asks for, there and then: required fields, and what winning and losing need (R2, R3)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keyuan.customers.fields import CUSTOMER
from keyuan.customers.lists_admin import option_named
from keyuan.opportunities.forms import OpportunityForm
from keyuan.opportunities.models import Opportunity, Stage
from keyuan.opportunities.models.moving import REQUIRABLE
from keyuan.opportunities.models.opportunity import check_contacts
from keyuan.opportunities.rules import class_after_winning
from keyuan.records.errors import RuleBroken
from keyuan.records.forms import Input
from keyuan.records.kinds.choices import ensure_tags

ASKED_ALWAYS = {Stage.Kind.WON: ("closed_on", "amount"), Stage.Kind.LOST: ("reason", "competitor")}
OPTIONAL = ("competitor", "category", "new_competitor")
ASKABLE = (*REQUIRABLE, "closed_on", "reason", *OPTIONAL)


class StepForm(OpportunityForm):
    """Reads what one step asks for.

    Args:
        stage: where the step leads.
        names: fields that it asks for beside those that this kind of stage always does.
    """

    instance: Opportunity

    def __init__(self, data: Any = None, *, stage: Stage, names: Iterable[str] = (), **options: Any) -> None:
        kind = Stage.Kind(stage.kind)
        wanted = [*ASKED_ALWAYS.get(kind, ()), *names]
        super().__init__(data, only=wanted, **options)
        self.order_fields(wanted)
        for name, one in self.fields.items():
            one.required = name not in OPTIONAL or name in stage.required_fields
        if kind == Stage.Kind.WON:
            self._ask_how_it_was_won()
        if kind == Stage.Kind.LOST and self.by.is_administrator and "competitor" in self.fields:
            self.fields["new_competitor"] = forms.CharField(
                label=gettext_lazy("Another competitor"), max_length=60, required=False
            )

    def _ask_how_it_was_won(self) -> None:
        today = timezone.localdate().isoformat()
        dated = {"type": "date", "max": today}
        self.fields["closed_on"].widget = forms.DateInput(attrs=dated, format="%Y-%m-%d")
        self.fields["closed_on"].initial = today
        if "amount" in self.fields:
            self.fields["amount"].label = _("Actual amount")
        field = CUSTOMER.editable_fields(self.by).get("category")
        if field is not None:
            self.fields["category"] = Input(field, self.book, proposed_class(self.instance))
            self.fields["category"].label, self.fields["category"].required = _("Class of the customer"), False

    def clean_closed_on(self) -> Any:
        day = self.cleaned_data["closed_on"]
        if day is not None and day > timezone.localdate():
            raise forms.ValidationError(_("The day of closing can't lie ahead."))
        return day

    def clean_contacts(self) -> Any:
        chosen = self.cleaned_data["contacts"]
        try:
            check_contacts(self.instance.customer_id, [one for one in chosen if one not in self.instance.contacts])
        except RuleBroken as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return chosen

    def step_values(self) -> dict[str, Any]:
        """What `Opportunity.move` takes."""
        if not self.is_bound:
            return {}
        values = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        if "tags" in values:
            values["tags"] = ensure_tags(values["tags"])
        if new := values.pop("new_competitor", "").strip():
            values["competitor"] = option_named("competitor", new, by=self.by)
        return values


def proposed_class(opportunity: Opportunity) -> int | None:
    """The class that the customer has after winning, by the rule."""
    now, after = opportunity.customer.category, class_after_winning()
    return after.pk if after is not None and after.position > now.position else now.pk


def given_names(names: Collection[str]) -> list[str]:
    """Those of the names sent with a step that a step may ask for."""
    return [one for one in ASKABLE if one in names]
