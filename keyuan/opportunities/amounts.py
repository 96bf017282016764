"""The sums of a deal. One rounding rule: half up to the cent, each line once, the whole deal once.

That is how invoices are rounded (四舍五入到分). PostgreSQL's `round(numeric, 2)` does the same to amounts that are not
negative, so a sum over rows in the database is the sum over the pages.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
HUNDRED = Decimal(100)


def to_cents(amount: Decimal) -> Decimal:
    """The amount rounded half up to two decimals."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def subtotal(price: Decimal, quantity: Decimal, discount: Decimal = Decimal(0)) -> Decimal:
    """What one line costs.

    Args:
        price: of one unit, in the organisation's currency.
        discount: in per cent off, 0 to 100.
    """
    return to_cents(price * quantity * (HUNDRED - discount) / HUNDRED)


def total(subtotals: Iterable[Decimal], discount: Decimal = Decimal(0), reduction: Decimal = Decimal(0)) -> Decimal:
    """What all lines cost together.

    Args:
        discount: on the whole deal, in per cent off.
        reduction: an amount that is taken off at the end, such as the odd change; the total never falls below zero.
    """
    whole = to_cents(sum(subtotals, Decimal(0)) * (HUNDRED - discount) / HUNDRED)
    return max(whole - reduction, Decimal(0)).quantize(CENT)


def weighted(amount: Decimal, probability: int) -> Decimal:
    """The amount times the probability, in per cent."""
    return to_cents(amount * probability / HUNDRED)
