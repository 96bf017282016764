"""Tags: made, coloured, merged, retired, shared and private, without losing a record (T3, K7)."""

import json

import pytest
from django.test import Client

from keyuan.customers import tags_admin
from keyuan.customers.fields import CONTACT, CUSTOMER
from keyuan.customers.models import Customer, CustomerTag
from keyuan.org.first_start import lay_foundation
from keyuan.org.models import Role
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.listing import Listing
from keyuan.records.models import SavedView
from keyuan.records.namebook import NameBook
from keyuan.records.options import Tag, tag_key
from keyuan.ui.lists.sentences import Words
from tests.make import make_contact, make_customer, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(db):
    lay_foundation()
    return make_user("admin", Role.objects.get(key="administrator"))


@pytest.fixture
def sign_in():
    def sign_in(user):
        client = Client()
        client.force_login(user)
        return client

    return sign_in


def tag(name, **more):
    return Tag.objects.create(name=name, key=tag_key(name), **more)


def test_two_tags_are_merged_without_losing_a_customer(admin, cast):
    old, new = tag("old"), tag("new")
    first = make_customer(owner=cast.anna, tags=[old])
    both = make_customer(owner=cast.anna, tags=[old, new])
    contact = make_contact(first, tags=[old])

    moved = tags_admin.merge_tags(old, new, admin)

    assert moved == 3
    assert sorted(CustomerTag.objects.filter(tag=new).values_list("customer_id", flat=True)) == [first.pk, both.pk]
    assert list(contact.tags.all()) == [new]
    assert not Tag.objects.filter(name="old").exists()


def test_a_renamed_tag_is_found_by_its_new_name(admin, cast):
    old = tag("zebra")
    customer = make_customer(owner=cast.anna, tags=[old])

    tags_admin.edit_tag(old, by=admin, name="Giraffe", group="Animals", tint=3, is_retired=False)

    def found(q):
        return list(Listing(CUSTOMER, cast.anna, q=q).rows.values_list("pk", flat=True))

    assert found("giraffe") == [customer.pk]
    assert found("zebra") == []


def test_a_blank_makes_no_second_tag(admin):
    tags_admin.add_tag(by=admin, name="Big one", group="", tint=0, is_retired=False)

    with pytest.raises(RuleBroken):
        tags_admin.add_tag(by=admin, name="Bigone ", group="", tint=0, is_retired=False)


def test_private_tags_are_nobody_elses(admin, cast):
    private, shared = tag("private", owner=cast.anna), tag("shared")

    with pytest.raises(RuleBroken):
        tags_admin.merge_tags(private, shared, admin)


def test_only_administrators_change_shared_tags(cast):
    for attempt in (
        lambda: tags_admin.merge_tags(tag("a"), tag("b"), cast.boss),
        lambda: tags_admin.edit_tag(tag("c"), by=cast.boss, name="d", group="", tint=0, is_retired=False),
        lambda: tags_admin.allow_free_tags(False, cast.boss),
    ):
        with pytest.raises(NotAllowed):
            attempt()


@pytest.mark.parametrize("typed", ["高价值 ", " 高 价值", "高价值　"])
def test_a_tag_typed_with_blanks_is_the_same_tag(cast, seeds, sign_in, typed):
    customer = make_customer(owner=cast.anna)

    sign_in(cast.anna).post(f"/customers/{customer.pk}/fields/tags/", {"tags": typed, "version": 1})

    assert [one.name for one in customer.tags.all()] == ["高价值"]
    assert Tag.objects.filter(key="高价值").count() == 1


def test_typing_makes_a_new_tag_unless_administrators_keep_that_to_themselves(admin, cast, sign_in):
    customer, client = make_customer(owner=cast.anna), sign_in(cast.anna)
    address = f"/customers/{customer.pk}/fields/tags/"

    client.post(address, {"tags": "展会、样品", "version": 1})
    sign_in(admin).post("/admin/tags/free/", {"to": "off"})
    refused = client.post(address, {"tags": "展会、样本", "version": 2}).content.decode()

    assert "「样本」不在选项中，建议：样品" in refused
    assert sorted(one.name for one in Customer.rows.get(pk=customer.pk).tags.all()) == ["展会", "样品"]
    sign_in(admin).post("/admin/tags/free/", {"to": "on"})
    client.post(address, {"tags": "展会、样本", "version": 2})
    assert Tag.objects.filter(key="样本", owner=None).exists()


def test_a_private_tag_is_made_used_and_seen_by_its_owner_alone(cast, sign_in):
    customer = make_customer(owner=cast.anna)
    mine, boss = sign_in(cast.anna), sign_in(cast.boss)

    mine.post("/tags/new/", {"name": "老同学", "tint": "5", "group": ""})
    mine.post(f"/customers/{customer.pk}/fields/tags/", {"tags": "老同学", "version": 1})

    assert Tag.objects.get(key="老同学").owner == cast.anna
    for path in (f"/customers/{customer.pk}/", "/customers/", "/tags/"):
        assert "老同学" in mine.get(path).content.decode()
        assert "老同学" not in boss.get(path).content.decode()


