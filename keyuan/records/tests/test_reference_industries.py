"""The industries of GB/T 4754—2017."""

import csv
import os
from collections import Counter
from pathlib import Path

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from keyuan.records.reference import industries

COMPANIES = Path(os.environ.get("KEYUAN_TEST_DATA", "../shared/data")) / "listed_companies.csv"
EVERY = [code for section in industries.roots() for code in industries.all_under(section.code)]


def test_the_list_has_four_levels() -> None:
    levels = Counter(entry.level for entry in map(industries.get, EVERY) if entry)

    assert (levels[1], levels[2], levels[3]) == (20, 97, 473)
    assert [entry.code for entry in industries.children("C36")][:2] == ["C361", "C362"]


def test_a_code_begins_with_those_above_it() -> None:
    lines = {code: [above.code for above in industries.line(code)] for code in EVERY}

    assert [code for code, line in lines.items() if not all(map(code.startswith, line))] == []
    assert [code for code, line in lines.items() if line[0] != code[0]] == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("汽车制造业", "C36"),
        ("汽车制造", "C36"),
        ("通用设备", "C34"),
        ("通用设备制造", "C34"),
        ("C36", "C36"),
        ("36", "C36"),
        ("c3611", "C3611"),
        ("C36 汽车制造业", "C36"),
        ("Ｃ３６　汽车制造业", "C36"),
        ("制造业", "C"),
        ("Manufacturing", "C"),
        ("教育", "P83"),
        ("房地产", "K70"),
        ("农林牧渔业", "A"),
        ("软件和信息技术服务业", "I65"),
        ("F 批发零售", "F"),
        ("K 房地产", "K"),
    ],
)
def test_an_industry_is_found_by_what_people_write(text: str, code: str) -> None:
    assert industries.find(text) == code


@pytest.mark.parametrize("text", ["", "纺机", "S 综合", "C36 银行", "X99", "99", "火星"])
def test_what_is_unknown_is_not_guessed(text: str) -> None:
    assert industries.find(text) is None


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("纺机", "纺织专用设备制造"),
        ("互联网", "互联网和相关服务"),
        ("汽车制造叶", "汽车制造业"),
        ("教育", "教育"),
        ("???", None),
    ],
)
def test_a_wrong_word_gets_a_suggestion(text: str, label: str | None) -> None:
    assert industries.suggest(text) == label


@pytest.mark.skipif(not COMPANIES.exists(), reason=f"the list of companies is not at {COMPANIES}")
def test_the_words_of_the_exchanges_are_understood() -> None:
    with COMPANIES.open(encoding="utf-8") as file:
        words = [row["industry"] for row in csv.DictReader(file) if row["industry"]]

    assert {word for word in words if not industries.find(word)} == {"S 综合"}


def test_sections_speak_the_language_of_the_page() -> None:
    with translation.override("en"):
        assert industries.label("C") == "Manufacturing"
        assert industries.label("C36") == "汽车制造业"
    with translation.override("zh-hans"):
        assert industries.label("C") == "制造业"


@given(st.text(max_size=30))
def test_any_text_can_be_looked_up(text: str) -> None:
    found = industries.find(text)

    assert found is None or industries.exists(found)
