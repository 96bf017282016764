"""One save logs what happened, fulfils the plan, and plans the next step."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from keyuan.activities.composing import NextStep, log_follow_up, matching_plan, next_plan
from keyuan.activities.models import FollowUp, Plan, PlanReminder
from keyuan.activities.rules import ActivityRules, set_activity_rules
from keyuan.records.errors import NotAllowed, RuleBroken
from tests.make import make_contact, make_customer, make_follow_up, make_plan, option

pytestmark = pytest.mark.django_db


def said(**values):
    return {"kind": option("follow_up_kind", "phone"), "content": "谈了二期的预算", "at": timezone.now()} | values


def dates(customer):
    customer.refresh_from_db()
    return customer.last_followed_at, customer.next_contact_at


def test_one_save_logs_completes_and_plans(cast):
    customer = make_customer(owner=cast.anna)
    due = make_plan(owner=cast.anna, starts_at=timezone.now() - timedelta(hours=1), customer=customer)
    friday = timezone.now() + timedelta(days=3)

    logged = log_follow_up(
        customer, by=cast.anna, completes=matching_plan(customer, cast.anna), next_step=NextStep(friday), **said()
    )

    due.refresh_from_db()
    assert (due.state, due.follow_up) == ("done", logged.follow_up)
    assert logged.planned.starts_at == friday
    assert logged.planned.owner == cast.anna
    assert dates(customer) == (logged.follow_up.at, friday)
    assert next_plan(customer, cast.anna) == logged.planned


def test_a_form_sent_twice_is_saved_once(cast):
    customer, token = make_customer(owner=cast.anna), uuid.uuid4()
    first = log_follow_up(customer, by=cast.anna, token=token, **said())
    second = log_follow_up(customer, by=cast.anna, token=token, **said())
    assert second.follow_up == first.follow_up
    assert (first.is_new, second.is_new) == (True, False)


@pytest.mark.django_db(transaction=True)
def test_a_form_sent_twice_at_the_same_moment_is_saved_once(cast):
    customer, token, values = make_customer(owner=cast.anna), uuid.uuid4(), said()
    barrier, answers = threading.Barrier(4), []

    def save():
        barrier.wait()
        answers.append(log_follow_up(customer, by=cast.anna, token=token, next_step=NextStep(timezone.now()), **values))
        connection.close()

    threads = [threading.Thread(target=save) for _ in range(4)]
    [one.start() for one in threads]
    [one.join() for one in threads]
    assert len({one.follow_up.pk for one in answers}) == 1
    assert sum(one.is_new for one in answers) == 1
    assert Plan.rows.filter(customer=customer).count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_last_of_many_follow_ups_at_once_is_the_last_follow_up(cast):
    customer, now = make_customer(owner=cast.anna), timezone.now()
    barrier = threading.Barrier(4)

    def save(minutes):
        barrier.wait()
        log_follow_up(customer, by=cast.anna, **said(at=now - timedelta(minutes=minutes)))
        connection.close()

    threads = [threading.Thread(target=save, args=[minutes]) for minutes in (0, 1, 2, 3)]
    [one.start() for one in threads]
    [one.join() for one in threads]
    assert dates(customer)[0] == now


def test_what_says_nothing_is_logged_and_moves_no_clock(cast):
    customer = make_customer(owner=cast.anna)
    logged = log_follow_up(customer, by=cast.anna, **said(content="。"))
    assert logged.follow_up.pk
    assert logged.reasons == ["the content needs at least 4 characters, 4 more"]
    logged.follow_up.refresh_from_db()
    assert not logged.follow_up.is_effective
    assert dates(customer)[0] is None


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        ({"kinds": ["visit"]}, "this kind does not count"),
        ({"needs_contact": True}, "no contact is named"),
        ({"needs_result": True}, "no result is chosen"),
        ({"min_length": 100}, "the content needs at least 100 characters, 93 more"),
    ],
)
def test_the_administrator_says_what_counts(cast, rules, reason):
    set_activity_rules(ActivityRules(**rules))
    logged = log_follow_up(make_customer(owner=cast.anna), by=cast.anna, **said())
    assert logged.reasons == [reason]


def test_a_follow_up_that_is_mended_counts(cast):
    customer = make_customer(owner=cast.anna)
    follow_up = make_follow_up(customer, "。")
    follow_up.edit(by=cast.anna, version=1, content="客户要两份报价")
    assert follow_up.is_effective
    assert dates(customer)[0] == follow_up.at


def test_an_older_follow_up_does_not_turn_the_clock_back(cast):
    customer = make_customer(owner=cast.anna)
    now = make_follow_up(customer)
    make_follow_up(customer, at=timezone.now() - timedelta(days=5))
    assert dates(customer)[0] == now.at


def test_a_deleted_follow_up_no_longer_counts(cast):
    customer = make_customer(owner=cast.anna)
    first = make_follow_up(customer, at=timezone.now() - timedelta(days=5))
    last = make_follow_up(customer)
    operation = last.delete_by(cast.boss)
    assert dates(customer)[0] == first.at
    assert operation.verb == "follow_up.deleted"
    last.restore(by=cast.boss)
    assert dates(customer)[0] == last.at


def test_deletion_is_a_right_of_its_own(cast):
    follow_up = make_follow_up(make_customer(owner=cast.anna))
    with pytest.raises(NotAllowed):
        follow_up.delete_by(cast.anna)


def test_what_lies_ahead_has_not_happened(cast):
    with pytest.raises(RuleBroken, match="can't lie ahead"):
        log_follow_up(make_customer(owner=cast.anna), by=cast.anna, **said(at=timezone.now() + timedelta(hours=1)))


def test_contacts_are_those_of_the_customer(cast):
    stranger = make_contact(make_customer(owner=cast.anna))
    with pytest.raises(RuleBroken, match="contacts of this customer"):
        log_follow_up(make_customer(owner=cast.anna), by=cast.anna, **said(contacts=[stranger.pk]))


def test_a_colleague_who_sees_the_customer_may_write(cast):
    customer = make_customer(owner=cast.anna)
    assert log_follow_up(customer, by=cast.ben, **said()).follow_up.author == cast.ben
    with pytest.raises(NotAllowed):
        log_follow_up(customer, by=cast.olga, **said())


def test_nothing_is_half_saved(cast):
    customer = make_customer(owner=cast.anna)
    plan = make_plan(owner=cast.anna, starts_at=timezone.now(), customer=customer)
    plan.cancel(by=cast.anna)
    with pytest.raises(RuleBroken):
        log_follow_up(customer, by=cast.anna, completes=plan, **said())
    assert not FollowUp.rows.filter(customer=customer).exists()


def test_follow_ups_are_corrected_by_their_author_for_a_day(cast):
    follow_up = make_follow_up(make_customer(owner=cast.anna), "说错了")
    with pytest.raises(NotAllowed):
        follow_up.edit(by=cast.boss, content="不是我写的")
    follow_up.edit(by=cast.anna, content="改对了的内容")
    FollowUp.rows.filter(pk=follow_up.pk).update(created_at=timezone.now() - timedelta(hours=25))
    with pytest.raises(RuleBroken, match="24 hours"):
        follow_up.edit(by=cast.anna, content="太晚了")
    set_activity_rules(ActivityRules(edit_hours=0))
    follow_up.edit(by=cast.anna, content="没有期限")


def test_follow_ups_and_plans_vanish_with_their_customer_and_come_back_with_it(cast):
    customer = make_customer(owner=cast.boss)
    follow_up = make_follow_up(customer)
    make_plan(owner=cast.boss, starts_at=timezone.now(), customer=customer)
    customer.delete_by(cast.boss)
    assert not FollowUp.objects.visible_to(cast.boss).exists()
    assert not Plan.objects.visible_to(cast.boss).exists()
    customer.restore(by=cast.boss)
    assert list(FollowUp.objects.visible_to(cast.boss)) == [follow_up]


def test_a_plan_of_another_customer_is_not_completed(cast):
    plan = make_plan(owner=cast.anna, starts_at=timezone.now(), customer=make_customer(owner=cast.anna))
    with pytest.raises(RuleBroken, match="another customer"):
        log_follow_up(make_customer(owner=cast.anna), by=cast.anna, completes=plan, **said())


def test_the_next_step_follows_the_plans(cast):
    customer, soon = make_customer(owner=cast.anna), timezone.now() + timedelta(days=1)
    plan = make_plan(owner=cast.anna, starts_at=soon, customer=customer)
    make_plan(owner=cast.anna, starts_at=soon + timedelta(days=4), customer=customer)
    assert dates(customer)[1] == soon
    plan.edit(by=cast.anna, starts_at=soon + timedelta(days=1))
    assert dates(customer)[1] == soon + timedelta(days=1)
    plan.complete(by=cast.anna)
    assert dates(customer)[1] == soon + timedelta(days=4)
    plan.reopen(by=cast.anna)
    assert dates(customer)[1] == soon + timedelta(days=1)


def test_a_plan_that_moves_to_another_customer_is_the_next_step_there(cast):
    old, new = make_customer(owner=cast.anna), make_customer(owner=cast.anna)
    plan = make_plan(owner=cast.anna, starts_at=timezone.now(), customer=old)
    plan.edit(by=cast.anna, customer=new)
    assert dates(old)[1] is None
    assert dates(new)[1] == plan.starts_at


def test_plans_are_seen_by_their_people_and_by_who_sees_the_customer(cast):
    mine = make_plan(owner=cast.anna, starts_at=timezone.now())
    shared = make_plan(owner=cast.anna, starts_at=timezone.now(), participants=[cast.olga.pk])
    about = make_plan(owner=cast.anna, starts_at=timezone.now(), customer=make_customer(owner=cast.anna))
    seen = {user.username: set(Plan.objects.visible_to(user)) for user in vars(cast).values()}
    assert seen == {
        "anna": {mine, shared, about},
        "ben": {about},
        "olga": {shared},
        "boss": {mine, shared, about},
        "guest": set(),
    }
    assert not Plan.objects.allowed(cast.olga, "edit").exists()


def test_reminders_wait_for_the_plan_as_it_stands(cast):
    soon = timezone.now() + timedelta(hours=2)
    plan = make_plan(owner=cast.anna, starts_at=soon, reminders=[15, 60, 300])
    waiting = PlanReminder.objects.filter(plan=plan).order_by("at")
    assert [one.minutes for one in waiting] == [60, 15]
    plan.edit(by=cast.anna, starts_at=soon + timedelta(days=1))
    assert [one.minutes for one in waiting.all()] == [300, 60, 15]
    plan.complete(by=cast.anna)
    assert not waiting.all().exists()
