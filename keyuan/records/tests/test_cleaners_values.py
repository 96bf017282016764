"""Credit codes, amounts, dates, lines of text."""

from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn.uscc import calc_check_digit

from keyuan.records.cleaners import Invalid
from keyuan.records.cleaners.dates import clean_date
from keyuan.records.cleaners.lines import clean_line, clean_lines
from keyuan.records.cleaners.money import clean_money, split_money
from keyuan.records.cleaners.uscc import clean_uscc, display_uscc

GOOD = "91110000600037341L"


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    "typed", [GOOD, GOOD.lower(), "9111 0000 6000 3734 1L", "９１１１００００６０００３７３４１Ｌ", f" {GOOD}\u3000"]
)
def test_a_credit_code_in_any_writing(typed: str) -> None:
    assert clean_uscc(typed) == GOOD


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (GOOD[:-1], "A credit code has 18 characters, this one has 17."),
        ("9111000060O037341L", "A credit code has no letters I O Z S V; character 11 is O."),
        ("911100006000中7341L", "A credit code has only digits and capitals; character 13 is “中”."),
        (GOOD[:-1] + "M", "The check digit does not fit: the last character should be L, it is M."),
        ("91AB0000600037341L", "Characters 3 to 8 of a credit code are digits (the region); character 3 is A."),
        ("110000001234567", "This is an old registration number of 15 digits. Write the credit code of 18 characters."),
    ],
)
def test_a_wrong_credit_code_says_where(typed: str, sentence: str) -> None:
    with pytest.raises(Invalid) as refusal:
        clean_uscc(typed)

    assert str(refusal.value) == sentence


def test_codes_of_villages_begin_with_a_letter() -> None:
    code = "N2330203MF12345678"[:17]

    assert clean_uscc(code + calc_check_digit(code)) == code + calc_check_digit(code)


def test_a_credit_code_is_shown_in_two_groups() -> None:
    assert display_uscc(GOOD) == "91110000 600037341L"
    assert clean_uscc(display_uscc(GOOD)) == GOOD


@given(st.integers(0, 16), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_one_wrong_character_is_always_noticed(place: int, character: str) -> None:
    wrong = GOOD[:place] + character + GOOD[place + 1 :]
    if wrong == GOOD:
        return

    with pytest.raises(Invalid):
        clean_uscc(wrong)


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("10万", "100000"),
        ("1.2亿", "120000000"),
        ("¥1,234.50", "1234.50"),
        ("￥１，２３４", "1234"),
        ("1.2 万元", "12000"),
        ("1.23456万", "12345.6"),
        ("人民币 5 万元", "50000"),
        ("12 345.60", "12345.6"),
        (".5", "0.5"),
        ("3k", "3000"),
        ("0", "0"),
    ],
)
def test_amounts_as_people_write_them(typed: str, amount: str) -> None:
    assert clean_money(typed) == Decimal(amount)
    assert clean_money(typed).as_tuple().exponent == -2


def test_the_currency_beside_an_amount_is_told() -> None:
    assert split_money("$22,700.00") == (Decimal("22700.00"), "USD")
    assert split_money("100元") == (Decimal("100.00"), "CNY")
    assert split_money("100") == (Decimal("100.00"), None)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("-5", "An amount cannot be negative. Write it without the minus sign."),
        ("−5", "An amount cannot be negative. Write it without the minus sign."),
        ("(5)", "An amount cannot be negative. Write it without the minus sign."),
        ("1.234", "An amount has at most two decimals, this one has 3."),
        ("99999999万亿", "The amount is too large. Check its unit; it must be below 100 trillion."),
        ("about 5", "“about 5” is not an amount. Write it like 12000, 1.2万 or ¥12,000.00."),
        ("1,23", "“1,23” is not an amount. Write it like 12000, 1.2万 or ¥12,000.00."),
        ("nan", "“nan” is not an amount. Write it like 12000, 1.2万 or ¥12,000.00."),
        ("1e5", "“1e5” is not an amount. Write it like 12000, 1.2万 or ¥12,000.00."),
        ("", "“” is not an amount. Write it like 12000, 1.2万 or ¥12,000.00."),
    ],
)
def test_a_wrong_amount_says_why(typed: str, sentence: str) -> None:
    with pytest.raises(Invalid) as refusal:
        clean_money(typed)

    assert str(refusal.value) == sentence


