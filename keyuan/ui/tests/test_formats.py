"""Amounts, dates, phones and counts read as the design says, in both languages."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from keyuan.ui import cells, formats

NOW = datetime(2026, 3, 18, 6, 0, tzinfo=UTC)  # Wednesday, 14:00 in Shanghai


def in_both(write: Callable[..., Any], *values: Any, **more: Any) -> tuple[str, str]:
    with translation.override("zh-hans"):
        chinese = write(*values, **more)
    with translation.override("en"):
        return str(chinese), str(write(*values, **more))


@pytest.mark.parametrize(
    ("amount", "chinese", "english"),
    [
        ("0", "¥0", "¥0"),
        ("8400", "¥8,400", "¥8,400"),
        ("9999.4", "¥9,999", "¥9,999"),
        ("9999.6", "¥1.0万", "¥10.0K"),
        ("860000", "¥86.0万", "¥860.0K"),
        ("86049.99", "¥8.6万", "¥86.0K"),
        ("999950", "¥100.0万", "¥1.0M"),
        ("12800000", "¥1,280.0万", "¥12.8M"),
        ("99500000", "¥9,950.0万", "¥99.5M"),
        ("99999999", "¥1.00亿", "¥100.0M"),
        ("128000000", "¥1.28亿", "¥128.0M"),
        ("-3120", "−¥3,120", "−¥3,120"),
    ],
)
def test_a_short_amount(amount: str, chinese: str, english: str) -> None:
    assert in_both(formats.money_short, Decimal(amount)) == (chinese, english)


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (Decimal("1234.56"), "CNY", "¥1,234.56"),
        (Decimal(-3120), "CNY", "−¥3,120.00"),
        (Decimal("0.005"), "CNY", "¥0.01"),
        (Decimal("-0.001"), "CNY", "¥0.00"),
        (Decimal(5), "USD", "$5.00"),
        (Decimal(5), "CHF", "CHF 5.00"),
        (None, "CNY", "—"),
    ],
)
def test_an_exact_amount(amount: Decimal | None, currency: str, text: str) -> None:
    assert formats.money(amount, currency) == text


@pytest.mark.parametrize(
    ("value", "text"), [(12.6, "+12.6%"), (-8.3, "−8.3%"), (0, "0.0%"), (-0.04, "0.0%"), (None, "—")]
)
def test_a_change_carries_its_sign(value: float | None, text: str) -> None:
    assert formats.change(value) == text


def test_a_discount_is_said_in_each_language_s_way() -> None:
    assert in_both(formats.discount, Decimal("0.9")) == ("9 折", "10% off")
    assert in_both(formats.discount, Decimal("0.92")) == ("9.2 折", "8% off")


@pytest.mark.parametrize(
    ("day", "chinese", "english"),
    [
        (date(2026, 3, 18), "3月18日 周三", "Mar 18, Wed"),
        (date(2025, 6, 12), "2025-06-12", "Jun 12, 2025"),
        (datetime(2026, 3, 17, 17, 0, tzinfo=UTC), "3月18日 周三", "Mar 18, Wed"),
    ],
)
def test_a_day_is_the_organisation_s(day: date, chinese: str, english: str) -> None:
    assert in_both(formats.day, day, today=date(2026, 3, 18)) == (chinese, english)


@pytest.mark.parametrize(
    ("before", "english"),
    [
        (timedelta(seconds=30), "Just now"),
        (timedelta(minutes=8), "8 min ago"),
        (timedelta(hours=4, minutes=48), "Today 09:12"),
        (timedelta(hours=15), "Yesterday"),
        (timedelta(days=2), "2 days ago"),
        (timedelta(days=30), "30 days ago"),
        (timedelta(days=31), "Feb 15"),
        (timedelta(days=300), "May 22, 2025"),
    ],
)
def test_how_long_ago(before: timedelta, english: str) -> None:
    with translation.override("en"):
        assert formats.ago(NOW - before, now=NOW) == english


@pytest.mark.parametrize(
    ("at", "english"),
    [
        (NOW + timedelta(hours=1), "Today 15:00"),
        (NOW - timedelta(hours=1), "Today 13:00"),
        (NOW + timedelta(days=1), "Tomorrow 14:00"),
        (NOW + timedelta(days=2), "Fri 14:00"),
        (date(2026, 3, 20), "Mar 20"),
        (NOW + timedelta(days=7), "Mar 25"),
        (NOW - timedelta(days=1), "1 day late"),
        (NOW - timedelta(days=3), "3 days late"),
        (None, "Not set"),
    ],
)
def test_when_something_is_due(at: date | None, english: str) -> None:
    with translation.override("en"):
        assert formats.until(at, now=NOW) == english


@pytest.mark.parametrize(
    ("days", "kind"), [(0, "t2"), (10, "t2"), (11, "warn"), (20, "warn"), (21, "bad"), (None, "bad")]
)
def test_silence_is_coloured_by_its_length(days: int | None, kind: str) -> None:
    assert formats.silence(days) == kind


@pytest.mark.parametrize(
    ("number", "shown", "masked"),
    [
        ("13800138000", "138 0013 8000", "138 **** 8000"),
        ("+86 138-0013-8000", "138 0013 8000", "138 **** 8000"),
        ("057487352210", "0574-8735 2210", "0574-87** **10"),
        ("0574-8735 2210", "0574-8735 2210", "0574-87** **10"),
        ("+8657487352210", "0574-8735 2210", "0574-87** **10"),
        ("01065530000", "010-6553 0000", "010-65** **00"),
        ("03515530000", "0351-553 0000", "0351-55* **00"),
        ("4008208820", "400 820 8820", "400 820 8820"),
        ("+1 415 555 0100", "+1 415 555 0100", "+1 ****00"),
        ("", "—", "—"),
    ],
)
def test_a_phone_number(number: str, shown: str, masked: str) -> None:
    assert formats.phone_display(number) == shown
    assert formats.phone_display(number, masked=True) == masked


def test_an_extension_is_named() -> None:
    with translation.override("en"):
        assert formats.phone_display("0574-87352210-801") == "0574-8735 2210 ext. 801"


def test_a_credit_code_is_read_in_two_groups() -> None:
    assert formats.uscc_display("91330203MA2AB7K56E") == "91330203 MA2AB7K56E"


def test_what_people_wrote_is_escaped_in_cells() -> None:
    assert "<script>" not in cells.tag("<script>") + cells.person("<script>") + cells.status("<script>", "c1")
    assert "<script>" not in cells.tags(["a", '"><script>']) + cells.money_short(Decimal(1), "<script>")


def test_a_name_has_always_the_same_tint() -> None:
    assert cells.tint("林晓彤") == cells.tint("林晓彤")
    assert {cells.tint(f"客户{number}") for number in range(60)} == {f"t{number}" for number in range(1, 7)}
