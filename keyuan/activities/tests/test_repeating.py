"""Series of plans: made ahead, continued, changed for one, from one on, or all."""

import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from keyuan.activities.models import Plan, PlanSeries
from keyuan.activities.repeat_rules import parse
from keyuan.activities.repeating import cancel_series, change_series, repeat, stop_repeating
from keyuan.activities.series_making import continue_series, extend, slots_of
from keyuan.notices.models import Notice
from keyuan.records.errors import NotAllowed, RuleBroken, Stale
from keyuan.records.history import Event
from tests.make import make_customer, make_lead, make_plan, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def robot(db):
    return make_user("robot", is_robot=True)


def monday(weeks=1, hour=9):
    today = timezone.localdate()
    day = today + timedelta(days=7 * weeks - today.weekday())
    return timezone.make_aware(datetime(day.year, day.month, day.day, hour))


def series_of(plan):
    return list(Plan.rows.living().filter(series=plan.series_id).order_by("occurrence"))


def weekly(cast, rule="FREQ=WEEKLY;BYDAY=MO", **fields):
    start = monday()
    plan = make_plan("周例会", owner=cast.anna, starts_at=start, ends_at=start + timedelta(hours=1), **fields)
    repeat(plan, parse(rule), by=cast.anna)
    return plan


def times(plans):
    return [f"{timezone.localtime(one.starts_at):%a %H:%M}" for one in plans]


def test_a_plan_repeats_half_a_year_ahead_as_plans_of_their_own(cast):
    customer = make_customer(owner=cast.anna)
    plan = weekly(cast, customer=customer, participants=[cast.ben.pk], reminders=[15])
    found = series_of(plan)
    assert 26 <= len(found) <= 27
    assert {(one.subject, one.customer_id, tuple(one.participants)) for one in found} == {
        ("周例会", customer.pk, (cast.ben.pk,))
    }
    assert set(times(found)) == {"Mon 09:00"}
    assert Event.objects.filter(record_type="plan", name="created", record_id=found[-1].pk).exists()
    customer.refresh_from_db()
    assert customer.next_contact_at == plan.starts_at


def test_no_more_than_two_hundred_plans_lie_ahead(cast, monkeypatch):
    monkeypatch.setattr("keyuan.activities.series_making.MOST_AHEAD", 20)
    plan = weekly(cast, "FREQ=DAILY")
    assert len(series_of(plan)) == 20 + 1 - (plan.starts_at > timezone.now())
    assert extend(plan.series_id) == 0


def test_a_series_with_an_end_ends(cast):
    plan = weekly(cast, "FREQ=WEEKLY;BYDAY=MO,TH;COUNT=5")
    assert times(series_of(plan)) == ["Mon 09:00", "Thu 09:00"] * 2 + ["Mon 09:00"]
    assert PlanSeries.objects.get(pk=plan.series_id).ended_at is not None


def test_the_first_plan_moves_to_the_first_day_of_the_rule(cast):
    plan = weekly(cast, "FREQ=WEEKLY;BYDAY=TU")
    assert times([plan]) == ["Tue 09:00"]


def test_a_rule_that_never_comes_true_is_refused(cast):
    start = timezone.make_aware(datetime(2027, 2, 1, 9))
    plan = make_plan(owner=cast.anna, starts_at=start)
    with pytest.raises(RuleBroken):
        repeat(plan, parse("FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31"), by=cast.anna)


def test_looking_ahead_and_the_daily_job_continue_a_series_once(cast):
    plan = weekly(cast)
    before = len(series_of(plan))
    far = timezone.now() + timedelta(days=300)
    made = extend(plan.series_id, far)
    assert made > 10
    assert extend(plan.series_id, far) == 0
    assert len(series_of(plan)) == before + made
    PlanSeries.objects.update(made_until=monday())
    assert continue_series() == 0  # the slots are filled
    assert len({one.occurrence for one in series_of(plan)}) == before + made


@pytest.mark.django_db(transaction=True)
def test_two_workers_continue_a_series_once(cast):
    plan = weekly(cast)
    before = len(series_of(plan))
    far = timezone.now() + timedelta(days=360)
    barrier, made = threading.Barrier(3), []

    def work():
        barrier.wait()
        made.append(extend(plan.series_id, far))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    [one.start() for one in threads]
    [one.join() for one in threads]
    assert sorted(made)[:2] == [0, 0]
    assert len(series_of(plan)) == before + max(made)


