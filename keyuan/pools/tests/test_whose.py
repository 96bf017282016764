"""What lies in a pool and what people own are two lists; whoever gets a record begins its clock (G1)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from keyuan.customers.fields import CUSTOMER
from keyuan.customers.models import Contact, Customer
from keyuan.customers.transferring import transfer, undo_transfer
from keyuan.pools.claiming import release
from keyuan.pools.clock import renew
from keyuan.pools.models import Pool
from keyuan.records.errors import NotAllowed
from keyuan.records.listing import Listing
from keyuan.records.namebook import NameBook
from keyuan.search.finding import find
from tests.make import make_contact, make_customer, make_pool, make_pooled, make_role, make_user, option

pytestmark = pytest.mark.django_db


def names(user, **asked):
    return set(
        Customer.rows.filter(pk__in=Listing(CUSTOMER, user, **asked).page(1, 50).pks).values_list("name", flat=True)
    )


@pytest.fixture
def sea(cast):
    pool = make_pool("customer", cast.anna, managers=[cast.ben])
    make_customer("自己的", owner=cast.anna)
    make_pooled(pool, by=cast.boss, name="海里的")
    return pool


def everything():
    return make_user("chief", make_role(customer={"view": "all", "create": "all"}, contact={"view": "", "create": ""}))


def test_what_lies_in_a_pool_is_not_among_what_people_own(cast, sea):
    chief = everything()
    nobodys = make_customer("没人的", owner=chief)
    Customer.rows.filter(pk=nobodys.pk).update(owner=None, department=None)

    assert names(cast.anna) == {"自己的"}
    assert names(chief) == {"自己的", "没人的"}
    assert names(cast.anna, pools=[sea.pk]) == names(chief, pools=[sea.pk]) == {"海里的"}
    assert names(cast.olga, pools=[sea.pk]) == set()


def test_members_still_open_what_lies_in_their_pool(cast, sea):
    customer = Customer.rows.get(name="海里的")
    assert customer.allows(cast.anna, "view")
    assert customer.allows(everything(), "view")
    assert not customer.allows(cast.olga, "view")


def test_contacts_are_told_to_managers_and_to_whoever_claims(cast, sea):
    customer, chief = Customer.rows.get(name="海里的"), everything()
    role = make_role(customer={"view": "own", "edit": "own"}, contact={"view": ""})
    head = make_user("head", role)
    sea.members.create(user=head, is_manager=True)
    contact = make_contact(customer, by=chief_of(customer))

    def seeing(user):
        return set(Contact.objects.visible_to(user).values_list("pk", flat=True)) & {contact.pk}

    assert seeing(cast.anna) == set()
    assert seeing(head) == seeing(chief) == {contact.pk}
    Pool.objects.filter(pk=sea.pk).update(hidden_fields=[])
    assert seeing(make_again(cast.anna)) == {contact.pk}


def chief_of(customer):
    return make_user("maker", make_role(customer={"view": "all", "edit": "all"}, contact={"create": "", "view": ""}))


def make_again(user):
    return type(user).objects.get(pk=user.pk)


def test_a_transfer_begins_the_clock_anew_and_its_undo_restores_it(cast):
    make_pool("customer", cast.anna, cast.olga, recycles=True, protection=10)
    customer = make_customer(owner=cast.anna)
    long_ago = timezone.now() - timedelta(days=30)
    Customer.rows.filter(pk=customer.pk).update(taken_at=long_ago, created_at=long_ago)
    renew("customer", [customer.pk])
    before = Customer.rows.get(pk=customer.pk).due_on

    done = transfer(Customer.rows.filter(pk=customer.pk), cast.olga, by=cast.boss)

    customer.refresh_from_db()
    assert customer.taken_at == done.operation.at
    assert customer.due_on == timezone.localdate() + timedelta(days=10)
    undo_transfer(done.operation, by=cast.boss)
    customer.refresh_from_db()
    assert (customer.owner, customer.taken_at, customer.due_on) == (cast.anna, long_ago, before)


def test_what_is_given_to_whoever_has_it_keeps_its_clock(cast):
    customer = make_customer(owner=cast.anna)
    Customer.rows.filter(pk=customer.pk).change(by=cast.boss, owner=cast.anna, department=cast.olga.department)
    customer.refresh_from_db()
    assert (customer.taken_at, customer.department) == (None, cast.olga.department)


def test_what_lies_in_a_pool_can_be_transferred_and_comes_back_with_the_undo(cast, sea):
    customer, chief = (
        Customer.rows.get(name="海里的"),
        make_user("chief", make_role(customer={"view": "all", "transfer": "all"})),
    )
    done = transfer(Customer.rows.filter(pk=customer.pk), cast.olga, by=chief)
    customer.refresh_from_db()
    assert (customer.owner, customer.pool) == (cast.olga, None)
    undo_transfer(done.operation, by=chief)
    customer.refresh_from_db()
    assert (customer.owner, customer.pool, customer.taken_at) == (None, sea, None)


def test_an_undo_never_takes_half_of_what_somebody_else_has_got_since(cast, sea):
    customer, chief = (
        Customer.rows.get(name="海里的"),
        make_user("chief", make_role(customer={"view": "all", "transfer": "all"})),
    )
    done = transfer(Customer.rows.filter(pk=customer.pk), cast.anna, by=chief)
    transfer(Customer.rows.filter(pk=customer.pk), cast.ben, by=chief)
    assert cast.anna.department == cast.ben.department

    undone = undo_transfer(done.operation, by=chief)

    customer.refresh_from_db()
    assert (customer.owner, customer.pool, undone.number) == (cast.ben, None, 0)


def test_a_record_is_given_back_into_open_pools_only(cast):
    may = make_role(customer={"view": "own", "create": "own", "release": "own"})
    seller = make_user("seller", may)
    make_pool("customer", seller)
    other = make_pool("customer", cast.olga)
    customer = make_customer(owner=seller)

    with pytest.raises(NotAllowed, match="not open"):
        release(customer, by=seller, reason=option("release_reason", "no_need"), pool=other)

    chief = make_user("chief", make_role(customer={"view": "all", "release": "all"}))
    release(customer, by=chief, reason=option("release_reason", "no_need"), pool=other)
    assert Customer.rows.get(pk=customer.pk).pool == other


def test_without_recycling_the_clock_asks_nothing(cast):
    make_pool("customer", cast.anna)
    customer = make_customer(owner=cast.anna)
    renew("customer", [customer.pk], cast.boss)
    with CaptureQueriesContext(connection) as asked:
        renew("customer", [customer.pk], cast.boss)
    assert len(asked) == 0


def test_one_box_finds_what_lies_in_open_pools(cast, sea):
    def found(user):
        return [hit.record.name for group in find("海里的", NameBook(user)) for hit in group.hits]

    assert found(cast.anna) == ["海里的"]
    assert found(everything()) == ["海里的"]
    assert found(cast.olga) == []
