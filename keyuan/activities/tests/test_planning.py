"""One plan for each of many customers or leads (T5)."""

from datetime import timedelta

import pytest

from keyuan.activities.models import Plan
from keyuan.activities.planning import MOST
from keyuan.notices.models import Notice
from keyuan.records.history import Operation
from tests.make import make_customer, make_lead

pytestmark = pytest.mark.django_db
EACH = "/activities/plans/each/"


def typed(records, **more):
    chosen = ",".join(str(one.pk) for one in records)
    common = {"subject": "春节问候", "kind": "phone", "starts_at": "2031-03-18T09:00", "ends_at": "2031-03-18T09:30"}
    return {"module": records[0].module, "chosen": chosen} | common | more


@pytest.fixture
def signed_in(client):
    def enter(user):
        client.force_login(user)
        client.cookies["keyuan_language"] = "en"
        return client

    return enter


def told(answer, client):
    return client.get(answer["Location"]).content.decode()


def test_each_chosen_customer_gets_a_plan_of_its_own_and_names_it_as_its_next_step(cast, signed_in):
    anna = signed_in(cast.anna)
    customers = [make_customer(f"海曙{number}", owner=cast.anna) for number in range(3)]
    bulk = anna.post("/customers/bulk/", {"verb": "plan", "ids": [one.pk for one in customers]})
    assert "海曙1" in anna.get(bulk["Location"]).content.decode()
    answer = anna.post(EACH, typed(customers))
    assert "3 plans were made" in told(answer, anna)
    plans = list(Plan.rows.order_by("customer_id"))
    assert [(one.customer, one.owner, one.subject) for one in plans] == [
        (one, cast.anna, "春节问候") for one in customers
    ]
    customers[0].refresh_from_db()
    assert customers[0].next_contact_at == plans[0].starts_at
    assert Operation.objects.filter(verb="plan.created_for_many").count() == 1


def test_whoever_may_plan_for_others_gives_each_plan_to_the_owner_of_the_record(cast, signed_in):
    boss = signed_in(cast.boss)
    leads = [make_lead("线索甲", owner=cast.anna), make_lead("线索乙", owner=cast.olga)]
    boss.post(EACH, typed(leads, whose="theirs"))
    assert {(one.lead, one.owner) for one in Plan.rows.all()} == {(leads[0], cast.anna), (leads[1], cast.olga)}
    assert set(Notice.objects.values_list("user", "kind")) == {
        (cast.anna.pk, "plan.invited"),
        (cast.olga.pk, "plan.invited"),
    }


def test_a_salesperson_plans_for_nobody_else(cast, signed_in):
    anna = signed_in(cast.anna)
    customer = make_customer("海曙精密", owner=cast.ben)
    assert "whose" not in anna.get(EACH, {"module": "customer", "chosen": customer.pk}).content.decode()
    anna.post(EACH, typed([customer], whose="theirs"))
    assert Plan.rows.get().owner == cast.anna


def test_what_is_out_of_sight_gets_no_plan(cast, signed_in):
    anna = signed_in(cast.anna)
    answer = anna.post(EACH, typed([make_customer("远方", owner=cast.olga)]))
    assert answer.status_code == 404
    assert not Plan.rows.exists()


def test_what_is_wrong_is_said_and_nothing_is_planned(cast, signed_in):
    anna = signed_in(cast.anna)
    customers = [make_customer("海曙精密", owner=cast.anna)]
    answer = anna.post(EACH, typed(customers, subject="", ends_at="2031-03-17T09:00"))
    assert answer.status_code == 422
    assert "A plan ends after it begins." in answer.content.decode()
    assert not Plan.rows.exists()


def test_more_than_can_be_worked_through_are_refused(cast, signed_in, monkeypatch):
    assert MOST == 500
    monkeypatch.setattr("keyuan.activities.views.planning.MOST", 1)
    anna = signed_in(cast.anna)
    customers = [make_customer(f"海曙{number}", owner=cast.anna) for number in range(2)]
    anna.post(EACH, typed(customers))
    assert not Plan.rows.exists()


def test_taking_it_back_leaves_what_somebody_has_worked_on_since(cast, signed_in):
    anna = signed_in(cast.anna)
    customers = [make_customer(f"海曙{number}", owner=cast.anna) for number in range(3)]
    anna.post(EACH, typed(customers))
    first, second, third = Plan.rows.order_by("pk")
    first.complete(by=cast.anna)
    second.edit(by=cast.anna, place="3 楼")
    undo = f"{EACH}{Operation.objects.get(verb='plan.created_for_many').pk}/undo/"
    assert "1 plan is in the recycle bin" in told(anna.post(undo), anna)
    assert set(Plan.rows.living()) == {first, second}
    third.refresh_from_db()
    assert third.deleted_at is not None


def test_it_is_taken_back_once_by_who_did_it_and_within_a_day(cast, signed_in, monkeypatch):
    anna = signed_in(cast.anna)
    anna.post(EACH, typed([make_customer("海曙精密", owner=cast.anna)]))
    operation = Operation.objects.get(verb="plan.created_for_many")
    undo = f"{EACH}{operation.pk}/undo/"
    assert signed_in(cast.ben).post(undo).status_code == 404
    monkeypatch.setattr("keyuan.activities.planning.UNDO", timedelta(0))
    signed_in(cast.anna).post(undo)
    assert Plan.rows.living().count() == 1
