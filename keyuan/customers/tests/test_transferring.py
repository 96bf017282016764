"""Records change hands: what goes, what stays, who may, and how it is taken back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from keyuan.activities.models import Plan
from keyuan.customers import transferring
from keyuan.customers.models import Customer
from keyuan.customers.transferring import transfer, undo_transfer
from keyuan.notices.models import Notice
from keyuan.opportunities.models import Opportunity, StageMove
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.history import Event, Operation
from keyuan.ui.rest.tests.calling import Caller
from tests.make import make_customer, make_opportunity, make_plan, make_user

pytestmark = pytest.mark.django_db


def all_of(*records):
    return type(records[0]).rows.filter(pk__in=[one.pk for one in records])


@pytest.fixture
def customer(cast):
    return make_customer("甲公司", owner=cast.anna)


def soon(days=1):
    return timezone.now() + timedelta(days=days)


def test_a_customer_goes_with_its_open_deals_and_plans(cast, customer):
    deal = make_opportunity(owner=cast.anna, customer=customer, at="proposal")
    won = make_opportunity(owner=cast.anna, customer=customer)
    won.win(by=cast.anna)
    plan = make_plan(owner=cast.anna, starts_at=soon(), customer=customer)

    done = transfer(all_of(customer), cast.olga, by=cast.boss, along=["opportunities", "plans"])

    assert (done.number, done.along) == (1, {"opportunities": 1, "plans": 1})
    for record in (customer, deal, plan):
        record.refresh_from_db()
        assert (record.owner, record.department) == (cast.olga, cast.olga.department)
    won.refresh_from_db()
    assert won.owner == cast.anna


def test_what_belongs_to_somebody_else_stays_with_them(cast, customer):
    bens = make_opportunity(owner=cast.ben, customer=customer)
    transfer(all_of(customer), cast.olga, by=cast.boss, along=["opportunities", "plans"])
    bens.refresh_from_db()
    assert bens.owner == cast.ben


def test_without_what_hangs_on_it_only_the_record_goes(cast, customer):
    deal = make_opportunity(owner=cast.anna, customer=customer)
    transfer(all_of(customer), cast.olga, by=cast.boss)
    deal.refresh_from_db()
    assert deal.owner == cast.anna


def test_stage_history_and_dates_stay_as_they_are(cast, customer):
    deal = make_opportunity(owner=cast.anna, customer=customer, at="proposal", expected_on=timezone.localdate())
    Opportunity.rows.filter(pk=deal.pk).update(stage_since=timezone.now() - timedelta(days=9))
    fields = ("stage_id", "stage_since", "probability", "amount", "expected_on", "slips", "outcome", "closed_on",
              "progressed_at", "last_followed_at", "next_contact_at", "created_at")  # fmt: skip
    before = Opportunity.rows.filter(pk=deal.pk).values(*fields).get()
    moves = list(StageMove.objects.values())
    transfer(all_of(deal), cast.ben, by=cast.boss)
    assert Opportunity.rows.filter(pk=deal.pk).values(*fields).get() == before
    assert list(StageMove.objects.values()) == moves
    assert Event.objects.filter(record_type="opportunity", name="transferred").count() == 1


def test_who_may_transfer_their_own_gives_away_nothing_else(cast, customer):
    foreign = make_customer(owner=cast.olga)
    deals = [make_opportunity(owner=cast.anna, customer=customer), make_opportunity(owner=cast.olga, customer=foreign)]
    done = transfer(all_of(*deals), cast.ben, by=cast.anna)
    assert done.number == 1
    with pytest.raises(NotAllowed):
        transfer(all_of(foreign), cast.ben, by=cast.anna)


@pytest.mark.parametrize("field", ["is_active", "is_robot"])
def test_nobody_gets_records_who_does_not_work_here(cast, customer, field):
    gone = make_user("gone", **{field: field == "is_robot"})
    with pytest.raises(RuleBroken, match="can't take records over"):
        transfer(all_of(customer), gone, by=cast.boss)


def test_the_new_owner_hears_of_it_once(cast):
    customers = [make_customer(owner=cast.anna) for _ in range(3)]
    transfer(all_of(*customers), cast.olga, by=cast.boss)
    notice = Notice.objects.get(user=cast.olga, kind="record.transferred")
    assert notice.details == {"module": "customer", "number": 3}


# Back again


def test_a_transfer_is_taken_back_with_all_that_went_along(cast, customer):
    deal = make_opportunity(owner=cast.anna, customer=customer)
    plan = make_plan(owner=cast.anna, starts_at=soon(), customer=customer)
    done = transfer(all_of(customer), cast.olga, by=cast.boss, along=["opportunities", "plans"])
    undone = undo_transfer(done.operation, by=cast.boss)
    assert (undone.number, undone.left) == (3, [])
    for record in (customer, deal, plan):
        record.refresh_from_db()
        assert (record.owner, record.department) == (cast.anna, cast.anna.department)


def test_what_was_given_away_since_is_named_and_stays(cast):
    first, second = (make_customer(owner=cast.anna) for _ in range(2))
    done = transfer(all_of(first, second), cast.olga, by=cast.boss)
    transfer(all_of(second), cast.ben, by=cast.boss)
    undone = undo_transfer(done.operation, by=cast.boss)
    assert (undone.number, [record for record, _fields in undone.left]) == (1, [second])
    second.refresh_from_db()
    assert second.owner == cast.ben


def test_it_is_taken_back_once_and_by_who_did_it(cast, customer):
    done = transfer(all_of(customer), cast.olga, by=cast.boss)
    with pytest.raises(NotAllowed):
        undo_transfer(done.operation, by=cast.anna)
    undo_transfer(done.operation, by=cast.boss)
    with pytest.raises(RuleBroken, match="undone already"):
        undo_transfer(done.operation, by=cast.boss)


def test_it_is_taken_back_for_some_days(cast, customer, monkeypatch):
    done = transfer(all_of(customer), cast.olga, by=cast.boss)
    assert timedelta(days=7) == transferring.UNDO
    monkeypatch.setattr(transferring, "UNDO", timedelta(0))
    with pytest.raises(RuleBroken, match="too late"):
        undo_transfer(done.operation, by=cast.boss)


# The pages


def test_a_hundred_chosen_customers_are_given_away_and_taken_back(client, cast):
    client.force_login(cast.boss)
    customers = [make_customer(owner=cast.anna) for _ in range(100)]
    chosen = {"verb": "transfer", "scope": "all", "query": "view=all", "ids": [customers[0].pk]}
    asked = client.post("/customers/bulk/", chosen)
    page = client.get(asked["Location"])
    assert "100" in page.content.decode() or "95" in page.content.decode()
    given = {"scope": "all", "query": "view=all", "to": cast.olga.username, "with_plans": "on"}
    answer = client.post("/customers/transfer/", given, follow=True)
    assert "100 条记录已转给 Olga" in answer.content.decode()
    assert Customer.rows.filter(owner=cast.olga).count() == 100
    operation = Operation.objects.get(verb="customer.transferred")
    client.post(f"/transfers/{operation.pk}/undo/")
    assert Customer.rows.filter(owner=cast.anna).count() == 100


def test_an_unknown_new_owner_is_asked_for_again(client, cast, customer):
    client.force_login(cast.boss)
    answer = client.post("/customers/transfer/", {"chosen": customer.pk, "to": "谁也不是"})
    assert answer.status_code == 422
    assert "谁也不是" in answer.content.decode()
    assert not Plan.rows.exists()


# The API


def test_a_program_transfers_a_customer_with_its_deals(cast, customer):
    deal = make_opportunity(owner=cast.anna, customer=customer)
    given = {"to": cast.olga.pk, "with": ["contacts", "opportunities"]}
    answer = Caller(cast.boss).post(f"/customers/{customer.pk}/transfer", given)
    assert answer.status_code == 200
    assert answer.json()["owner"]["name"] == "Olga"
    deal.refresh_from_db()
    assert deal.owner == cast.olga


@pytest.mark.parametrize("given", [{}, {"to": "nobody"}, {"to": "olga", "with": ["cars"]}])
def test_a_program_is_told_what_is_wrong(cast, customer, given):
    answer = Caller(cast.boss).post(f"/customers/{customer.pk}/transfer", given)
    assert answer.status_code == 422
    assert answer.json()["errors"]
