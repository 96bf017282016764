"""The forms of lists and tags."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from keyuan.customers.fields import CUSTOMER
from keyuan.customers.lists_admin import EXTRA_NAMES, listed
from keyuan.customers.registry import FIELDS, Config
from keyuan.records.cleaners import Invalid
from keyuan.records.cleaners.lines import clean_line
from keyuan.records.options import Option, Tag, tag_key
from keyuan.records.reference import industries
from keyuan.records.reference.industries import Industry
from keyuan.records.reference.own_industries import Industries
from keyuan.records.widgets import Cascade

TINTS = {"category": 4, "contact_role": 6, "deal_role": 6}


def named(text: str, longest: int) -> str:
    try:
        name = clean_line(text, longest)
    except Invalid as refusal:
        raise forms.ValidationError(str(refusal)) from refusal
    if not tag_key(name):
        raise forms.ValidationError(_("Write a name."))
    return name


class OptionForm(forms.Form):
    """One entry of one list: its name, what this list keeps besides, and whether it is still offered."""

    name = forms.CharField(label=pgettext_lazy("list entry", "Name"), max_length=60)
    tint = forms.TypedChoiceField(label=gettext_lazy("Colour"), coerce=int, widget=forms.RadioSelect)
    days = forms.IntegerField(
        label=gettext_lazy("Visit at least every … days"),
        required=False,
        min_value=1,
        max_value=3650,
        help_text=gettext_lazy("Customers without a follow-up for longer are behind schedule. Empty: no rhythm."),
    )
    is_retired = forms.BooleanField(
        label=gettext_lazy("No longer offer it; records that have it keep it"), required=False
    )

    def __init__(self, *args: Any, list_: str, option: Option | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = EXTRA_NAMES.get(list_)
        for name in {"tint", "days"} - {kept}:
            del self.fields[name]
        if kept == "tint":
            self.fields["tint"].choices = [(tint, str(tint)) for tint in range(1, TINTS[list_] + 1)]  # type: ignore[attr-defined]
            self.fields["tint"].initial = 1
        if option is None:
            del self.fields["is_retired"]

    def clean_name(self) -> str:
        return named(self.cleaned_data["name"], 60)

    @property
    def extra(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("tint", "days") if name in self.cleaned_data}


class TargetForm(forms.Form):
    """What records get instead of an entry that is deleted."""

    target = forms.ModelChoiceField(
        Option.objects.none(), label=gettext_lazy("Records get instead"), empty_label=gettext_lazy("Choose")
    )

    def __init__(self, *args: Any, option: Option, needed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = [one.pk for one in listed(option.list) if one.pk != option.pk and not one.is_retired]
        self.fields["target"].queryset = Option.objects.filter(pk__in=others)  # type: ignore[attr-defined]
        if not needed:
            del self.fields["target"]


class IndustryForm(forms.Form):
    """One industry: its name here, and whether it is hidden."""

    name = forms.CharField(label=pgettext_lazy("list entry", "Name"), max_length=60)
    is_hidden = forms.BooleanField(
        label=gettext_lazy("No longer offer it, nor those below it; records that have it keep it"), required=False
    )

    def __init__(self, *args: Any, industry: Industry | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if industry is None:
            del self.fields["is_hidden"]
        elif standard := industries.get(industry.code):
            words = _("In the standard: %(name)s. Write this to go back to it.") % {"name": standard.name}
            self.fields["name"].help_text = words

    def clean_name(self) -> str:
        return named(self.cleaned_data["name"], 60)


class IndustryTargetForm(forms.Form):
    """What customers get instead of an industry that is deleted."""

    target = forms.CharField(label=gettext_lazy("Records get instead"), max_length=60)

    def __init__(self, *args: Any, tree: Industries, needed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tree = tree
        self.fields["target"].widget = Cascade("/customers/trees/industry/", tree)
        if not needed:
            del self.fields["target"]

    def clean_target(self) -> str:
        text = self.cleaned_data["target"]
        code = text if self.tree.exists(text) else self.tree.find(text)
        if not code or not self.tree.is_offered(code):
            raise forms.ValidationError(_("Choose another entry that is in use."))
        return code


class RegistryForm(forms.Form):
    """The business registry: whom to ask, how, and where in the JSON answer each field stands.

    Args:
        kept: what holds now. Its secret is never shown, and stays where the input is left empty.
    """

    provider = forms.ChoiceField(
        label=pgettext_lazy("registry", "Provider"),
        required=False,
        choices=[
            ("", gettext_lazy("None, everything is filled in by hand")),
            ("http", gettext_lazy("An HTTP interface")),
        ],
    )
    address = forms.CharField(
        label=pgettext_lazy("registry", "Address"),
        max_length=500,
        required=False,
        help_text=gettext_lazy(
            "{name} is what is asked; {key}, {secret}, {time} and {signature} may stand there, too."
        ),
        widget=forms.TextInput(attrs={"placeholder": "https://api.example.com/company?key={key}&keyword={name}"}),
    )
    key = forms.CharField(label=pgettext_lazy("registry", "Key"), max_length=200, required=False)
    secret = forms.CharField(
        label=pgettext_lazy("registry", "Secret"),
        max_length=200,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Never shown again. Leave it empty to keep the one that is saved."),
    )
    headers = forms.CharField(
        label=pgettext_lazy("registry", "Headers"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "Token: {signature}\nTimespan: {time}"}),
        help_text=gettext_lazy("One a line. {signature} is the MD5 of key, time and secret in capitals."),
    )

    def __init__(self, *args: Any, kept: Config, **kwargs: Any) -> None:
        paths = {f"path_{name}": path for name, path in kept.get("paths", {}).items()}
        super().__init__(*args, **{"initial": {**kept, **paths}, **kwargs})
        self.kept = kept
        for name in FIELDS:
            label = str(CUSTOMER.fields[name].label)
            self.fields[f"path_{name}"] = forms.CharField(label=label, max_length=200, required=False)

    @property
    def path_fields(self) -> list[forms.BoundField]:
        return [self[f"path_{name}"] for name in FIELDS]

    def clean_address(self) -> str:
        address = str(self.cleaned_data["address"]).strip()
        if address and not address.startswith(("https://", "http://")):
            raise forms.ValidationError(_("Write the whole address, beginning with https://"))
        if address and "{name}" not in address:
            raise forms.ValidationError(_("{name} must stand in the address."))
        return address

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("provider") and not self.errors:
            if not given.get("address"):
                self.add_error("address", _("Write the whole address, beginning with https://"))
            elif not any(given.get(f"path_{name}") for name in FIELDS):
                self.add_error("path_name", _("Say where in the answer at least one field stands."))
        return given

    def config(self) -> Config:
        given = self.cleaned_data
        paths = {name: path for name in FIELDS if (path := given[f"path_{name}"].strip())}
        kept = {name: given[name] for name in ("provider", "address", "key", "headers")}
        return {**kept, "secret": given["secret"] or self.kept.get("secret", ""), "paths": paths}


class TagForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("list entry", "Name"), max_length=40)
    group = forms.CharField(label=gettext_lazy("Tag group"), max_length=40, required=False)
    tint = forms.TypedChoiceField(
        label=gettext_lazy("Colour"),
        coerce=int,
        initial=0,
        widget=forms.RadioSelect,
        choices=[(tint, str(tint)) for tint in range(7)],
    )
    is_retired = forms.BooleanField(
        label=gettext_lazy("No longer offer it; records that have it keep it"), required=False
    )

    def clean_name(self) -> str:
        return named(self.cleaned_data["name"], 40)


class MergeForm(forms.Form):
    into = forms.ModelChoiceField(
        Tag.objects.none(), label=gettext_lazy("Merge into"), empty_label=gettext_lazy("Choose")
    )

    def __init__(self, *args: Any, tag: Tag, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Tag.objects.filter(owner=None, is_retired=False).exclude(pk=tag.pk)
        self.fields["into"].queryset = others  # type: ignore[attr-defined]
