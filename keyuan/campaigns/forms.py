"""The one gate for campaigns: page, drawer, inline edit and API fill the same form."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from keyuan.campaigns.fields import CAMPAIGN
from keyuan.campaigns.models import Campaign
from keyuan.records.forms import RecordForm


class CampaignForm(RecordForm):
    """Reads and saves one campaign."""

    catalogue = CAMPAIGN

    def defaults(self) -> dict[str, Any]:
        return {"status": Campaign.Status.PLANNED}

    def clean_status(self) -> str:
        return self.cleaned_data.get("status") or Campaign.Status.PLANNED

    def clean_budget(self) -> Decimal | None:
        return not_negative(self.cleaned_data.get("budget"))

    def clean_cost(self) -> Decimal | None:
        return not_negative(self.cleaned_data.get("cost"))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        begins, ends = self._day("begins_on"), self._day("ends_on")
        if begins and ends and ends < begins:
            self.add_error("ends_on" if "ends_on" in self.fields else "begins_on", _("It ends before it begins."))
        return cleaned

    def _day(self, name: str) -> Any:
        """What was typed; of a field that this form does not have, what the campaign holds."""
        if name in self.fields:
            return self.cleaned_data.get(name)
        return getattr(self.instance, name, None)


def not_negative(amount: Decimal | None) -> Decimal | None:
    """Raises ValidationError for an amount below zero."""
    if amount is not None and amount < 0:
        raise forms.ValidationError(_("An amount can't be negative."))
    return amount
