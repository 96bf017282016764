"""The products of an opportunity: lines with prices, and the amount that follows from them unless it is typed (R5)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import transaction
from django.utils.translation import gettext as _

from keyuan.opportunities.amounts import subtotal, total
from keyuan.opportunities.models.product import Product
from keyuan.org.models import User
from keyuan.records.errors import RuleBroken, Stale
from keyuan.records.history import Operation

MOST_LINES = 200
LARGEST = Decimal(10) ** 14


@dataclass(frozen=True)
class Line:
    """What one line holds.

    Attributes:
        price: of one unit.
        discount: in per cent off.
    """

    product: int
    price: Decimal
    quantity: Decimal = Decimal(1)
    discount: Decimal = Decimal(0)

    @property
    def subtotal(self) -> Decimal:
        return subtotal(self.price, self.quantity, self.discount)


Prices = Mapping[int, Decimal | None]


def prices_of(products: Collection[int]) -> Prices:
    """What the catalogue says about these products, as far as they are there."""
    return dict(Product.rows.living().filter(pk__in=products).values_list("pk", "list_price")) if products else {}


def at_list_price(products: Collection[int], prices: Prices | None = None) -> list[Line]:
    """One piece of each of these products, as the catalogue prices it.

    Args:
        prices: those of the catalogue, where they were looked up for many opportunities at once.

    Raises:
        RuleBroken: one of them is no longer there.
    """
    prices = prices_of(products) if prices is None else prices
    if any(pk not in prices for pk in products):
        raise RuleBroken(_("A product is no longer in the catalogue. Choose another one."))
    return [Line(pk, prices[pk] or Decimal(0)) for pk in dict.fromkeys(products)]


def total_of(lines: Iterable[Any], discount: Decimal, reduction: Decimal) -> Decimal:
    """What these lines cost; also rows of the table."""
    return total((one.subtotal for one in lines), discount, reduction)


class Lining:
    """The verbs of an opportunity that change its lines and its amount."""

    @transaction.atomic
    def set_lines(
        self: Any,
        lines: Sequence[Line],
        *,
        by: User,
        version: int | None = None,
        discount: Decimal | None = None,
        reduction: Decimal | None = None,
        amount: Decimal | None = None,
    ) -> Any:
        """Let the opportunity have exactly these lines.

        Args:
            discount, reduction: of the whole deal; None leaves them.
            amount: typed by hand; None lets it follow the lines.

        Raises:
            NotAllowed, Stale, RuleBroken.
        """
        locked = self.lock()
        locked.require(by, "edit")
        for name in ("amount", "products"):
            locked.require_field(by, name)
        if version is not None and version != locked.version:
            raise Stale(locked)
        operation = Operation.begin("opportunity.edited", by=by)
        discount = locked.discount if discount is None else discount
        reduction = locked.reduction if reduction is None else reduction
        worth = total_of(lines, discount, reduction)
        by_hand = amount is not None and amount != worth
        fields: dict[str, Any] = {
            "products": list(dict.fromkeys(one.product for one in lines)),
            "discount": discount,
            "reduction": reduction,
            "amount": amount if by_hand else worth,
            "amount_is_manual": by_hand or not lines,
        }
        if not lines and amount is None:
            fields["amount"] = locked.amount  # nothing is left that it could follow
        check_lines(lines, fields["amount"])
        self.write_lines(lines, operation)
        type(self).rows.filter(pk=self.pk).change(by=by, operation=operation, **fields)
        self.refresh_from_db()
        return self

    def write_lines(self: Any, lines: Sequence[Line], operation: Operation) -> None:
        """Put these lines in the place of the old ones; where they differ, history says how."""
        before, after = [picture(one) for one in self.lines.all()], [picture(one) for one in lines]
        if before == after:
            return
        self.lines.all().delete()
        apps.get_model("keyuan", "OpportunityLine").objects.bulk_create(self.rows_of(lines))
        self.log("lines_changed", operation=operation, before={"lines": before}, after={"lines": after})

    def rows_of(self: Any, lines: Sequence[Line]) -> list[Any]:
        """These lines as rows of this opportunity, not yet saved."""
        row: Any = apps.get_model("keyuan", "OpportunityLine")
        return [
            row(
                opportunity_id=self.pk,
                product_id=one.product,
                position=place,
                price=one.price,
                quantity=one.quantity,
                discount=one.discount,
            )
            for place, one in enumerate(lines)
        ]

    @transaction.atomic
    def follow_lines(self: Any, *, by: User, version: int | None = None) -> Any:
        """The amount that was typed by hand follows the lines again.

        Raises:
            NotAllowed, Stale, RuleBroken: there are no lines.
        """
        lines = [Line(one.product_id, one.price, one.quantity, one.discount) for one in self.lines.all()]
        if not lines:
            raise RuleBroken(_("There are no product lines that the amount could follow."))
        return self.set_lines(lines, by=by, version=version)

    def follow_products(self: Any, changes: dict[str, Any], operation: Operation) -> None:
        """Lines as the chosen products want them; the amount follows unless it is typed."""
        lines = self.lines_for(changes["products"])
        self.write_lines(lines, operation)
        if lines and not self.amount_is_manual and "amount" not in changes:
            worth = total_of(lines, self.discount, self.reduction)
            type(self).rows.filter(pk=self.pk).change(by=operation.by, operation=operation, amount=worth)
            self.refresh_from_db()

    def lines_for(self: Any, products: Collection[int]) -> list[Line]:
        """The lines that are there, without those of other products, and a new one for each that has none."""
        had = [Line(one.product_id, one.price, one.quantity, one.discount) for one in self.lines.all()]
        kept = [one for one in had if one.product in products]
        known = {one.product for one in kept}
        return [*kept, *at_list_price([pk for pk in products if pk not in known])]


def picture(line: Any) -> dict[str, Any]:
    """A line as history keeps it."""
    product = line.product if isinstance(line, Line) else line.product_id
    numbers = {"price": line.price, "quantity": line.quantity, "discount": line.discount}
    return {"product": product} | {name: str(Decimal(value).normalize()) for name, value in numbers.items()}


def check_lines(lines: Sequence[Line], amount: Decimal) -> None:
    """Raises RuleBroken where a line, or their number, is none that a deal can have."""
    if len(lines) > MOST_LINES:
        raise RuleBroken(_("An opportunity has at most %(n)d lines.") % {"n": MOST_LINES})
    if amount >= LARGEST:
        raise RuleBroken(_("The amount is too large. Check prices and quantities."))
    for one in lines:
        if one.quantity <= 0:
            raise RuleBroken(_("A quantity is greater than 0."))
        if one.price < 0 or not 0 <= one.discount <= 100:
            raise RuleBroken(_("Prices are not negative, and discounts lie between 0 and 100 %."))