@given(st.decimals(0, 10**13, places=2))
def test_every_amount_reads_back(amount: Decimal) -> None:
    assert clean_money(f"{amount:,}") == clean_money(f"¥{amount}") == amount


@given(st.text(max_size=30) | st.text(alphabet="0123456789.,万亿元¥$-() ", max_size=60))
def test_any_text_is_an_amount_or_refused(text: str) -> None:
    with suppress(Invalid):
        assert 0 <= clean_money(text) < 10**14


@pytest.mark.parametrize(
    "typed",
    [
        "2025-06-12", "2025/6/12", "2025.6.12", "2025年6月12日", "２０２５年６月１２日", "20250612",
        "45820", "45820.6", 45820,
        "Jun 12, 2025", "12 June 2025", "2025-06-12 14:00", "2025-06-12T14:00:00+08:00", "2025年6月12日 14:00",
    ],
)  # fmt: skip
def test_dates_as_people_and_spreadsheets_write_them(typed: str | float) -> None:
    assert clean_date(typed) == date(2025, 6, 12)


def test_a_day_after_the_twelfth_tells_itself_from_the_month() -> None:
    assert clean_date("25/12/2025") == clean_date("12/25/2025") == date(2025, 12, 25)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("03/04/2025", "“03/04/2025” may mean two days. Write the year first: 2025-03-04 or 2025-04-03."),
        ("2025-02-30", "There is no such day: “2025-02-30”."),
        ("1899-12-31", "The year must be between 1900 and 2100, not 1899."),
        ("2025年6月", "“2025年6月” is not a full date. Write it like 2025-06-12."),
        ("25-6-12", "“25-6-12” is not a full date. Write it like 2025-06-12."),
        ("", "“” is not a full date. Write it like 2025-06-12."),
    ],
)
def test_a_wrong_date_says_why(typed: str, sentence: str) -> None:
    with pytest.raises(Invalid) as refusal:
        clean_date(typed)

    assert str(refusal.value) == sentence


@given(st.dates(date(1901, 1, 1), date(2099, 12, 31)))
def test_every_date_reads_back(day: date) -> None:
    serial = (day - timedelta(days=(date(1899, 12, 30) - date(1, 1, 1)).days)).toordinal() - 1

    assert clean_date(day.isoformat()) == clean_date(f"{day.year}年{day.month}月{day.day}日") == day
    assert clean_date(serial) == day


@given(st.text(max_size=30) | st.text(alphabet="0123456789-/.年月日 :T", max_size=30))
def test_any_text_is_a_date_or_refused(text: str) -> None:
    with suppress(Invalid):
        assert 1900 <= clean_date(text).year <= 2100


def test_one_line_is_kept_as_written_without_what_deceives() -> None:
    assert clean_line("\u3000 北京 某某（集团）有限公司\t\u200b\r\n") == "北京 某某（集团）有限公司"
    assert clean_line("a\u202eb\x00c\nd") == "abc d"
    assert clean_line("👨‍👩‍👧") == "👨‍👩‍👧"


def test_many_lines_keep_their_breaks() -> None:
    assert clean_lines(" a \r\n\r\n  b\u3000\r\n\u2029") == "a\n\n  b"


def test_a_text_that_is_too_long_says_by_how_much() -> None:
    with pytest.raises(Invalid, match=r"Use at most 3 characters; there are 4\."):
        clean_line("华为技术", 3)


@given(st.text())
def test_lines_are_clean_after_once(text: str) -> None:
    assert clean_line(clean_line(text, 10**6), 10**6) == clean_line(text, 10**6)
    assert clean_lines(clean_lines(text, 10**6), 10**6) == clean_lines(text, 10**6)
    clean_lines(text, 10**6).encode()
