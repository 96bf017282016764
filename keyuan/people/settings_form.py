"""The form for the settings of the organisation."""

from django import forms
from django.utils.translation import gettext_lazy

from keyuan.org import settings as house
from keyuan.records.attachments.limits import MOST_MB


class SettingsForm(forms.Form):
    company_name = forms.CharField(label=gettext_lazy("Company name"), max_length=100, required=False)
    currency = forms.ChoiceField(
        label=gettext_lazy("Currency"),
        choices=[
            ("CNY", gettext_lazy("CNY, Chinese yuan")),
            ("HKD", gettext_lazy("HKD, Hong Kong dollar")),
            ("TWD", gettext_lazy("TWD, New Taiwan dollar")),
            ("USD", gettext_lazy("USD, US dollar")),
            ("EUR", gettext_lazy("EUR, euro")),
            ("JPY", gettext_lazy("JPY, Japanese yen")),
            ("GBP", gettext_lazy("GBP, pound sterling")),
        ],
        required=False,
        help_text=gettext_lazy("The currency of all amounts. Amounts that are there are not converted."),
    )
    administrator_contact = forms.CharField(
        label=gettext_lazy("Administrator's contact"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Stands on the sign-in page for those who forgot their password."),
    )
    safety_notice = forms.CharField(
        label=gettext_lazy("Safety notice"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Stands on the sign-in page. Leave it empty for the usual text."),
    )
    entry_guide = forms.CharField(
        label=gettext_lazy("Guide for entering customers"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Stands at the top of the form for customers. Leave it empty for the usual text."),
    )

    attachment_megabytes = forms.IntegerField(
        label=gettext_lazy("Largest attachment, in MB"),
        min_value=1,
        max_value=MOST_MB,
        required=False,
    )
    attachment_most = forms.IntegerField(
        label=gettext_lazy("Most attachments of a record"),
        min_value=1,
        max_value=10_000,
        required=False,
    )
    attachment_forbidden = forms.CharField(
        label=gettext_lazy("Kinds of files that are not taken"),
        max_length=1000,
        required=False,
        help_text=gettext_lazy("Endings of names, such as exe. Leave it empty for the usual programs."),
    )

    history_months = forms.ChoiceField(
        label=gettext_lazy("Keep history"),
        choices=[
            ("0", gettext_lazy("For ever")),
            ("7", gettext_lazy("7 months")),
            ("12", gettext_lazy("1 year")),
            ("36", gettext_lazy("3 years")),
            ("60", gettext_lazy("5 years")),
            ("120", gettext_lazy("10 years")),
        ],
        required=False,
        help_text=gettext_lazy("Logs of operations and sign-ins and the history of records. Older months are deleted."),
    )

    def clean_history_months(self) -> str:
        return self._kept("history_months")

    def clean_currency(self) -> str:
        return self._kept("currency")

    def clean_attachment_megabytes(self) -> str:
        return self._kept("attachment_megabytes")

    def clean_attachment_most(self) -> str:
        return self._kept("attachment_most")

    def _kept(self, name: str) -> str:
        """What was chosen; where nothing was, it stays as it is."""
        return str(self.cleaned_data[name] or self.initial.get(name) or house.DEFAULTS[name])

    @classmethod
    def current(cls) -> dict[str, str]:
        """What holds now, by field."""
        return {key: str(value) for key, value in house.settings(*cls.base_fields).items()}
