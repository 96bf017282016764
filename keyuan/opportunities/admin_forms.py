"""The forms of pipelines, stages and rules."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy, pgettext_lazy

from keyuan.customers.admin_forms import named
from keyuan.opportunities.models import Opportunity, Stage
from keyuan.opportunities.models.moving import REQUIRABLE
from keyuan.people.departments import tree
from keyuan.records.options import Option
from keyuan.records.widgets import Pills


class PipelineForm(forms.Form):
    """One pipeline: its name, and to whom it is offered."""

    name = forms.CharField(label=pgettext_lazy("pipeline", "Name"), max_length=60)
    departments = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Departments"),
        coerce=int,
        required=False,
        help_text=gettext_lazy("With everything below them. None chosen: it is offered to all."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        pairs = [(str(one.pk), one.name) for one in tree()]
        self.fields["departments"].choices = pairs  # type: ignore[attr-defined]
        self.fields["departments"].widget = Pills(str(self.fields["departments"].label), pairs)

    def clean_name(self) -> str:
        return named(self.cleaned_data["name"], 60)


class StageForm(forms.Form):
    """One stage with its rules. Closed stages keep their probability and have no limit."""

    name = forms.CharField(label=pgettext_lazy("stage", "Stage name"), max_length=60)
    probability = forms.IntegerField(label=gettext_lazy("Probability, %"), min_value=0, max_value=100)
    slow_days = forms.IntegerField(
        label=gettext_lazy("Days to stagnation"),
        min_value=1,
        max_value=3650,
        required=False,
        help_text=gettext_lazy("Yellow from then on, red from twice of it. Empty: never."),
    )
    required_fields = forms.MultipleChoiceField(
        label=gettext_lazy("Required fields"),
        required=False,
        help_text=gettext_lazy("Without them nothing moves into this stage; the page asks for them there and then."),
    )
    required_activity = forms.ModelChoiceField(
        Option.objects.none(),
        label=gettext_lazy("Required follow-up"),
        required=False,
        empty_label=gettext_lazy("None needed"),
        help_text=gettext_lazy("Such a follow-up must be on the opportunity before it moves here."),
    )
    may_skip = forms.BooleanField(label=gettext_lazy("May be skipped"), required=False, initial=True)
    may_go_back = forms.BooleanField(label=gettext_lazy("May go back"), required=False, initial=True)

    def __init__(self, *args: Any, stage: Stage | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        pairs = [(name, str(Opportunity._meta.get_field(name).verbose_name)) for name in REQUIRABLE]  # type: ignore[union-attr]
        self.fields["required_fields"].choices = pairs  # type: ignore[attr-defined]
        self.fields["required_fields"].widget = Pills(str(self.fields["required_fields"].label), pairs)
        kept = stage.required_activity_id if stage else None
        kinds = Option.objects.filter(list="follow_up_kind")
        offered = [one.pk for one in kinds if not one.is_retired or one.pk == kept]
        self.fields["required_activity"].queryset = kinds.filter(pk__in=offered)  # type: ignore[attr-defined]
        if stage is not None and not stage.is_open:
            for name in ("probability", "slow_days", "may_skip", "may_go_back"):
                del self.fields[name]

    def clean_name(self) -> str:
        return named(self.cleaned_data["name"], 60)

    @property
    def rules(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "name"}


class StageTargetForm(forms.Form):
    """Where the open opportunities of a stage go that is deleted."""

    target = forms.ModelChoiceField(
        Stage.objects.none(), label=gettext_lazy("Open opportunities move to"), empty_label=gettext_lazy("Choose")
    )

    def __init__(self, *args: Any, stage: Stage, needed: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        others = Stage.objects.filter(pipeline=stage.pipeline_id, kind="open", is_retired=False).exclude(pk=stage.pk)
        self.fields["target"].queryset = others  # type: ignore[attr-defined]
        if not needed:
            del self.fields["target"]


class WonForm(forms.Form):
    """What follows from winning."""

    won_class = forms.ChoiceField(
        label=gettext_lazy("The customer of a won deal becomes"),
        required=False,
        help_text=gettext_lazy("Unless it stands higher already."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        classes = [(one.key, str(one)) for one in Option.objects.filter(list="category", is_retired=False)]
        none = ("", gettext_lazy("The class stays as it is"))
        self.fields["won_class"].choices = [none, *classes]  # type: ignore[attr-defined]
