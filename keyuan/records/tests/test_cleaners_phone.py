"""Phone numbers as people type them."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from keyuan.records.cleaners import Invalid
from keyuan.records.cleaners.phone import clean_phone, clean_phones, dial, display, is_mobile, key, masked


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("13800138000", "13800138000"),
        ("138 0013 8000", "13800138000"),
        ("138-0013-8000", "13800138000"),
        ("１３８００１３８０００", "13800138000"),
        ("+86 138 0013 8000", "13800138000"),
        ("86-13800138000", "13800138000"),
        ("\u202d13800138000\u202c", "13800138000"),
        ("tel:13800138000", "13800138000"),
        ("13800138000转1234", "13800138000-1234"),
        ("0574-87352210", "0574-87352210"),
        ("（0574）8735 2210", "0574-87352210"),
        ("0574.8735.2210", "0574-87352210"),
        ("０５７４－８７３５２２１０", "0574-87352210"),
        ("0086 574 8735 2210", "0574-87352210"),
        ("0580-2031234", "0580-2031234"),
        ("010-62345678-802", "010-62345678-802"),
        ("010 6234-5678-802", "010-62345678-802"),
        ("010-62345678 转 802", "010-62345678-802"),
        ("010-62345678 分机：802", "010-62345678-802"),
        ("010-62345678 ext. 802", "010-62345678-802"),
        ("010-62345678#802", "010-62345678-802"),
        ("400-050-0827", "400-050-0827"),
        ("4000500827", "400-050-0827"),
        ("800 810 0000", "800-810-0000"),
        ("95588", "95588"),
        ("+49 30 1234", "+49301234"),
        ("0049 (0)30 1234567", "+49301234567"),
        ("+852 2345 6789", "+85223456789"),
        ("", ""),
        ("  \u3000", ""),
    ],
)
def test_every_usual_way_of_writing_gives_one_form(typed: str, stored: str) -> None:
    assert clean_phone(typed) == stored


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("1380013800", "A mobile number has 11 digits, this one has 10."),
        ("138001380000", "A mobile number has 11 digits, this one has 12."),
        ("0574-8735 22", "After area code 0574 come 8 digits, now 6, 2 missing."),
        ("0574-873522101", "After area code 0574 come 8 digits, now 9, 1 too many."),
        ("0580-20312345", "After area code 0580 come 7 digits, now 8, 1 too many."),
        ("0433-251234", "After area code 0433 come 7 or 8 digits, now 6."),
        ("62345678", "Write the area code too, like 0574-62345678."),
        ("400-050-08", "A 400 number has 10 digits, this one has 8."),
        ("abc", "A phone number has only digits; “abc” cannot stand in it."),
        ("张三13800138000", "A phone number has only digits; “张三” cannot stand in it."),
        ("+999 1234567", "There is no country code like that: “+999 1234567”."),
        ("+1 212 55", "“+1 212 55” is too short for country code +1."),
    ],
)
def test_a_refusal_says_what_is_wrong(typed: str, sentence: str) -> None:
    with pytest.raises(Invalid) as refusal:
        clean_phone(typed)

    assert str(refusal.value) == sentence


@pytest.mark.parametrize("typed", ["-", "+", "0", "1", "0571", "+86", "12", "()", "٣٤٥"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(Invalid, match="is not a full number"):
        clean_phone(typed)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("13800138000；0574-87352210", ["13800138000", "0574-87352210"]),
        ("13800138000、0574-8735 2210\n400-050-0827", ["13800138000", "0574-87352210", "400-050-0827"]),
        ("0574-87352210/87352211", ["0574-87352210", "0574-87352211"]),
        ("13800138000 13900000001", ["13800138000", "13900000001"]),
        ("13800138000, 138 0013 8000", ["13800138000"]),
        (" ; ", []),
    ],
)
def test_several_numbers_in_one_field(typed: str, stored: list[str]) -> None:
    assert clean_phones(typed) == stored


def test_one_wrong_number_of_several_is_refused() -> None:
    with pytest.raises(Invalid, match="has 10"):
        clean_phones("13800138000; 1390000000")


@pytest.mark.parametrize(
    ("stored", "shown", "hidden", "compared"),
    [
        ("13800138000", "138 0013 8000", "138 **** 8000", "+8613800138000"),
        ("0574-87352210", "0574-8735 2210", "0574-87** **10", "+8657487352210"),
        ("0580-2031234", "0580-203 1234", "0580-20* **34", "+865802031234"),
        ("010-62345678-802", "010-6234 5678-802", "010-62** **78", "+861062345678;ext=802"),
        ("400-050-0827", "400-050-0827", "400-***-0827", "+864000500827"),
        ("+49301234", "+49 30 1234", "+49 **** 34", "+49301234"),
        ("+12125550100", "+1 212-555-0100", "+1 **** 0100", "+12125550100"),
        ("95588", "95588", "**** 88", "+8695588"),
    ],
)
def test_a_stored_number_is_shown_hidden_and_compared(stored: str, shown: str, hidden: str, compared: str) -> None:
    assert (display(stored), masked(stored), key(stored)) == (shown, hidden, compared)
    assert clean_phone(shown) == stored


def test_numbers_can_be_called() -> None:
    assert dial("010-62345678-802") == "tel:+861062345678;ext=802"
    assert dial("95588") == "tel:95588"
    assert [is_mobile(number) for number in ("13800138000", "0574-87352210")] == [True, False]


@given(st.text(alphabet=st.sampled_from("0123456789+-() ;,/.转x０１") | st.characters(), max_size=30))
def test_any_text_is_cleaned_or_refused(text: str) -> None:
    try:
        stored = clean_phones(text)
    except Invalid:
        return
    assert clean_phones(";".join(stored)) == stored
    assert all(number.isascii() for number in stored)
    assert all(key(number).startswith("+") and masked(number) and display(number) for number in stored)


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.lists(st.integers(1, 10), max_size=4))
def test_blanks_and_hyphens_do_not_matter(number: str, places: list[int]) -> None:
    written = number
    for place in sorted(places, reverse=True):
        written = f"{written[:place]} {written[place:]}"

    assert clean_phone(written) == clean_phone(written.replace(" ", "-")) == number
