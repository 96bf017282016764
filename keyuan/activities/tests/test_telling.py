"""Who is told of plans and follow-ups, when, and once."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from keyuan.activities.composing import log_follow_up
from keyuan.activities.models import Plan, PlanReminder
from keyuan.activities.reminding import escalate, remind
from keyuan.activities.rules import ActivityRules, set_activity_rules
from keyuan.notices.models import Notice
from keyuan.notices.showing import entries
from keyuan.people.absences import add_absence
from tests.make import make_customer, make_plan, option

pytestmark = pytest.mark.django_db
SOON = timedelta(minutes=30)


def told(user):
    return list(Notice.objects.filter(user=user).order_by("pk").values_list("kind", flat=True))


def sentence(user):
    notice = Notice.objects.filter(user=user).latest("pk")
    return str(entries(user, [notice])[0].sentence)


def come_due(plan):
    PlanReminder.objects.filter(plan=plan).update(at=timezone.now() - timedelta(minutes=1))


def test_a_reminder_comes_at_its_moment_and_once(cast):
    plan = make_plan("拜访顾总", owner=cast.anna, starts_at=timezone.now() + SOON, reminders=[15, 0])
    assert remind() == 0
    PlanReminder.objects.filter(plan=plan, minutes=15).update(at=timezone.now() - timedelta(minutes=1))

    assert (remind(), remind()) == (1, 0)

    assert told(cast.anna) == ["plan.reminder"]
    assert "拜访顾总" in sentence(cast.anna)
    assert [one.minutes for one in PlanReminder.objects.filter(plan=plan)] == [0]


def test_everybody_who_takes_part_is_reminded(cast):
    plan = make_plan(owner=cast.anna, starts_at=timezone.now() + SOON, reminders=[5], participants=[cast.olga.pk])
    come_due(plan)
    remind()
    assert told(cast.olga) == ["plan.invited", "plan.reminder"]


def test_while_the_owner_is_away_the_deputy_is_reminded_of_what_they_see(cast):
    today = timezone.localdate()
    add_absence(cast.anna, today, today, deputy=cast.boss, by=cast.anna)
    add_absence(cast.ben, today, today, deputy=cast.olga, by=cast.ben)  # who sees none of Ben's plans
    for owner in (cast.anna, cast.ben):
        come_due(make_plan("拜访顾总", owner=owner, starts_at=timezone.now() + SOON, reminders=[5]))
    remind()
    assert [told(one) for one in (cast.anna, cast.boss, cast.olga)] == [["plan.reminder"], ["plan.reminder"], []]
    assert sentence(cast.boss).startswith("Plan of <b>Anna</b>, who is away until ")


def test_what_is_done_or_cancelled_reminds_nobody(cast):
    plan = make_plan(owner=cast.anna, starts_at=timezone.now() + SOON, reminders=[5])
    come_due(plan)
    plan.cancel(by=cast.anna)
    assert remind() == 0
    assert told(cast.anna) == []


def test_a_reminder_that_is_a_day_old_is_not_told(cast):
    plan = make_plan(owner=cast.anna, starts_at=timezone.now() + SOON, reminders=[5])
    PlanReminder.objects.filter(plan=plan).update(at=timezone.now() - timedelta(days=2))
    assert remind() == 1
    assert told(cast.anna) == []


@pytest.mark.django_db(transaction=True)
def test_workers_that_look_at_the_same_moment_tell_once(cast):
    plans = [make_plan(owner=cast.anna, starts_at=timezone.now() + SOON, reminders=[5]) for _ in range(8)]
    PlanReminder.objects.update(at=timezone.now() - timedelta(minutes=1))
    barrier, found = threading.Barrier(4), []

    def work():
        barrier.wait()
        with transaction.atomic():
            found.append(remind())
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    [one.start() for one in threads]
    [one.join() for one in threads]
    assert sum(found) == len(plans)
    assert told(cast.anna) == ["plan.reminder"] * len(plans)


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_dies_in_the_middle_leaves_the_reminder_for_the_next(cast):
    come_due(make_plan(owner=cast.anna, starts_at=timezone.now() + SOON, reminders=[5]))

    class KilledHere(BaseException):
        pass

    def die():
        with transaction.atomic():
            assert remind() == 1
            raise KilledHere

    with pytest.raises(KilledHere):
        die()

    assert told(cast.anna) == []
    with transaction.atomic():
        assert remind() == 1
    assert told(cast.anna) == ["plan.reminder"]


def test_who_takes_part_is_told_of_another_time(cast):
    plan = make_plan(owner=cast.anna, starts_at=timezone.now() + SOON, participants=[cast.olga.pk])
    plan.edit(by=cast.anna, starts_at=timezone.now() + timedelta(days=2), participants=[cast.olga.pk, cast.ben.pk])
    plan.edit(by=cast.anna, subject="另一个主题")
    plan.cancel(by=cast.anna)
    assert told(cast.olga) == ["plan.invited", "plan.moved", "plan.cancelled"]
    assert told(cast.ben) == ["plan.invited", "plan.cancelled"]
    assert told(cast.anna) == []


def test_a_colleague_on_my_customer_is_told_to_me_and_to_nobody_else(cast):
    customer = make_customer("海曙精密", owner=cast.anna)
    said = {"kind": option("follow_up_kind", "phone"), "content": "对方要两份报价", "at": timezone.now()}
    log_follow_up(customer, by=cast.ben, **said)
    log_follow_up(customer, by=cast.anna, **said)
    assert told(cast.anna) == ["follow_up.written"]
    assert "海曙精密" in sentence(cast.anna)
    assert "对方要两份报价" in sentence(cast.anna)
    assert not Notice.objects.exclude(user=cast.anna).exists()


def test_what_is_overdue_goes_up_after_the_days_and_once(cast):
    cast.anna.superior = cast.boss
    cast.anna.save()
    late = make_plan(owner=cast.anna, starts_at=timezone.now() - timedelta(days=4))
    make_plan(owner=cast.anna, starts_at=timezone.now() - timedelta(days=1))
    make_plan(owner=cast.ben, starts_at=timezone.now() - timedelta(days=4))

    assert (escalate(), escalate()) == (1, 0)

    assert told(cast.boss) == ["plan.overdue"]
    assert f"Anna: <b>{late.subject}</b> is 4 days late" in sentence(cast.boss)
    set_activity_rules(ActivityRules(escalate_days=0))
    Plan.rows.filter(pk=late.pk).update(starts_at=timezone.now() - timedelta(days=9))
    assert escalate() == 0


def test_a_done_plan_that_is_moved_is_told_to_nobody(cast):
    plan = make_plan(owner=cast.anna, starts_at=timezone.now() + SOON, participants=[cast.ben.pk])
    plan.complete(by=cast.anna)
    plan.edit(by=cast.anna, starts_at=timezone.now())
    assert told(cast.ben) == ["plan.invited"]


def test_a_superior_is_told_of_nothing_that_they_may_not_see(cast):
    cast.anna.superior = cast.olga
    cast.anna.save()
    make_plan(owner=cast.anna, starts_at=timezone.now() - timedelta(days=4))
    assert escalate() == 0
    assert told(cast.olga) == []
