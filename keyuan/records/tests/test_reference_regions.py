"""The divisions of China."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from keyuan.records.reference import regions

EVERY = [code for province in regions.roots() for code in regions.all_under(province.code)]


def test_all_provinces_are_there() -> None:
    assert len(regions.regions()) == 34
    assert [region.short_name for region in regions.regions()][-3:] == ["台湾", "香港", "澳门"]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("浙江", ["浙江省"]),
        ("宁波", ["浙江省", "宁波市"]),
        ("浙江省宁波市海曙区", ["浙江省", "宁波市", "海曙区"]),
        ("浙江/宁波", ["浙江省", "宁波市"]),
        ("浙江 · 宁波 · 海曙", ["浙江省", "宁波市", "海曙区"]),
        ("海曙区", ["浙江省", "宁波市", "海曙区"]),
        ("3302", ["浙江省", "宁波市"]),
        ("33", ["浙江省"]),
        ("北京朝阳区", ["北京市", "朝阳区"]),
        ("北京北京市", ["北京市"]),
        ("北京市市辖区", ["北京市"]),
        ("110100", ["北京市"]),
        ("長春朝陽區", ["吉林省", "长春市", "朝阳区"]),
        ("朝阳", ["辽宁省", "朝阳市"]),
        ("吉林", ["吉林省"]),
        ("吉林市", ["吉林省", "吉林市"]),
        ("东莞", ["广东省", "东莞市"]),
        ("嘉峪关", ["甘肃省", "嘉峪关市"]),
        ("河南省济源市", ["河南省", "济源市"]),
        ("新疆新疆维吾尔自治区直辖县级行政区划", ["新疆维吾尔自治区"]),
        ("黔东南", ["贵州省", "黔东南苗族侗族自治州"]),
        ("内蒙", ["内蒙古自治区"]),
        ("香港", ["香港特别行政区"]),
    ],
)
def test_a_region_is_found_by_what_people_write(text: str, path: list[str]) -> None:
    assert regions.path(regions.find(text) or "") == path


@pytest.mark.parametrize(
    "text", ["朝阳区", "鼓楼区", "江北", "", "Zhejiang", "火星", "浙江省宁波市海曙区石碶街道", "999999"]
)
def test_what_is_unknown_or_could_be_several_is_not_guessed(text: str) -> None:
    assert regions.find(text) is None


@pytest.mark.parametrize(
    ("code", "prefix"),
    [("330000", "33"), ("330200", "3302"), ("330203", "330203"), ("419001", "419001"), ("441900", "4419")],
)
def test_what_lies_below_begins_with_the_prefix(code: str, prefix: str) -> None:
    assert regions.under_prefix(code) == prefix


def test_every_region_lies_under_each_above_it() -> None:
    strays = [
        (code, above.code)
        for code in EVERY
        for above in regions.line(code)
        if not code.startswith(regions.under_prefix(above.code))
    ]

    assert strays == []


@given(st.sampled_from(EVERY))
def test_every_region_is_found_by_its_whole_path(code: str) -> None:
    assert regions.find("".join(regions.path(code))) == code
    assert regions.find(code) == code


def test_municipalities_and_cities_without_districts() -> None:
    assert [region.name for region in regions.children("110000")][:2] == ["东城区", "西城区"]
    assert len(regions.children("500000")) == 38
    assert regions.children("441900") == ()
    assert regions.children("") == regions.roots()


def test_the_label_is_short_and_in_the_language_of_the_page() -> None:
    with translation.override("zh-hans"):
        assert regions.label("330203") == "浙江 宁波"
        assert regions.label("330203", depth=3) == "浙江 宁波 海曙"
    with translation.override("en"):
        assert regions.label("330200") == "Zhejiang 宁波"


def test_an_address_is_split_after_its_region() -> None:
    assert regions.split("浙江省宁波市海曙区石碶街道1号") == ("330203", "石碶街道1号")
    assert regions.split("某某路1号") == (None, "某某路1号")


def test_a_wrong_name_gets_a_suggestion() -> None:
    with translation.override("zh-hans"):
        assert regions.suggest("杭洲") == "浙江 杭州"
    assert regions.suggest("???") is None


def test_only_stored_codes_exist() -> None:
    assert regions.exists("330200")
    assert not any(map(regions.exists, ("33", "3302", "", "110100")))


@given(st.text(max_size=40))
def test_any_text_can_be_looked_up(text: str) -> None:
    found = regions.find(text)

    assert found is None or regions.exists(found)
