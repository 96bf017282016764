"""The one gate for opportunities and products: page, drawer, inline edit, import and API fill the same form."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from keyuan.opportunities.fields import OPPORTUNITY, PRODUCT
from keyuan.opportunities.models import Opportunity, Product
from keyuan.opportunities.models.lining import at_list_price, total_of
from keyuan.opportunities.stages import offered_pipelines, stages_of
from keyuan.records.errors import NotReady, RuleBroken
from keyuan.records.forms import Input, RecordForm, required_sentence

CLOSING = ("closed_on", "reason", "competitor")
"""What a won or lost stage asks for besides; fields of the form, not of the catalogue's editable ones."""


class OpportunityForm(RecordForm):
    """Reads and saves one opportunity. Its customer stays."""

    catalogue = OPPORTUNITY
    only_new = frozenset({"customer"})
    instance: Opportunity | None

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        wanted = options.get("only")
        visible = OPPORTUNITY.visible_fields(self.by)
        for name in CLOSING:
            if name in visible and (wanted is None or name in wanted):
                self.fields[name] = Input(visible[name], self.book, self._current(visible[name]))
        if self.instance is None and data is not None:
            self.data = with_defaults(data, self.typed_defaults())
        self._amount_may_follow()

    def _amount_may_follow(self) -> None:
        """Where products with prices are chosen, the amount may be left to them."""
        if "amount" in self.fields and self.is_bound and _has_products(self.data):
            self.fields["amount"].required = False

    def defaults(self) -> dict[str, Any]:
        stage = self.first_stage()
        return {"stage": stage.pk if stage else None, "probability": stage.probability if stage else None}

    def typed_defaults(self) -> dict[str, str]:
        return {name: str(value) for name, value in self.defaults().items() if value is not None}

    def first_stage(self) -> Any:
        pipelines = offered_pipelines(self.book)
        stages = stages_of(self.book).open_of(pipelines[0].pk) if pipelines else []
        return stages[0] if stages else None

    def clean_probability(self) -> int | None:
        given = self.cleaned_data["probability"]
        if given is not None and (given != int(given) or given > 100):
            raise forms.ValidationError(_("A probability is a whole number from 0 to 100."))
        return int(given) if given is not None else given

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self._follow_stage(cleaned)
        self._follow_products(cleaned)
        for name in CLOSING:
            if cleaned.get(name) in (None, ""):
                cleaned.pop(name, None)
        return cleaned

    def _follow_stage(self, cleaned: dict[str, Any]) -> None:
        """A probability that nobody touched is that of the stage, also of a stage chosen in the same form."""
        stage, given = cleaned.get("stage"), cleaned.get("probability")
        if stage is None or given is None:
            return
        untouched = self.defaults()["probability"] if self.instance is None else self.instance.probability
        if given == untouched and not (self.instance and self.instance.probability_is_manual):
            cleaned["probability"] = stage.probability if self.instance is None else given
            if self.instance is not None:
                cleaned.pop("probability")

    def _follow_products(self, cleaned: dict[str, Any]) -> None:
        """An amount that was left to the products is what they cost; where they have no prices it is asked for."""
        if "amount" not in self.fields or "amount" in self.errors or cleaned.get("amount") is not None:
            return
        had: Any = self.instance
        products = cleaned.get("products") or []
        lines = at_list_price(products) if had is None else had.lines_for(products)
        discount, reduction = (Decimal(0), Decimal(0)) if had is None else (had.discount, had.reduction)
        worth = total_of(lines, discount, reduction)
        if not worth:
            self.add_error("amount", required_sentence(self.catalogue.fields["amount"]))
        elif had is None:
            cleaned.pop("amount")
        else:
            cleaned |= {"amount": worth, "amount_is_manual": False}

    def refuse(self, refusal: RuleBroken) -> bool:
        """Put what a stage asks for beside the fields that it names."""
        named = refusal.fields if isinstance(refusal, NotReady) else []
        for name in named or ["stage"]:
            self.add_error(name if name in self.fields else None, str(refusal))
        return True


def with_defaults(data: Any, defaults: dict[str, str]) -> Any:
    """What was sent, with the defaults of what was not sent at all; a blank that was sent stays blank."""
    missing = {name: value for name, value in defaults.items() if name not in data}
    if not missing:
        return data
    merged = data.copy() if hasattr(data, "setlist") else dict(data)
    merged.update(missing)
    return merged


def _has_products(data: Any) -> bool:
    given = data.getlist("products") if hasattr(data, "getlist") else data.get("products")
    return bool([one for one in (given if isinstance(given, list) else [given]) if one])


class ProductForm(RecordForm):
    """Reads and saves one product."""

    catalogue = PRODUCT

    def defaults(self) -> dict[str, Any]:
        return {"nature": Product.Nature.PRODUCT, "is_on_sale": True}

    def clean_nature(self) -> str:
        return self.cleaned_data.get("nature") or Product.Nature.PRODUCT

    def clean_code(self) -> str:
        code = self.cleaned_data.get("code") or ""
        taken = Product.rows.living().filter(code=code).exclude(pk=self.instance.pk if self.instance else None)
        if code and taken.exists():
            raise forms.ValidationError(_("Another product has this code."))
        return code
