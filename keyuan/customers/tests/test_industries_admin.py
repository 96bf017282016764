"""The industries of GB/T 4754 with an organisation's own names, without what it hides, with its own (C5)."""

import json

import pytest
from django.test import Client

from keyuan.customers import industries_admin
from keyuan.customers.fields import CUSTOMER
from keyuan.customers.models import Customer
from keyuan.customers.profile import distribution
from keyuan.org.first_start import lay_foundation
from keyuan.org.models import Role
from keyuan.records.cleaners import Invalid
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.listing import Listing
from keyuan.records.models import SavedView
from keyuan.records.namebook import NameBook
from keyuan.ui.lists.sentences import Words
from tests.make import make_customer, make_user

pytestmark = pytest.mark.django_db
KIND = CUSTOMER.fields["industry"].kind


@pytest.fixture
def admin(db):
    lay_foundation()
    return make_user("admin", Role.objects.get(key="administrator"))


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def parse(text, user):
    return KIND.parse(text, NameBook(user))


def edit(code, name, admin, hidden=False):
    industries_admin.edit_industry(code, name, hidden, by=admin)


def test_a_renamed_industry_has_its_new_name_on_all_records(admin, cast):
    customer = make_customer(owner=cast.anna, industry="C36")
    client = client_of(cast.anna)

    edit("C36", "整车及零部件", admin)

    for path in ("/customers/", f"/customers/{customer.pk}/", "/customers/profile/?industry=division"):
        page = client.get(path).content.decode()
        assert "整车及零部件" in page, path
        assert "汽车制造业" not in page, path
    answer = client.get(f"/api/v1/customers/{customer.pk}").json()
    assert answer["industry"] == {"value": "C36", "label": "整车及零部件"}


def test_its_new_and_its_old_name_are_understood(admin, cast):
    edit("C36", "整车及零部件", admin)

    texts = ("整车及零部件", "整车、零部件", "汽车制造业", "C36", "c36", "C36 整车及零部件", "C36 汽车制造业")
    assert {parse(text, cast.anna) for text in texts} == {"C36"}
    edit("C36", "汽车制造业", admin)
    with pytest.raises(Invalid):
        parse("整车及零部件", cast.anna)


def test_a_hidden_industry_is_not_offered_and_stays_on_its_records(admin, cast):
    customer = make_customer(owner=cast.anna, industry="C36")
    below = make_customer(owner=cast.anna, industry="C3612")
    client = client_of(cast.anna)

    edit("C36", "汽车制造业", admin, hidden=True)

    assert "C36" not in {code for code, _name, _more in client.get("/customers/trees/industry/?under=C").json()}
    for text in ("C36", "汽车制造业", "C3612"):
        with pytest.raises(Invalid, match="not among the options"):
            parse(text, cast.anna)
    given = {"category": "potential", "address": "New", "version": 1}
    for one in (customer, below):
        saved = client.post(f"/customers/{one.pk}/edit/", {**given, "name": one.name, "industry": one.industry})
        assert saved.status_code == 302
    new = client.post("/customers/new/", {"name": "Another", "category": "potential", "industry": "C36"})
    assert new.status_code == 422
    assert list(Customer.rows.order_by("pk").values_list("industry", flat=True)) == ["C36", "C3612"]


def test_an_own_industry_is_chosen_found_filtered_and_charted(admin, cast):
    own = industries_admin.add_industry("C", "低空飞行器制造", by=admin)
    deeper = industries_admin.add_industry("C36", "房车改装", by=admin)
    client = client_of(cast.anna)
    section = {code: more for code, _name, more in client.get("/customers/trees/industry/?under=C").json()}

    saved = [
        client.post("/customers/new/", {"name": f"客户{text}", "category": "potential", "industry": text, "anyway": 1})
        for text in (own.code, "低空飞行器制造", "C36", deeper.code)
    ]

    assert [one.status_code for one in saved] == [302] * 4
    assert (section[own.code], section["C36"], section["C35"]) == (False, True, False)
    assert client.get("/customers/trees/industry/?under=C36").json() == [[deeper.code, "房车改装", False]]

    def found(code):
        node = {"field": "industry", "op": "under", "value": [code]}
        return Listing(CUSTOMER, cast.anna, node=node).rows.count()

    assert [found(code) for code in ("C", own.code, "低空飞行器制造", "C36", deeper.code)] == [4, 2, 2, 2, 1]
    rows = Customer.rows.order_by()
    by_division = distribution("industry", rows, NameBook(cast.anna), by_division=True)
    assert {one.label: one.number for one in by_division.slices} == {"低空飞行器制造": 2, "汽车制造业": 2}
    by_section = distribution("industry", rows, NameBook(cast.anna))
    assert [(one.number, one.node["value"]) for one in by_section.slices] == [(4, "C")]


