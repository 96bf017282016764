"""Amounts of money as people write them: 1234.5, ¥1,234.50, 10万, 1.2亿."""

from __future__ import annotations

import re
from decimal import Decimal

from django.utils.translation import gettext as _

from keyuan.records.cleaners import Invalid, half_width, shown

LARGEST = Decimal(10) ** 14
UNITS = {
    "": 1, "百": 100, "千": 1000, "k": 1000, "万": 10_000, "w": 10_000, "十万": 100_000, "百万": 10**6, "m": 10**6,
    "千万": 10**7, "亿": 10**8, "十亿": 10**9, "百亿": 10**10, "千亿": 10**11, "万亿": 10**12, "b": 10**9,
}  # fmt: skip

_CURRENCIES = (
    ("CNY", r"cny|rmb|人民币|¥|元|圆"),
    ("USD", r"usd|us\$|\$|美元|美金"),
    ("EUR", r"eur|€|欧元"),
    ("HKD", r"hkd|hk\$|港币|港元"),
    ("JPY", r"jpy|日元"),
    ("GBP", r"gbp|£|英镑"),
)
_NUMBER = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)?(\.\d+)?")
_AMOUNT = re.compile(r"(?P<number>[\d,.]+)(?P<unit>\D*)")


def clean_money(text: str) -> Decimal:
    """An exact amount with at most two decimals; the currency, where one is written, is left out.

    Raises:
        Invalid: not a number, negative, more than two decimals, or too large.
    """
    return split_money(text)[0]


def split_money(text: str) -> tuple[Decimal, str | None]:
    """An amount and the currency written beside it, as its ISO 4217 code: `$22,700.00` gives (22700.00, "USD").

    Raises:
        Invalid: as for `clean_money`.
    """
    plain = re.sub(r"\s+", "", half_width(text)).lower().replace("，", ",").replace("￥", "¥")
    sign, plain = _sign(plain)
    currency, plain = _currency(plain)
    more, plain = _sign(plain)
    if sign or more:
        raise Invalid(_("An amount cannot be negative. Write it without the minus sign."))
    match = _AMOUNT.fullmatch(plain)
    if not match or match["unit"] not in UNITS:
        raise _not_an_amount(text)
    return _checked(_number(match["number"], text) * UNITS[match["unit"]]), currency


def _sign(plain: str) -> tuple[bool, str]:
    """Whether an amount is negative: a minus of any kind, or brackets as accountants write it."""
    if re.fullmatch(r"\(.+\)", plain):
        return True, plain[1:-1]
    return bool(re.match(r"[-−–—]", plain)), plain.lstrip("+-−–—")


def _currency(plain: str) -> tuple[str | None, str]:
    for code, marks in sorted(_CURRENCIES, key=lambda pair: pair[0] == "USD"):
        rest = re.sub(f"^(?:{marks})|(?:{marks})$", "", plain)
        if rest != plain:
            return code, re.sub(f"(?:{marks})$", "", rest)
    return None, plain


def _number(written: str, text: str) -> Decimal:
    if not _NUMBER.fullmatch(written) or written in ("", "."):
        raise _not_an_amount(text)
    if len(written) > 40:
        raise _too_large()
    return Decimal(written.replace(",", ""))


def _checked(amount: Decimal) -> Decimal:
    decimals = max(0, -int(amount.normalize().as_tuple().exponent))
    if decimals > 2:
        raise Invalid(_("An amount has at most two decimals, this one has %(decimals)d.") % {"decimals": decimals})
    if amount >= LARGEST:
        raise _too_large()
    return amount.quantize(Decimal("0.01"))


def _too_large() -> Invalid:
    return Invalid(_("The amount is too large. Check its unit; it must be below 100 trillion."))


def _not_an_amount(text: str) -> Invalid:
    return Invalid(
        _("“%(given)s” is not an amount. Write it like 12000, 1.2万 or ¥12,000.00.") % {"given": shown(text)}
    )
