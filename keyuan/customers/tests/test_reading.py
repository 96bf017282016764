"""What a person reads on the pages of customers and contacts, and how they are labelled."""

import re

import pytest

from keyuan.records.models import Tag
from tests.make import make_contact, make_customer, option

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_anna(client, cast):
    client.cookies["keyuan_language"] = "zh-hans"
    client.force_login(cast.anna)
    return client


def read(client, path, **params):
    return client.get(path, params).content.decode()


def test_a_size_is_a_list_entry_and_a_condition(as_anna, cast):
    middle = option("size", "100-499")
    make_customer("中等公司", owner=cast.anna, size=middle)
    make_customer("别的公司", owner=cast.anna)

    page = read(as_anna, "/customers/", filter='{"field":"size","op":"in","value":["100-499人"]}')
    assert "中等公司" in page
    assert "别的公司" not in page


def test_the_core_block_stands_open_and_the_rest_is_folded(as_anna):
    page = read(as_anna, "/customers/new/")
    core, more = page.split('<details class="more"', 1)

    assert all(
        f'name="{name}"' in core for name in ("name", "category", "industry", "size", "phone", "email", "address")
    )
    assert all(f'name="{name}"' in more for name in ("legal_representative", "registered_capital", "notes"))
    assert not more.startswith(" open")


def test_completeness_grows_with_each_counted_field(as_anna, cast):
    customer = make_customer(owner=cast.anna)
    before = customer.completeness
    customer.edit(by=cast.anna, website="https://www.vanke.com")
    customer.refresh_from_db()

    assert customer.completeness > before
    assert f"{customer.completeness}%" in read(as_anna, f"/customers/{customer.pk}/")
    assert re.search(r"还差 \d+ 项", read(as_anna, f"/customers/{customer.pk}/"))


def test_preferences_keep_their_lines_and_signs_and_find_the_contact(as_anna, cast):
    wang = make_contact(make_customer(owner=cast.anna), "王建", preferences="爱喝龙井🍵\n周五下午不接电话")
    make_contact(make_customer(owner=cast.anna), "李梅")

    wang.refresh_from_db()
    assert wang.preferences == "爱喝龙井🍵\n周五下午不接电话"
    found = read(as_anna, "/contacts/", q="龙井")
    assert "王建" in found
    assert "李梅" not in found
    assert "爱喝龙井🍵" in read(as_anna, f"/contacts/{wang.pk}/")


def test_the_tree_of_contacts_shows_who_reports_to_whom(as_anna, cast):
    customer = make_customer(owner=cast.anna)
    head = make_contact(customer, "总经理")
    middle = make_contact(customer, "部长", reports_to=head)
    make_contact(customer, "采购员", reports_to=middle)

    lines = re.findall(r'<li class="d(\d)">(\S+)', read(as_anna, f"/customers/{customer.pk}/"))
    assert lines == [("0", "总经理"), ("1", "部长"), ("2", "采购员")]


def test_one_class_and_many_tags_stand_in_the_list_and_are_two_conditions(as_anna, cast):
    tags = [Tag.objects.create(name=name, key=name) for name in ("展会客户", "出口企业")]
    customer = make_customer("万科企业", owner=cast.anna, category=option("category", "interested"), tags=tags)

    page = read(as_anna, "/customers/")
    assert "意向客户" in page
    assert "展会客户" in page
    assert "+1" in page
    by_class = read(as_anna, "/customers/", filter='{"field":"category","op":"in","value":["意向客户"]}')
    by_tag = read(as_anna, "/customers/", filter='{"field":"tags","op":"all","value":["展会客户","出口企业"]}')
    assert all(f'data-id="{customer.pk}"' in one for one in (by_class, by_tag))


def test_a_name_is_a_link_that_opens_in_a_tab_and_a_record_knows_its_neighbours(as_anna, cast):
    customer = make_customer("万科企业", owner=cast.anna)

    assert f'<a class="n trunc" href="/customers/{customer.pk}/"' in read(as_anna, "/customers/")
    assert "<record-neighbours" in read(as_anna, f"/customers/{customer.pk}/")


def test_the_parts_of_a_customer_have_tabs_with_counts(as_anna, cast):
    customer = make_customer(owner=cast.anna)
    make_contact(customer, "王建")
    make_contact(customer, "李梅")

    page = read(as_anna, f"/customers/{customer.pk}/")
    assert re.search(r'href="#contacts">联系人<span class="c">2</span>', page)
    assert 'href="#basic"' in page
    assert 'href="#changes"' in page


def test_what_was_saved_stands_in_list_and_search_at_once(as_anna, cast):
    customer = make_customer("旧名字公司", owner=cast.anna)
    assert "旧名字公司" in read(as_anna, "/customers/")

    customer.edit(by=cast.anna, name="新名字公司")
    page = read(as_anna, "/customers/")
    assert "新名字公司" in page
    assert "旧名字公司" not in page
    assert f'data-id="{customer.pk}"' in read(as_anna, "/customers/", q="新名字")


def test_the_two_ways_of_searching_have_their_names(as_anna, cast):
    make_customer(owner=cast.anna)
    page = read(as_anna, "/customers/")

    assert "简单搜索" in page
    assert "高级搜索" in page


def test_the_address_holds_filter_and_page_so_that_back_returns_to_them(as_anna, cast):
    for number in range(30):
        make_customer(f"第{number}号公司", owner=cast.anna)
    page = read(as_anna, "/customers/", q="号公司", size=20, page=2)

    assert 'href="/customers/?q=%E5%8F%B7%E5%85%AC%E5%8F%B8&amp;size=20&amp;page=1"' in page
    assert page.count("data-id=") == 10
