"""One box finds customers by any of their words (Q1, C4, B2)."""

import pytest

from keyuan.customers.fields import CONTACT, CUSTOMER
from keyuan.customers.lists import explain_customers
from keyuan.customers.models import Contact, Customer
from keyuan.records import search
from keyuan.records.listing import Listing
from keyuan.records.namebook import NameBook
from keyuan.records.search import words_of
from tests.make import make_contact, make_customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def vanke(cast):
    customer = make_customer(
        "万科企业股份有限公司",
        owner=cast.anna,
        short_name="万  科Ａ",
        website="https://www.vanke.com",
        region="440308",
        phone="0755-25606666",
    )
    make_contact(customer, "张三", mobile="13800008802", email="zhang@vanke.com")
    make_customer("杭州绿源食品有限公司", owner=cast.anna)
    return customer


def found(user, q):
    return Listing(CUSTOMER, user, q=q).page(1, 50).pks


@pytest.mark.parametrize(
    "q",
    ["万科", "万", "wanke", "wk", "w", "WANKE", "ｗａｎｋｅ", "萬科", "www.vanke.com", "vanke", "深圳", "张三", "zs",
     "8802", "138 0000 8802", "0755-25606666", "zhang@vanke", "万科 企业", "万科 张三"],
)  # fmt: skip
def test_it_is_found_by(cast, vanke, q):
    assert found(cast.anna, q) == [vanke.pk]


@pytest.mark.parametrize("q", ["%", "_", "\\", "万科%", "王五", "99887766", "'; drop table customer; --"])
def test_it_is_not_found_by(cast, vanke, q):
    assert found(cast.anna, q) == []


def test_nobody_finds_what_they_may_not_see(cast, vanke):
    assert found(cast.olga, "万科") == []


def test_the_old_name_and_the_old_phone_still_find_it(cast, vanke):
    vanke.edit(by=cast.anna, name="万科控股有限公司", phone="13900000001")

    assert found(cast.anna, "万科企业股份") == [vanke.pk]
    assert found(cast.anna, "25606666") == [vanke.pk]


def test_it_says_what_matched(cast, vanke):
    row = Customer.objects.visible_to(cast.anna).get(pk=vanke.pk)

    def because(q):
        return explain_customers([row], words_of(q), NameBook(cast.anna)).get(row.pk, "")

    assert because("万科") == ""
    assert "张三" in because("张三")
    assert because("8802").endswith("8802")


def test_the_whole_name_comes_before_its_beginning_and_that_before_its_middle(cast):
    middle = make_customer("新华为民商贸", owner=cast.anna)
    beginning = make_customer("华为技术有限公司", owner=cast.anna)
    whole = make_customer("华为", owner=cast.anna)

    assert found(cast.anna, "华为") == [whole.pk, beginning.pk, middle.pk]


@pytest.mark.parametrize("q", ["万科", "wanke", "wk", "万科 张三", "zs 万科企业"])
def test_contacts_are_found_by_the_name_of_their_company(cast, vanke, q):
    make_contact(make_customer("万里物流", owner=cast.anna), "王五")
    zhang = Contact.objects.allowed(cast.anna, "view").get(name="张三")

    assert Listing(CONTACT, cast.anna, q=q).page(1, 50).pks == [zhang.pk]
    assert Listing(CONTACT, cast.olga, q=q).page(1, 50).pks == []


def test_a_colleague_at_the_same_company_is_not_found_by_a_name(cast, vanke):
    li = make_contact(vanke, "李四")

    assert Listing(CONTACT, cast.anna, q="李四").page(1, 50).pks == [li.pk]
    assert Listing(CONTACT, cast.anna, q="万科 李四").page(1, 50).pks == [li.pk]


def test_a_removed_contact_is_no_longer_a_way_to_the_customer(cast, vanke):
    vanke.contacts.get(name="张三").delete_by(cast.anna)

    assert found(cast.anna, "张三") == []


def test_a_number_that_very_many_share_is_walked_along_the_list_and_finds_the_same(cast, monkeypatch):
    sharing = [make_customer(owner=cast.anna, phone="010-66668888") for _ in range(9)]
    make_customer(owner=cast.anna, phone="010-66660000")
    make_customer(owner=cast.olga, phone="010-66668888")
    monkeypatch.setattr(search, "FEW", 3)

    for common, form in ((0, "EXISTS"), (1_000_000, " IN (SELECT")):
        monkeypatch.setattr(search, "COMMON", common)
        listing = Listing(CUSTOMER, cast.anna, q="66668888")
        assert form in str(listing.rows.query)
        assert set(listing.page(1, 50).pks) == {one.pk for one in sharing}
