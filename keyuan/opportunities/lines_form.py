"""The editor of product lines: rows as they were typed, what is wrong with each, and the lines that they mean."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from keyuan.opportunities.models import Opportunity, Product
from keyuan.opportunities.models.lining import Line, total_of
from keyuan.org.models import User
from keyuan.records.cleaners import Invalid, half_width
from keyuan.records.cleaners.money import clean_money
from keyuan.ui.formats import plain

NAMES = ("product", "price", "quantity", "discount")
BLANK_ROWS = 3
MOST_ROWS = 300


@dataclass
class Row:
    """One row as it was typed; `name` is that of its product."""

    product: str = ""
    price: str = ""
    quantity: str = ""
    discount: str = ""
    name: str = ""
    errors: list[str] = field(default_factory=list)

    @property
    def is_blank(self) -> bool:
        return not self.product.strip() and not self.price.strip()

    @property
    def chosen(self) -> str:
        """The product as a picker takes it."""
        return json.dumps([[int(self.product), self.name]] if self.product.isdecimal() and self.name else [])


class LinesForm:
    """Reads the lines of one opportunity, its discount and reduction, and whether the amount follows.

    Args:
        data: what was sent: the same four names in every row; None shows the lines as they stand.
    """

    def __init__(self, opportunity: Opportunity, by: User, data: Any = None) -> None:
        self.opportunity, self.by, self.data = opportunity, by, data
        self.errors: dict[str, str] = {}
        self.rows = self._as_they_stand() if data is None else _sent(data)
        self.is_manual = opportunity.amount_is_manual if data is None else data.get("amount_is") == "manual"
        self.amount = self._value("amount", opportunity.amount)
        self.discount = self._value("deal_discount", opportunity.discount)
        self.reduction = self._value("reduction", opportunity.reduction)

    def _value(self, name: str, stands: Decimal) -> str:
        return (plain(stands) if stands else "") if self.data is None else str(self.data.get(name, ""))

    def _as_they_stand(self) -> list[Row]:
        found = self.opportunity.lines.select_related("product")
        return [
            Row(str(one.product_id), plain(one.price), plain(one.quantity), plain(one.discount), one.product.name)
            for one in found
        ]

    @property
    def shown(self) -> list[Row]:
        """The rows, and blank ones for those whose browser runs no script."""
        return [*self.rows, *(Row() for _place in range(BLANK_ROWS))]

    @property
    def blank(self) -> Row:
        return Row()

    @property
    def worth(self) -> Decimal:
        """What the lines cost as they stand."""
        deal = self.opportunity
        return total_of(deal.lines.all(), deal.discount, deal.reduction)

    def is_valid(self) -> bool:
        """Whether all can be read; then `lines` and `values` hold it."""
        self.lines = [self._line(row) for row in self.rows]
        self.values = {
            "discount": self._read("deal_discount", self.discount, clean_discount) or Decimal(0),
            "reduction": self._read("reduction", self.reduction, clean_money) or Decimal(0),
            "amount": self._read("amount", self.amount, clean_money) if self.is_manual or not self.rows else None,
        }
        if self.is_manual and self.values["amount"] is None:
            self.errors.setdefault("amount", _("Write the amount, or let it follow the lines."))
        return not self.errors and not any(row.errors for row in self.rows)

    def _read(self, name: str, text: str, read: Callable[[str], Decimal]) -> Decimal | None:
        try:
            return read(text) if text.strip() else None
        except Invalid as refusal:
            self.errors[name] = str(refusal)
            return None

    def _line(self, row: Row) -> Line:
        product = find_product(row.product, self.by)
        if product is None:
            row.errors.append(_("Choose a product from the list."))
        else:
            row.product, row.name = str(product.pk), product.name
        price = _of_row(row, row.price, clean_money)
        if price is None and not row.price.strip():
            price = (product.list_price if product else None) or Decimal(0)
        quantity = _of_row(row, row.quantity, clean_quantity) if row.quantity.strip() else Decimal(1)
        discount = _of_row(row, row.discount, clean_discount) if row.discount.strip() else Decimal(0)
        return Line(product.pk if product else 0, price or Decimal(0), quantity or Decimal(1), discount or Decimal(0))

    def save(self, version: int | None) -> Opportunity:
        """Raises NotAllowed, Stale, RuleBroken."""
        return self.opportunity.set_lines(self.lines, by=self.by, version=version, **self.values)


def _sent(data: Any) -> list[Row]:
    columns = [data.getlist(name)[:MOST_ROWS] for name in NAMES]
    longest = max(map(len, columns), default=0)
    padded = [column + [""] * (longest - len(column)) for column in columns]
    rows = [Row(*(text.replace("\x00", "")[:200] for text in texts)) for texts in zip(*padded, strict=True)]
    return [row for row in rows if not row.is_blank]


def _of_row(row: Row, text: str, read: Callable[[str], Decimal]) -> Decimal | None:
    try:
        return read(text) if text.strip() else None
    except Invalid as refusal:
        row.errors.append(str(refusal))
        return None


def find_product(text: str, by: User) -> Product | None:
    """By id, whole name or code."""
    text = text.strip()
    rows = Product.objects.visible_to(by)
    if text.isdecimal() and len(text) < 18 and (found := rows.filter(pk=int(text)).first()):
        return found
    return rows.filter(name=text).first() or rows.exclude(code="").filter(code=text).first() if text else None


def clean_quantity(text: str) -> Decimal:
    """More than 0, with at most three decimals. Raises Invalid."""
    quantity = _number(text)
    if quantity is None or not 0 < quantity < 10**9 or -quantity.as_tuple().exponent > 3:  # type: ignore[operator]
        raise Invalid(
            _("“%(text)s” is no quantity. Write a number above 0 with at most three decimals.") % _given(text)
        )
    return quantity


def clean_discount(text: str) -> Decimal:
    """What is taken off in per cent: 15, 15%, or 8.5折 for what is left to pay. Raises Invalid."""
    plain_text = half_width(text).strip()
    paid = re.fullmatch(r"([\d.]+)\s*折", plain_text)
    number = _number(paid[1] if paid else plain_text.removesuffix("%"))
    discount = None if number is None else 100 - number * 10 if paid else number
    if discount is None or not 0 <= discount <= 100 or -discount.as_tuple().exponent > 2:  # type: ignore[operator]
        raise Invalid(_("“%(text)s” is no discount. Write what is taken off in per cent, such as 15.") % _given(text))
    return discount


def _number(text: str) -> Decimal | None:
    text = half_width(text).strip().replace(",", "")
    try:
        return Decimal(text) if re.fullmatch(r"\d{1,12}(\.\d{1,6})?|\.\d{1,6}", text) else None
    except InvalidOperation:
        return None


def _given(text: str) -> dict[str, str]:
    return {"text": text.strip()[:20]}
