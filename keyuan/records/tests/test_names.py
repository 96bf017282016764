"""Names of companies: the same, alike, and why."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from keyuan.records.names import (
    Party,
    company_core,
    company_key,
    marked,
    reasons,
    short_name_key,
    similarity,
    typed_phone_reason,
)  # fmt: skip

OURS = "宁波海曙精密机械"


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def test_blanks_widths_and_brackets_do_not_make_another_name() -> None:
    assert company_key("北京 某某（集团）有限公司") == company_key("北京某某(集团)有限公司") == "北京某某集团有限公司"


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("浙江省宁波市海曙精密机械有限公司", "海曙精密机械"),
        ("宁波海曙精密机械股份有限公司", "海曙精密机械"),
        ("浙江省宁波市海曙区精密机械厂", "精密机械"),
        ("北京 某某（集团）有限公司", "某某"),
        ("深圳市振业(集团)股份有限公司", "振业"),
        ("上海某某管理合伙企业（有限合伙）", "某某管理"),
        ("內蒙古伊利實業集團股份有限公司", "伊利实业"),
        ("阿里巴巴（中国）有限公司", "阿里巴巴中国"),
        ("北京银行股份有限公司", "北京银行"),
        ("Huawei Technologies Co., Ltd.", "huaweitechnologies"),
        ("Coca-Cola Inc", "cocacola"),
        ("宁波", "宁波"),
        ("公司", "公司"),
        ("!!!", "!!!"),
    ],
)
def test_the_core_is_what_distinguishes_a_company(name: str, core: str) -> None:
    assert company_core(name) == core


@given(
    st.text(min_size=1).filter(str.strip)
    | st.text(alphabet="宁波市浙江省有限公司集团厂()（） coltd.", min_size=1).filter(str.strip)
)
def test_the_core_is_never_empty(name: str) -> None:
    assert company_core(name) or not company_key(name)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("万  科Ａ", "万科"),
        ("*ST国华", "国华"),
        ("ＳＴ易购", "易购"),
        ("XD贵州茅", "贵州茅"),
        ("寒武纪-U", "寒武纪"),
        ("TCL科技", "tcl科技"),
        ("Stanley", "stanley"),
        ("*ST", "st"),
    ],
)
def test_marks_of_the_exchange_are_no_part_of_a_short_name(name: str, key: str) -> None:
    assert short_name_key(name) == key


@pytest.mark.parametrize(
    ("other", "least", "most"),
    [
        ("宁波海曙精密机械", 1, 1),
        ("宁波海曙精密机械有限公司", 0.96, 0.96),
        ("海曙精密机械股份有限公司", 0.94, 0.94),
        ("浙江海曙精密机械有限公司", 0.94, 0.94),
        ("宁波海署精蜜机械有限公司", 0.85, 0.95),
        ("宁波海曙精工机械有限公司", 0.6, 0.75),
        ("杭州海曙精密机械有限公司", 0.5, 0.7),
        ("上海某某科技有限公司", 0, 0.2),
    ],
)
def test_likeness_falls_with_what_differs(other: str, least: float, most: float) -> None:
    assert least <= similarity(OURS, other) <= most


def test_two_banks_of_two_cities_are_not_one() -> None:
    assert similarity("北京银行股份有限公司", "上海银行股份有限公司") < 0.5


@given(st.text(max_size=30), st.text(max_size=30))
def test_likeness_has_no_direction(a: str, b: str) -> None:
    assert similarity(a, b) == pytest.approx(similarity(b, a))
    assert 0 <= similarity(a, b) <= similarity(a, a) == 1


@pytest.mark.parametrize(
    ("other", "kind", "sentence"),
    [
        ("宁波 海曙精密机械", "name", "The names are equal"),
        ("宁波海曙精密机械有限公司", "suffix", "The names are equal without “有限公司”"),
        ("海曙精密机械厂", "place", "The names are equal without place and legal form"),
        ("宁波海曙精工机械有限公司", "near", "Without place and legal form, 5 of 6 characters are equal"),
        ("宁波海曙金精密机械厂", "pinyin", "The names sound alike: haishu jingmi"),
    ],
)
def test_likeness_is_put_into_words(other: str, kind: str, sentence: str) -> None:
    assert [(reason.kind, reason.text, reason.equal) for reason in reasons(OURS, other)] == [(kind, sentence, True)]


def test_names_that_have_nothing_in_common_give_no_reason() -> None:
    assert reasons(OURS, "上海某某科技有限公司") == []


def test_all_that_is_known_of_two_records_is_compared() -> None:
    mine = Party("甲", phones=["13800138000"], uscc="91110000600037341L", domain="a.cn", region="330203")
    found = Party("乙", ["甲"], ["13800138000"], "913302035839604129", "a.cn", "330203")

    assert [(reason.text, reason.equal) for reason in reasons(mine, found)] == [
        ("Equal to the short or former name “甲”", True),
        ("Same phone 138 **** 8000", True),
        ("Same domain a.cn", True),
        ("Both in 海曙区", True),
        ("Different unified social credit code, they may be two companies: 91330203 5839604129", False),
    ]


def test_two_extensions_of_one_switchboard() -> None:
    one, two = Party("甲", phones=["010-62345678-801"]), Party("乙", phones=["010-62345678-802"])

    assert [reason.text for reason in reasons(one, two)] == ["Same phone but for the extension: 010-62** **78"]


def test_a_phone_that_is_still_being_typed() -> None:
    reason = typed_phone_reason("0574-8735 22", "0574-87352210")

    assert reason is not None
    assert reason.text == "The first 10 digits of the phone are equal: 0574-8735 22"
    assert typed_phone_reason("0574", "0574-87352210") is None
    assert typed_phone_reason("0574-87352210", "0574-87352210") is None


def test_the_common_part_of_a_found_name_is_marked() -> None:
    assert marked("宁波海曙精密机械有限公司", OURS) == [("宁波", False), ("海曙精密机械", True), ("有限公司", False)]