def test_changing_this_one_detaches_it(cast):
    plan = weekly(cast)
    second = series_of(plan)[1]
    change_series(second, "this", by=cast.anna, subject="改到会议室", starts_at=second.starts_at + timedelta(hours=3))
    found = series_of(plan)
    assert times(found)[:3] == ["Mon 09:00", "Mon 12:00", "Mon 09:00"]
    assert [one.subject for one in found[:3]] == ["周例会", "改到会议室", "周例会"]
    change_series(plan, "all", by=cast.anna, place="301")
    assert [one.place for one in series_of(plan)[:3]] == ["301", "", "301"]


def test_changing_this_and_the_later_ones_begins_another_series(cast):
    plan = weekly(cast)
    all_of_them = series_of(plan)
    third = all_of_them[2]
    moved_to = third.starts_at + timedelta(days=1, hours=1)
    change_series(
        third, "later", by=cast.anna, subject="新例会", starts_at=moved_to, ends_at=moved_to + timedelta(hours=2)
    )
    assert times(series_of(plan)) == ["Mon 09:00"] * 2
    later = series_of(third)
    assert set(times(later)) == {"Tue 10:00"}
    assert {one.subject for one in later} == {"新例会"}
    assert {one.ends_at - one.starts_at for one in later} == {timedelta(hours=2)}
    assert [one.pk for one in later][: len(all_of_them) - 2] == [one.pk for one in all_of_them[2:]]
    assert PlanSeries.objects.get(pk=plan.series_id).ended_at is not None


def test_changing_all_leaves_what_is_done_and_fills_no_slot_twice(cast):
    plan = weekly(cast)
    first, second, third, *_rest = series_of(plan)
    first.complete(by=cast.anna)
    third.complete(by=cast.anna)
    change_series(second, "all", by=cast.anna, starts_at=second.starts_at + timedelta(hours=5))
    found = list(Plan.rows.living().filter(owner=cast.anna).order_by("starts_at"))
    assert {one.ends_at - one.starts_at for one in found} == {timedelta(hours=1)}
    assert times(found)[:4] == ["Mon 09:00", "Mon 14:00", "Mon 09:00", "Mon 14:00"]
    assert len({timezone.localdate(one.starts_at) for one in found}) == len(found)


def test_another_rule_keeps_plans_makes_missing_ones_and_takes_back_what_is_too_much(cast):
    plan = weekly(cast, "FREQ=WEEKLY;BYDAY=MO,WE,FR;COUNT=6")
    change_series(plan, "all", by=cast.anna, rule=parse("FREQ=WEEKLY;BYDAY=MO,TU;COUNT=4"))
    assert times(series_of(plan)) == ["Mon 09:00", "Tue 09:00"] * 2
    assert Plan.rows.deleted().count() == 2
    change_series(plan, "all", by=cast.anna, rule=parse("FREQ=DAILY;COUNT=9"))
    assert len(series_of(plan)) == 9


def test_a_series_with_a_number_keeps_its_number_when_it_is_split(cast):
    plan = weekly(cast, "FREQ=WEEKLY;BYDAY=MO;COUNT=10")
    fourth = series_of(plan)[3]
    change_series(fourth, "later", by=cast.anna, starts_at=fourth.starts_at + timedelta(hours=1))
    assert (len(series_of(plan)), len(series_of(fourth))) == (3, 7)
    assert slots_of(PlanSeries.objects.get(pk=fourth.series_id)).rule.count == 7


def test_an_old_form_changes_nothing(cast):
    plan = weekly(cast)
    seen = plan.version
    plan.edit(by=cast.anna, subject="别的")
    with pytest.raises(Stale):
        change_series(plan, "all", by=cast.anna, version=seen, subject="旧的")


def test_only_those_who_may_edit_the_plan_change_its_series(cast):
    plan = weekly(cast, participants=[cast.ben.pk])
    for which in ("this", "later", "all"):
        with pytest.raises(NotAllowed):
            change_series(plan, which, by=cast.ben, subject="x")
        with pytest.raises(NotAllowed):
            cancel_series(plan, which, by=cast.ben)
    assert {one.subject for one in series_of(plan)} == {"周例会"}


