"""The pages of customers and contacts, as a person uses them."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from keyuan.customers.fields import CONTACT, CUSTOMER
from keyuan.customers.models import Contact, Customer
from keyuan.records.models import Favourite, Recent, SavedView
from tests.make import make_contact, make_customer, option

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_anna(client, cast):
    client.cookies["keyuan_language"] = "en"
    client.force_login(cast.anna)
    return client


def text_of(response):
    return unescape(re.sub(r"<[^>]+>", " ", response.content.decode()))


def new(client, **fields):
    return client.post("/customers/new/", {"category": "potential"} | fields)


def test_a_customer_is_created_with_its_first_contact(as_anna, cast):
    first = {"contact-name": "顾建国", "contact-mobile": "13800138000"}
    response = new(as_anna, name="宁波海曙精密机械有限公司", tags="高价值 、工博会", **first)

    customer = Customer.objects.visible_to(cast.anna).get()
    assert response.headers["Location"] == f"/customers/{customer.pk}/"
    assert [contact.name for contact in customer.contacts.all()] == ["顾建国"]
    assert sorted(tag.name for tag in customer.tags.all()) == ["工博会", "高价值"]


def test_a_bad_contact_keeps_the_customer_from_being_half_made(as_anna):
    response = new(as_anna, name="甲公司", **{"contact-name": "张三", "contact-mobile": "1380013800"})

    assert response.status_code == 422
    assert Customer.rows.count() == 0
    assert 'value="甲公司"' in response.content.decode()


@pytest.mark.parametrize("name", ["", "   ", "　　"])
def test_a_blank_name_is_refused_at_its_field(as_anna, name):
    response = new(as_anna, name=name)

    assert response.status_code == 422
    assert "Customer name is required" in text_of(response)


def test_similar_customers_are_shown_before_one_is_created_all_the_same(as_anna, cast):
    make_customer("宁波海曙精密机械有限公司", owner=cast.ben)

    asked = new(as_anna, name="宁波海曙精密机械")
    assert asked.status_code == 422
    assert "without place and suffix" in text_of(asked)

    assert new(as_anna, name="宁波海曙精密机械", anyway="1").status_code == 302


def test_the_same_customer_is_refused_even_when_it_may_not_be_seen_and_its_phone_stays_hidden(as_anna, cast):
    make_customer("西部矿业集团有限公司", owner=cast.olga, phone="13900008877")

    response = new(as_anna, name="西部矿业（集团）有限公司", anyway="1")

    assert response.status_code == 422
    assert "Olga" in text_of(response)
    assert "13900008877" not in response.content.decode().replace(" ", "")
    assert "8877" in text_of(response)


def test_two_people_edit_one_record_and_nobody_loses(client, cast):
    customer = make_customer("甲公司", owner=cast.boss, address="老地址", phone="13800138000")
    client.force_login(cast.boss)
    customer.edit(by=cast.boss, version=1, address="对方的地址")

    form = {"version": "1", "name": "甲公司", "category": "potential", "address": "我的地址", "phone": "139 0000 0001"}
    refused = client.post(f"/customers/{customer.pk}/edit/", form)

    assert refused.status_code == 409
    shown = text_of(refused)
    assert "对方的地址" in shown
    assert "我的地址" in shown
    assert 'name="version" value="2"' in refused.content.decode()

    assert client.post(f"/customers/{customer.pk}/edit/", form | {"version": "2"}).status_code == 302
    customer.refresh_from_db()
    assert (customer.address, customer.phone) == ("我的地址", "13900000001")


def test_what_only_the_other_changed_is_taken_over(client, cast):
    customer = make_customer("甲公司", owner=cast.boss, address="老地址")
    client.force_login(cast.boss)
    customer.edit(by=cast.boss, version=1, address="新地址")

    refused = client.post(
        f"/customers/{customer.pk}/edit/",
        {"version": "1", "name": "甲公司改名", "category": "potential", "address": "老地址"},
    )

    assert 'value="新地址"' in refused.content.decode()


def test_one_field_is_edited_in_place(as_anna, cast):
    customer = make_customer(owner=cast.anna)
    url = f"/customers/{customer.pk}/fields/phone/"

    assert 'name="phone"' in as_anna.get(url, headers={"HX-Request": "true"}).content.decode()
    saved = as_anna.post(url, {"phone": "010-62345678-802", "version": "1"}, headers={"HX-Request": "true"})

    assert "010-6234 5678-802" in text_of(saved)
    customer.refresh_from_db()
    assert customer.phone == "010-62345678-802"


def test_fields_that_verbs_alone_change_can_not_be_edited_in_place(as_anna, cast):
    customer = make_customer(owner=cast.anna)

    for name in ("owner", "version", "completeness", "nothing", "id"):
        assert as_anna.get(f"/customers/{customer.pk}/fields/{name}/").status_code == 404


def test_extra_fields_of_a_form_change_nothing(as_anna, cast):
    customer = make_customer(owner=cast.anna)

    as_anna.post(
        f"/customers/{customer.pk}/edit/",
        {"version": "1", "name": "新名", "category": "potential", "owner": cast.ben.pk, "completeness": "100"},
    )

    customer.refresh_from_db()
    assert (customer.name, customer.owner) == ("新名", cast.anna)
    assert customer.completeness < 100


def test_a_foreign_record_does_not_exist(as_anna, cast):
    foreign = make_customer("西部矿业", owner=cast.olga)

    pages = [f"/customers/{foreign.pk}/{path}" for path in ("", "edit/", "facts/", "fields/phone/")]
    for path in (*pages, f"/activities/of/customer/{foreign.pk}/timeline/"):
        response = as_anna.get(path)
        assert response.status_code == 404
        assert "西部矿业" not in response.content.decode()


def test_a_contact_ends_under_its_customer_and_no_other(as_anna, cast):
    customer, other = make_customer(owner=cast.anna), make_customer(owner=cast.anna)

    as_anna.post(f"/customers/{customer.pk}/contacts/new/", {"name": "顾建国", "customer": other.pk})

    assert Contact.rows.get().customer == customer


def test_the_history_of_a_change_is_told_in_words(as_anna, cast):
    customer = make_customer(owner=cast.anna)
    customer.edit(by=cast.anna, level=option("level", "A"))

    told = text_of(as_anna.get(f"/activities/of/customer/{customer.pk}/timeline/"))

    assert "Anna changed “Level” from empty to A" in told


def test_bulk_tagging_changes_exactly_what_was_selected_and_may_be_edited(as_anna, cast):
    mine, colleagues = make_customer(owner=cast.anna), make_customer(owner=cast.ben)
    foreign = make_customer(owner=cast.olga)

    as_anna.post(
        "/customers/bulk/",
        {"scope": "ids", "chosen": f"{mine.pk},{colleagues.pk},{foreign.pk}", "verb": "tag", "tags": "展会，高价值 "},
    )

    assert sorted(tag.name for tag in mine.tags.all()) == ["展会", "高价值"]
    assert [colleagues.tags.count(), foreign.tags.count()] == [0, 0]


def test_all_that_fits_the_filter_is_deleted_and_no_more(client, cast):
    kept = make_customer(owner=cast.anna, industry="F51")
    gone = [make_customer(owner=cast.anna, industry="C36") for _ in range(3)]
    client.force_login(cast.boss)

    client.post(
        "/customers/bulk/",
        {"scope": "all", "query": 'filter={"field":"industry","op":"under","value":"C"}', "verb": "delete"},
    )

    assert set(Customer.rows.deleted()) == set(gone)
    assert list(Customer.rows.living()) == [kept]


def test_a_filter_that_can_not_be_understood_never_selects_everything(client, cast):
    make_customer(owner=cast.anna)
    client.force_login(cast.boss)

    response = client.post("/customers/bulk/", {"scope": "all", "query": "filter={", "verb": "delete"})

    assert response.status_code == 409
    assert Customer.rows.deleted().count() == 0


def test_the_column_settings_tick_what_the_list_at_hand_shows(as_anna):
    answer = as_anna.get("/lists/customer/columns/", {"next": "/customers/?columns=name,phone"}).content.decode()

    assert re.findall(r'value="(\w+)" checked', answer) == ["phone"]
    assert 'name="next" value="/customers/?columns=name,phone"' in answer
    assert 'value="region"' in answer


def test_the_list_asks_for_its_own_column_settings(as_anna, cast):
    make_customer(owner=cast.anna)
    for _first_and_kept in range(2):
        page = as_anna.get("/customers/?columns=name,phone").content.decode()
        assert 'hx-get="/lists/customer/columns/?next=%2Fcustomers%2F%3Fcolumns%3Dname%252Cphone"' in page


def test_column_settings_of_no_list_and_of_a_foreign_address(as_anna):
    assert as_anna.get("/lists/nothing/columns/").status_code == 404
    assert 'name="next" value="/"' in as_anna.get("/lists/customer/columns/?next=//x.example/").content.decode()


def test_conditions_are_kept_as_a_view_with_its_columns(as_anna, cast):
    as_anna.post(
        "/lists/views/",
        {
            "module": "customer",
            "name": "浙江的",
            "path": "/customers/",
            "query": 'filter={"field":"region","op":"under","value":"33"}&columns=name,phone&sort=-created_at',
        },
    )

    view = SavedView.objects.get()
    assert (view.columns, view.sort) == (["name", "phone"], "-created_at")
    assert "浙江的" in as_anna.get(f"/customers/?view=v{view.pk}").content.decode()


def test_stars_and_visits_are_remembered(as_anna, cast):
    customer = make_customer(owner=cast.anna)

    as_anna.get(f"/customers/{customer.pk}/")
    as_anna.post(f"/customers/{customer.pk}/star/")

    assert Recent.objects.get().record_id == customer.pk
    assert Favourite.objects.get().record_id == customer.pk


def test_a_lost_customer_needs_a_reason_and_can_be_won_back(as_anna, cast):
    customer = make_customer(owner=cast.anna)
    url = f"/customers/{customer.pk}/relationship/"

    assert as_anna.post(url, {"to": "lost"}).status_code == 409
    as_anna.post(url, {"to": "lost", "reason": "budget"})
    customer.refresh_from_db()
    assert (customer.relationship, customer.lost_reason.key) == ("lost", "budget")

    as_anna.post(url, {"to": "normal"})
    customer.refresh_from_db()
    assert (customer.relationship, customer.lost_on) == ("normal", None)


@pytest.mark.parametrize("path", ["/customers/", "/contacts/"])
def test_a_list_costs_the_same_number_of_queries_with_one_row_and_with_three(
    as_anna, cast, path, django_assert_num_queries
):
    make_contact(make_customer(owner=cast.ben))
    as_anna.get(path)
    expected = {"/customers/": 8, "/contacts/": 6}[path]
    with django_assert_num_queries(expected):
        as_anna.get(path)
    for _ in range(2):
        make_contact(make_customer(owner=cast.ben, parent=make_customer(owner=cast.anna)))
    as_anna.get(path)

    with django_assert_num_queries(expected):
        as_anna.get(path)


def test_an_office_moves_and_the_old_address_stays_in_the_history(as_anna, cast):
    customer = make_customer(owner=cast.anna)
    for address in ("老办公室", "新办公室"):
        as_anna.post(f"/customers/{customer.pk}/move/", {"kind": "office", "address": address})
    as_anna.post(f"/customers/{customer.pk}/move/", {"kind": "registered", "address": "注册地"})

    told = text_of(as_anna.get(f"/customers/{customer.pk}/"))

    assert all(address in told for address in ("老办公室", "新办公室", "注册地"))
    assert customer.addresses.filter(until=None).count() == 2


@pytest.mark.parametrize("path", ["/customers/", "/contacts/"])
@pytest.mark.parametrize("chosen", ["each", "all"])
def test_no_column_costs_a_query_per_row(as_anna, cast, path, chosen):
    catalogue = {"/customers/": CUSTOMER, "/contacts/": CONTACT}[path]
    names = [name for name, one in catalogue.fields.items() if one.listed]
    for _ in range(3):
        make_contact(make_customer(owner=cast.ben, parent=make_customer(owner=cast.anna)))
    as_anna.get(path)

    for columns in [",".join(names)] if chosen == "all" else names:
        with CaptureQueriesContext(connection) as asked:
            assert as_anna.get(path, {"columns": columns}).status_code == 200
        assert len(asked) <= 10, columns


def test_a_page_that_is_not_there_leads_to_the_first_one(as_anna, cast):
    make_customer(owner=cast.anna)

    assert 'href="/customers/?page=1">To the first page' in as_anna.get("/customers/?page=400").content.decode()


def test_pages_end_with_the_last_one_that_is_kept_and_say_what_to_do(as_anna, cast, monkeypatch):
    monkeypatch.setattr("keyuan.ui.lists.page.LAST_PAGE", 2)
    monkeypatch.setattr("keyuan.records.listing.LAST_PAGE", 2)
    for _number in range(41):
        make_customer(owner=cast.anna)

    page = as_anna.get("/customers/?size=20&page=2").content.decode()
    assert "Narrow the list down to see more" in page
    assert "page=3" not in page


def test_the_menu_says_where_it_stopped_counting(as_anna, cast, monkeypatch):
    monkeypatch.setattr("keyuan.records.listing.COUNTED_TO", 2)
    for _number in range(3):
        make_customer(owner=cast.anna)

    menu = as_anna.get("/frame/side/?at=%2Fcustomers%2F", HTTP_HX_REQUEST="true").content.decode()
    assert '<span class="c">2+</span>' in menu
