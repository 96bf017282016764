import pytest

from keyuan.exchange import importing
from keyuan.exchange.columns import Mapping
from keyuan.exchange.guessing import guess
from keyuan.exchange.reading import read_table
from keyuan.exchange.targets import targets_for
from keyuan.exchange.tests.files import trial, upload
from keyuan.records.errors import RuleBroken

pytestmark = pytest.mark.django_db


def guessed(user, *header):
    mapping = guess(header, targets_for(user))
    return {header[place]: key for place, key in mapping.columns.items()}


def test_headers_of_a_sheet_are_understood(cast):
    found = guessed(
        cast.boss,
        "客户名称*",
        "客户分类（必填）",
        "统一社会信用代码",
        "所属行业",
        "联系人",
        "手机",
        "职位",
        "省",
        "市",
        "区",
        "电话",
    )

    assert list(found.values()) == [
        "name", "category", "uscc", "industry", "contact.name", "contact.mobile", "contact.title",
        "region", "region", "region", "phone",
    ]  # fmt: skip


def test_a_list_of_contacts_is_recognised_as_one(cast):
    found = guessed(cast.boss, "Name", "Customer", "Title", "Phone", "E-mail")

    assert list(found.values()) == ["contact.name", "name", "contact.title", "contact.phone", "contact.email"]


def test_the_full_name_comes_first_then_the_short_then_the_english_one(cast):
    header = read_table(trial("listed_companies.csv")).header

    mapping = guess(header, targets_for(cast.boss))

    assert [header[place] for place in mapping.by_target()["name"]] == ["full_name_zh", "short_name_zh", "name_en"]
    assert [header[place] for place in mapping.by_target()["region"]] == ["province", "city"]


def test_an_owner_is_a_target_only_for_those_who_may_assign(cast):
    assert "owner" in targets_for(cast.boss)
    assert "owner" not in targets_for(cast.anna)


def test_a_mapping_is_remembered_per_person_and_header(cast):
    first = upload(cast.anna, "甲,乙", "A,B")
    importing.map_columns(first, Mapping({1: "name"}), by=cast.anna)

    assert upload(cast.anna, "甲,乙", "C,D").mapping["columns"] == {"1": "name"}
    assert upload(cast.ben, "甲,乙", "C,D").mapping["columns"] == {}


def test_without_a_name_nothing_can_be_checked(cast):
    of = upload(cast.anna, "电话", "13800138000")

    with pytest.raises(RuleBroken, match="Customer name"):
        importing.map_columns(of, Mapping({0: "phone"}), by=cast.anna)


def test_targets_that_do_not_exist_for_the_person_are_dropped(cast):
    of = upload(cast.anna, "名称,x", "A,B", mapping={0: "name", 1: "owner"})

    assert of.mapping["columns"] == {"0": "name"}
