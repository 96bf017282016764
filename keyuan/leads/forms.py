"""The one gate for leads: page, drawer, inline edit, import and API fill the same form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from keyuan.leads.fields import LEAD
from keyuan.records.errors import NotReady, RuleBroken
from keyuan.records.forms import Input, RecordForm

BEST_SCORE = 1000


class LeadForm(RecordForm):
    """Reads and saves one lead."""

    catalogue = LEAD

    def clean_score(self) -> int | None:
        given = self.cleaned_data["score"]
        if given is not None and (given != int(given) or not 0 <= given <= BEST_SCORE):
            raise forms.ValidationError(_("A score is a whole number from 0 to %(most)d.") % {"most": BEST_SCORE})
        return int(given) if given is not None else None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        is_whole = {"company", "name"} <= self.fields.keys() and not {"company", "name"} & self.errors.keys()
        if is_whole and not (cleaned.get("company") or cleaned.get("name")):
            self.add_error("company", _("Write down a company or a name."))
        return cleaned

    def refuse(self, refusal: RuleBroken) -> bool:
        """Put what is missing beside the field that it names."""
        named = refusal.fields if isinstance(refusal, NotReady) else []
        for name in named:
            self.add_error(name if name in self.fields else None, str(refusal))
        return bool(named)


class ReasonForm(RecordForm):
    """Why a lead is invalid: what marking it so asks for."""

    catalogue = LEAD

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, only=(), **options)
        self.fields["invalid_reason"] = Input(LEAD.fields["invalid_reason"], self.book)
        self.fields["invalid_reason"].required = True