@pytest.mark.parametrize("by_division", [False, True])
def test_each_slice_of_either_level_lists_exactly_its_customers(cast, by_division):
    for code in ("C", "C36", "C3612", "C39", "I65", ""):
        make_customer(owner=cast.anna, industry=code)

    shown = distribution("industry", Customer.rows.order_by(), NameBook(cast.anna), by_division)

    assert shown.total == 6
    assert len(shown.slices) == (5 if by_division else 3)
    for one in shown.slices:
        assert Listing(CUSTOMER, cast.anna, node=one.node).rows.count() == one.number


def test_names_beside_each_other_differ(admin):
    industries_admin.add_industry("C", "低空飞行器制造", by=admin)

    for attempt in (
        lambda: industries_admin.add_industry("C", "低空飞行器制造 ", by=admin),
        lambda: industries_admin.add_industry("C", "汽车制造业", by=admin),
        lambda: edit("C36", "低空飞行器制造", admin),
        lambda: industries_admin.add_industry("C3612", "太深", by=admin),
        lambda: industries_admin.add_industry("Z", "没有这一类", by=admin),
    ):
        with pytest.raises(RuleBroken):
            attempt()


def test_an_own_industry_in_use_is_deleted_only_with_another_for_its_customers(admin, cast):
    own = industries_admin.add_industry("C", "低空飞行器制造", by=admin)
    below = industries_admin.add_industry(own.code, "电动垂直起降", by=admin)
    customers = [make_customer(owner=cast.anna, industry=one.code) for one in (own, below)]
    node = {"field": "industry", "op": "under", "value": [own.code]}
    view = SavedView.objects.create(module="customer", name="V", owner=cast.anna, filter=node)
    for target in ("", "nonsense", own.code, below.code):
        with pytest.raises(RuleBroken):
            industries_admin.remove_industry(own.code, target, by=admin)
    with pytest.raises(RuleBroken):
        industries_admin.remove_industry("C36", "C37", by=admin)

    moved = industries_admin.remove_industry(own.code, "C37", by=admin)

    assert moved == 2
    assert {Customer.rows.get(pk=one.pk).industry for one in customers} == {"C37"}
    assert not industries_admin.differences().exists(below.code)
    view.refresh_from_db()
    assert view.filter["value"] == ["C37"]
    timeline = client_of(cast.anna).get(f"/activities/of/customer/{customers[0].pk}/timeline/").content.decode()
    assert "低空飞行器制造" in timeline


def test_only_administrators_change_industries(admin, cast):
    for attempt in (
        lambda: edit("C36", "汽车", cast.boss),
        lambda: industries_admin.add_industry("C", "新行业", by=cast.boss),
        lambda: industries_admin.remove_industry("C36", "", by=cast.boss),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_pages_show_rename_hide_add_and_delete(admin, cast):
    client = client_of(admin)
    make_customer(owner=cast.anna, industry="C3612")

    shown = client.get("/admin/lists/industry/?under=C36").content.decode()
    answers = [
        client.get("/admin/lists/industry/"),
        client.post("/admin/lists/industry/C36/", {"name": "整车", "is_hidden": "on"}),
        client.post("/admin/lists/industry/C/new/", {"name": "整车"}),
        client.post("/admin/lists/industry/C/new/", {"name": "低空飞行器制造"}),
    ]
    own = next(one for one in industries_admin.differences().children("C") if one.is_own)
    answers += [
        client.get(f"/admin/lists/industry/{own.code}/delete/"),
        client.post(f"/admin/lists/industry/{own.code}/delete/"),
        client.get("/admin/lists/industry/C36/delete/"),
        client.get("/admin/lists/industry/?under=nonsense"),
        client.get("/admin/lists/industry/C3612/new/"),
        client_of(cast.boss).get("/admin/lists/industry/"),
    ]

    assert "新能源车整车制造" in client.get("/admin/lists/industry/?under=C361").content.decode()
    assert "汽车整车制造" in shown
    assert [one.status_code for one in answers] == [200, 302, 422, 302, 200, 302, 404, 404, 404, 404]


def test_the_filter_builder_offers_the_list_as_it_stands(admin, cast):
    deeper = industries_admin.add_industry("C36", "房车改装", by=admin)
    edit("C39", "电子", admin)
    edit("A", "农林牧渔", admin, hidden=True)

    words = Words(CUSTOMER, cast.anna, NameBook(cast.anna))
    choices = dict(words.choices(CUSTOMER.fields["industry"]))

    assert (choices[deeper.code], choices["C39"]) == ("　　房车改装", "　电子")
    assert not {"A", "A01"} & choices.keys()
    asked = json.dumps({"field": "industry", "op": "=", "value": "C39"})
    assert "<b>电子</b>" in client_of(cast.anna).get("/customers/", {"filter": asked}).content.decode()