def test_a_private_tag_becomes_everybodys_and_meets_its_namesake(cast):
    private, namesake = tag("VIP", owner=cast.anna), tag("vip", tint=3)
    alone = tag("Golf", owner=cast.anna)
    first = make_customer(owner=cast.anna, tags=[private, alone])

    shared = tags_admin.share_tag(private, cast.anna)
    tags_admin.share_tag(alone, cast.anna)

    assert shared == namesake
    assert set(first.tags.all()) == {namesake, alone}
    assert not Tag.objects.exclude(owner=None).exists()
    with pytest.raises(NotAllowed):
        tags_admin.share_tag(tag("x", owner=cast.anna), cast.ben)


def test_a_deleted_private_tag_leaves_its_customers(cast, sign_in):
    private = tag("VIP", owner=cast.anna)
    customer = make_customer(owner=cast.anna, tags=[private])
    others = tag("VIP", owner=cast.ben)
    client = sign_in(cast.anna)

    answers = [client.post(f"/tags/{one.pk}/delete/").status_code for one in (private, others)]

    assert answers == [302, 404]
    assert not customer.tags.exists()
    assert list(Tag.objects.filter(key="vip")) == [others]


def test_views_of_others_keep_asking_for_the_shared_namesake_of_a_renamed_private_tag(cast):
    private = tag("VIP", owner=cast.anna)
    node = {"field": "tags", "op": "any", "value": ["VIP"]}
    views = [
        SavedView.objects.create(module="customer", name="V", owner=one, filter=node) for one in (cast.anna, cast.ben)
    ]

    tags_admin.edit_tag(private, by=cast.anna, name="Golf", group="", tint=0, is_retired=False)

    assert [SavedView.objects.get(pk=one.pk).filter["value"] for one in views] == [["Golf"], ["VIP"]]


def test_tags_have_their_colour_in_lists_on_pages_in_chips_and_filters(cast, sign_in):
    important = tag("Important", tint=4, group="Value")
    customer = make_customer(owner=cast.anna, tags=[important])
    contact = make_contact(customer, tags=[important])
    client = sign_in(cast.anna)
    asked = json.dumps({"field": "tags", "op": "any", "value": ["Important"]})

    for path in (
        f"/customers/{customer.pk}/",
        f"/contacts/{contact.pk}/",
        "/customers/?columns=tags",
        "/contacts/?columns=tags",
    ):
        assert '<i class="dot-t4"></i>Important' in client.get(path).content.decode(), path
    assert '<b><i class="dot-t4"></i>Important</b>' in client.get("/contacts/", {"filter": asked}).content.decode()
    choices = Words(CONTACT, cast.anna, NameBook(cast.anna)).choices(CONTACT.fields["tags"])
    assert ("Important", "Important", 4, "Value") in choices


def test_contacts_are_found_by_tag_and_tagged_in_bulk(cast, sign_in):
    customer = make_customer(owner=cast.anna)
    first, second = make_contact(customer), make_contact(customer)

    sign_in(cast.anna).post("/contacts/bulk/", {"ids": [first.pk], "verb": "tag", "tags": "Golf"})

    node = {"field": "tags", "op": "any", "value": ["golf"]}
    assert list(Listing(CONTACT, cast.anna, node=node).rows.values_list("pk", flat=True)) == [first.pk]
    assert not second.tags.exists()


def test_a_retired_tag_stays_where_it_is_and_is_not_offered(admin, cast, sign_in):
    old = tag("Old")
    customer = make_customer(owner=cast.anna, tags=[old])

    sign_in(admin).post(f"/admin/tags/{old.pk}/", {"name": "Old", "tint": "0", "group": "", "is_retired": "on"})

    client = sign_in(cast.anna)
    assert '<option value="Old">' not in client.get(f"/customers/{customer.pk}/edit/").content.decode()
    assert '<option value="Old">' not in client.get("/customers/").content.decode()
    assert "Old" in client.get(f"/customers/{customer.pk}/").content.decode()


def test_pages_of_shared_tags_are_for_administrators(admin, cast, sign_in):
    for path in ("/admin/tags/", "/admin/tags/new/"):
        assert [sign_in(one).get(path).status_code for one in (admin, cast.boss)] == [200, 404]


def test_pages_add_edit_and_merge(admin, sign_in):
    client, old, new = sign_in(admin), tag("old"), tag("new")

    answers = [
        client.post("/admin/tags/new/", {"name": "third", "tint": "2"}),
        client.post("/admin/tags/new/", {"name": " Third ", "tint": "2"}),
        client.post(f"/admin/tags/{old.pk}/", {"name": "older", "tint": "1", "is_retired": "on"}),
        client.post(f"/admin/tags/{old.pk}/merge/", {"into": new.pk}),
    ]

    assert [one.status_code for one in answers] == [302, 422, 302, 302]
