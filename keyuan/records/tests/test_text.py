"""Text as it is compared and searched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyuan.records.text import digits, highlight, normalise, pinyin_forms, syllables


@pytest.mark.parametrize(
    "written",
    ["华为技术", "華為技術", " 华为\u200b技术 ", "华\u202e为技术", "华为技术\x00"],
)
def test_one_form_for_every_way_of_writing(written: str) -> None:
    assert normalise(written) == "华为技术"


def test_full_width_and_capitals_are_folded() -> None:
    assert normalise("Ｈｕａｗｅｉ　（Ｃｏ．）\tＬＴＤ\n") == "huawei (co.) ltd"


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)

    assert normalise(once) == once


@given(st.text())
def test_what_is_normalised_can_be_stored(text: str) -> None:
    assert "\0" not in normalise(text)
    normalise(text).encode()


@pytest.mark.parametrize(
    ("name", "full", "initials"),
    [
        ("宁波海曙", "ningbohaishu", "nbhs"),
        ("重庆长沙银行", "chongqingchangshayinhang", "cqcsyh"),
        ("厦门大厦", "xiamendasha", "xmds"),
        ("成都都市", "chengdudushi", "cdds"),
        ("西藏音乐", "xizangyinyue", "xzyy"),
        ("董事长", "dongshizhang", "dsz"),
        ("华为A1", "huaweia1", "hwa1"),
        ("華為", "huawei", "hw"),
        ("吕布", "lvbu", "lb"),
    ],
)
def test_names_are_read_as_people_say_them(name: str, full: str, initials: str) -> None:
    assert pinyin_forms(name)[:2] == [full, initials]


@pytest.mark.parametrize(
    ("name", "reading"), [("单雄信", "shanxiongxin"), ("曾国藩", "zengguofan"), ("仇英", "qiuying")]
)
def test_surnames_are_found_by_their_own_reading(name: str, reading: str) -> None:
    assert reading in pinyin_forms(name)


def test_a_character_with_two_readings_is_found_by_both() -> None:
    assert pinyin_forms("长荣") == ["changrong", "cr", "zhangrong", "zr"]


def test_latin_names_have_no_pinyin() -> None:
    assert pinyin_forms("Huawei") == []


@given(st.text(alphabet="单仇长重行乐都厦调传藏", max_size=30))
def test_there_are_at_most_four_forms(name: str) -> None:
    assert len(pinyin_forms(name)) <= 4


def test_digits_of_every_width() -> None:
    assert digits("（０574）8735-2210") == "057487352210"


@pytest.mark.parametrize(
    ("query", "marked"),
    [
        ("海曙", ["海曙"]),
        ("hsjm", ["海曙精密"]),
        ("haishu", ["海曙"]),
        ("haisjm", ["海曙精密"]),
        ("haish", ["海曙"]),
        ("宁波 jx", ["宁波", "机械"]),
        ("xyz", []),
        ("%_", []),
        ("", []),
    ],
)
def test_what_the_query_matched_is_marked(query: str, marked: list[str]) -> None:
    pieces = highlight("宁波海曙精密机械有限公司", query)

    assert [piece for piece, is_match in pieces if is_match] == marked
    assert "".join(piece for piece, _ in pieces) == "宁波海曙精密机械有限公司"


def test_other_ways_of_writing_are_marked_as_they_stand() -> None:
    assert highlight("新華為（ＡＢＣ）", "华为 abc") == [
        ("新", False),
        ("華為", True),
        ("（", False),
        ("ＡＢＣ", True),
        ("）", False),
    ]


@given(st.text(max_size=60), st.text(max_size=20))
def test_marking_keeps_the_text(text: str, query: str) -> None:
    assert "".join(piece for piece, _ in highlight(text, query)) == text


def test_many_blanks_do_no_harm() -> None:
    assert highlight("a" + " " * 5000 + "b", "ab")[-1] == ("a" + " " * 5000 + "b", True)


def test_the_pinyin_beside_a_result_shows_the_letters_typed() -> None:
    assert syllables("宁波海曙精密机械", "hsjm") == [("hai", 1), ("shu", 1), ("jing", 1), ("mi", 1)]
    assert syllables("宁波海曙精密机械", "haish") == [("hai", 3), ("shu", 2)]
    assert syllables("宁波海曙精密机械", "海曙") == []