def test_every_changed_plan_has_its_line_of_history_and_a_new_version(cast):
    plan = weekly(cast, "FREQ=WEEKLY;BYDAY=MO;COUNT=3")
    before = {one.pk: one.version for one in series_of(plan)}
    change_series(plan, "all", by=cast.anna, place="301")
    assert {one.pk: one.version for one in series_of(plan)} == {pk: version + 1 for pk, version in before.items()}
    events = Event.objects.filter(record_type="plan", name="edited", record_id__in=before).select_related("change")
    assert [one.change.after for one in events] == [{"place": "301"}] * 3
    assert len({one.operation_id for one in events}) == 1


def test_the_customer_learns_of_its_next_contact_when_a_series_moves_or_ends(cast):
    customer = make_customer(owner=cast.anna)
    plan = weekly(cast, customer=customer)
    moved_to = plan.starts_at + timedelta(hours=4)
    change_series(plan, "all", by=cast.anna, starts_at=moved_to)
    customer.refresh_from_db()
    assert customer.next_contact_at == moved_to
    other = make_customer(owner=cast.anna)
    change_series(plan, "all", by=cast.anna, customer=other)
    customer.refresh_from_db()
    other.refresh_from_db()
    assert (customer.next_contact_at, other.next_contact_at) == (None, moved_to)
    assert cancel_series(plan, "all", by=cast.anna) > 20
    other.refresh_from_db()
    assert other.next_contact_at is None


def test_cancelling_from_one_on_leaves_those_before_and_nothing_is_made_any_more(cast):
    plan = weekly(cast)
    third = series_of(plan)[2]
    cancel_series(third, "later", by=cast.anna)
    assert [one.state for one in series_of(plan)][:3] == ["open", "open", "cancelled"]
    assert extend(plan.series_id, timezone.now() + timedelta(days=400)) == 0


def test_cancelling_this_one_keeps_its_slot_empty(cast):
    plan = weekly(cast)
    second = series_of(plan)[1]
    cancel_series(second, "this", by=cast.anna)
    PlanSeries.objects.update(made_until=plan.occurrence)
    extend(plan.series_id)
    assert [one.state for one in series_of(plan)][:3] == ["open", "cancelled", "open"]


def test_a_plan_that_repeats_no_more_stays_alone(cast):
    plan = weekly(cast)
    stop_repeating(plan, by=cast.anna)
    assert list(Plan.rows.living()) == [plan]
    assert plan.series_id is None


def test_an_all_day_plan_repeats_over_whole_days_also_where_clocks_change(cast, settings):
    start = timezone.make_aware(datetime(2027, 3, 1))
    plan = make_plan(owner=cast.anna, starts_at=start, ends_at=start + timedelta(days=2), is_all_day=True)
    repeat(plan, parse("FREQ=MONTHLY;BYMONTHDAY=1;COUNT=3"), by=cast.anna)
    days = [(timezone.localtime(one.starts_at).date(), one.ends_at - one.starts_at) for one in series_of(plan)]
    assert [f"{day:%m-%d}" for day, _length in days] == ["03-01", "04-01", "05-01"]
    assert {length for _day, length in days} == {timedelta(days=2)}


def test_who_takes_part_in_a_series_is_told_once_when_it_moves_or_ends(cast):
    plan = weekly(cast, participants=[cast.ben.pk])
    Notice.objects.all().delete()
    change_series(plan, "all", by=cast.anna, starts_at=plan.starts_at + timedelta(hours=1))
    assert list(Notice.objects.values_list("user", "kind")) == [(cast.ben.pk, "plan.moved")]
    cancel_series(plan, "all", by=cast.anna)
    assert Notice.objects.filter(kind="plan.cancelled").count() == 1


def test_plans_of_a_series_about_a_lead_are_all_about_it(cast):
    lead = make_lead("宁波海德", owner=cast.anna)
    plan = weekly(cast, lead=lead)
    assert {one.lead_id for one in series_of(plan)} == {lead.pk}
