"""Plans one by one: their form, their page, their verbs, and who is busy."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from keyuan.activities.conflicts import clashes
from keyuan.activities.models import FollowUp, Plan
from tests.make import make_contact, make_customer, make_plan, option

pytestmark = pytest.mark.django_db
NEW = "/activities/plans/new/"
HOUR = timedelta(hours=1)


def at(day, hour=9, minute=0):
    return timezone.make_aware(datetime(2031, 3, day, hour, minute))


def typed(**more):
    return {
        "subject": "上门拜访",
        "kind": "visit",
        "starts_at": "2031-03-18T14:00",
        "ends_at": "2031-03-18T15:30",
        "priority": "normal",
    } | more


@pytest.fixture
def anna(cast, client):
    client.force_login(cast.anna)
    client.cookies["keyuan_language"] = "en"
    return client


def only_plan():
    return Plan.rows.get()


def test_a_plan_is_made_with_all_that_belongs_to_it(cast, anna):
    customer = make_customer("海曙精密", owner=cast.anna)
    contact = make_contact(customer, "顾建国")
    answer = anna.post(
        NEW,
        typed(
            customer=str(customer.pk),
            contacts=[str(contact.pk)],
            participants=[str(cast.ben.pk)],
            place="3 楼会议室",
            reminders=["15", "1440"],
            reminder_own="45",
            notes="带样品",
        ),
    )
    plan = only_plan()
    assert answer.headers["Location"] == f"/activities/plans/{plan.pk}/"
    assert (plan.starts_at, plan.ends_at, plan.customer) == (at(18, 14), at(18, 15, 30), customer)
    assert (plan.contacts, plan.participants, plan.reminders) == ([contact.pk], [cast.ben.pk], [15, 45, 1440])
    body = anna.get(answer.headers["Location"]).content.decode()
    for word in ("海曙精密", "顾建国", "3 楼会议室", "Ben", "1 day before", "带样品", "14:00–15:30"):
        assert word in body


def test_without_script_customers_and_colleagues_are_named(cast, anna):
    customer = make_customer("海曙精密", owner=cast.anna)
    anna.post(NEW, typed(customer="海曙精密", participants="Ben、Boss"))
    assert (only_plan().customer, only_plan().participants) == (customer, [cast.ben.pk, cast.boss.pk])
    assert anna.post(NEW, typed(customer="没有这家")).status_code == 422


def test_the_address_fills_in_the_form(cast, anna):
    customer = make_customer("海曙精密", owner=cast.anna)
    hidden = make_customer("看不见的", owner=cast.olga)
    body = anna.get(f"{NEW}?customer={customer.pk}&starts_at=2031-03-18T14:00").content.decode()
    assert "海曙精密" in body
    assert 'value="2031-03-18T14:00"' in body
    assert 'value="2031-03-18T15:00"' in body
    assert "看不见的" not in anna.get(f"{NEW}?customer={hidden.pk}").content.decode()


def test_whole_days_are_named_by_their_last_day(cast, anna):
    anna.post(NEW, typed(starts_at="2031-03-18", ends_at="2031-03-19", is_all_day="on"))
    plan = only_plan()
    assert (plan.starts_at, plan.ends_at) == (at(18, 0), at(20, 0))
    body = anna.get(f"/activities/plans/{plan.pk}/edit/").content.decode()
    assert 'value="2031-03-19T00:00"' in body
    anna.post(
        f"/activities/plans/{plan.pk}/edit/",
        typed(starts_at="2031-03-18", ends_at="2031-03-19", is_all_day="on", version=plan.version),
    )
    assert only_plan().ends_at == at(20, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends_at": "2031-03-18T13:00"},
        {"ends_at": "2031-09-18T13:00"},
        {"subject": ""},
        {"repeat": "weekly", "repeat_ends": "count"},
        {"repeat": "weekly", "repeat_ends": "until", "repeat_until": "2031-03-01"},
        {"repeat": "daily", "starts_at": "", "ends_at": ""},
    ],
)
def test_a_slip_is_said_at_its_field_and_nothing_is_saved(anna, wrong):
    assert anna.post(NEW, typed(**wrong)).status_code == 422
    assert not Plan.rows.exists()


def test_a_plan_repeats_as_the_form_says(cast, anna):
    anna.post(
        NEW, typed(repeat="weekly", repeat_days=["TU", "TH"], repeat_every="2", repeat_ends="count", repeat_count="4")
    )
    found = Plan.rows.order_by("starts_at")
    assert [timezone.localtime(one.starts_at).day for one in found] == [18, 20, 1, 3]
    body = anna.get(f"/activities/plans/{found[0].pk}/").content.decode()
    assert "Every 2 weeks on Tue, Thu, 4 times" in body
    words = anna.get("/activities/plans/repeat/", {"starts_at": "2031-03-18T14:00", "repeat": "monthly_nth"})
    assert "the third Tue" in words.content.decode()


def test_the_form_of_a_plan_that_repeats_asks_which_and_keeps_the_rule_unless_it_is_changed(cast, anna):
    rule = {"repeat": "weekly", "repeat_days": ["TU"], "repeat_every": "1", "repeat_ends": "count", "repeat_count": "5"}
    anna.post(NEW, typed(**rule))
    second = Plan.rows.order_by("starts_at")[1]
    address = f"/activities/plans/{second.pk}/edit/"
    assert 'name="which"' in anna.get(address).content.decode()
    times = {"starts_at": "2031-03-25T16:00", "ends_at": "2031-03-25T17:00"}
    anna.post(address, typed(**rule, **times, which="later", version=second.version))
    hours = [timezone.localtime(one.starts_at).hour for one in Plan.rows.order_by("starts_at")]
    assert hours == [14, 16, 16, 16, 16]


def test_saving_says_what_else_is_planned_at_this_time_and_saves(cast, anna):
    make_plan("评审会", owner=cast.anna, starts_at=at(18, 15), ends_at=at(18, 16))
    anna.post(NEW, typed())
    assert Plan.rows.count() == 2
    assert "At the same time: Anna 15:00–16:00 评审会" in anna.get("/activities/calendar/").content.decode()


def test_of_plans_that_one_may_not_see_only_busy_is_told(cast):
    make_plan("秘密谈判", owner=cast.olga, starts_at=at(18, 14), ends_at=at(18, 15), place="密室")
    make_plan("部门会", owner=cast.ben, participants=[cast.anna.pk], starts_at=at(18, 14), ends_at=at(18, 15))
    found = clashes([cast.olga.pk, cast.ben.pk], at(18, 14, 30), at(18, 16), reader=cast.anna)
    assert [str(one) for one in found] == ["Olga 14:00–15:00 busy", "Ben 14:00–15:00 部门会"]
    assert not clashes([cast.olga.pk], at(18, 15), at(18, 16), reader=cast.anna)


def test_the_hint_of_the_form_is_as_discreet(cast, anna):
    make_plan("秘密谈判", owner=cast.olga, starts_at=at(18, 14), ends_at=at(18, 15))
    given = {"starts_at": "2031-03-18T14:00", "ends_at": "2031-03-18T15:00", "participants": cast.olga.pk}
    body = anna.get("/activities/plans/conflicts/", given).content.decode()
    assert "busy" in body
    assert "秘密" not in body


def test_contacts_are_offered_with_title_and_without_those_who_have_left(cast, anna):
    customer = make_customer(owner=cast.anna)
    make_contact(customer, "顾建国", title="总经理")
    make_contact(customer, "走了的", has_left=True)
    body = anna.get("/activities/plans/contacts/", {"customer": customer.pk}).content.decode()
    assert "顾建国 · 总经理" in body
    assert "走了的" not in body


def test_one_click_completes_and_undo_opens_again(cast, anna):
    plan = make_plan(owner=cast.anna, starts_at=at(18), customer=make_customer(owner=cast.anna))
    anna.post(f"/activities/plans/{plan.pk}/complete/")
    assert only_plan().state == "done"
    body = anna.get("/activities/calendar/").content.decode()
    assert f"/activities/plans/{plan.pk}/reopen/" in body
    assert "Log a follow-up" in body
    anna.post(f"/activities/plans/{plan.pk}/reopen/")
    assert only_plan().state == "open"


def test_completed_with_words_a_plan_becomes_a_follow_up(cast, anna):
    customer = make_customer(owner=cast.anna)
    plan = make_plan(
        owner=cast.anna, starts_at=timezone.now() - HOUR, customer=customer, kind=option("follow_up_kind", "visit")
    )
    anna.post(f"/activities/plans/{plan.pk}/complete/", {"content": "谈了二期的预算"})
    follow_up = FollowUp.rows.get()
    assert (follow_up.content, follow_up.kind.key, only_plan().follow_up) == ("谈了二期的预算", "visit", follow_up)


def test_another_day_keeps_the_time_of_day_and_undo_takes_it_back(cast, anna):
    plan = make_plan(owner=cast.anna, starts_at=at(18, 14), ends_at=at(18, 15))
    anna.post(f"/activities/plans/{plan.pk}/reschedule/", {"day": "2031-03-20"})
    assert (only_plan().starts_at, only_plan().ends_at) == (at(20, 14), at(20, 15))
    answer = anna.post(
        f"/activities/plans/{plan.pk}/move/",
        {"starts_at": "2031-03-21T10:00", "ends_at": "2031-03-21T12:00", "version": only_plan().version},
        headers={"X-Requested-With": "fetch"},
    ).json()
    assert only_plan().ends_at == at(21, 12)
    assert anna.post(answer["undo"]).status_code == 302
    assert (only_plan().starts_at, only_plan().ends_at) == (at(20, 14), at(20, 15))


def test_a_plan_that_somebody_changed_meanwhile_is_not_moved(cast, anna):
    plan = make_plan(owner=cast.anna, starts_at=at(18, 14))
    seen = plan.version
    plan.edit(by=cast.anna, subject="别的")
    answer = anna.post(f"/activities/plans/{plan.pk}/move/", {"starts_at": "2031-03-21T10:00", "version": seen})
    assert answer.status_code == 409
    assert only_plan().starts_at == at(18, 14)


def test_who_takes_part_sees_a_plan_and_changes_nothing(cast, client):
    plan = make_plan("和 Ben 一起", owner=cast.anna, starts_at=at(18), participants=[cast.ben.pk])
    client.force_login(cast.ben)
    body = client.get(f"/activities/plans/{plan.pk}/").content.decode()
    assert "和 Ben 一起" in body
    assert "/complete/" not in body
    for verb in ("complete", "cancel", "move", "reschedule", "delete", "edit"):
        assert client.post(f"/activities/plans/{plan.pk}/{verb}/").status_code == 404
    client.force_login(cast.olga)
    assert client.get(f"/activities/plans/{plan.pk}/").status_code == 404


def test_cancelling_and_deleting_have_a_way_back(cast, anna):
    plan = make_plan(owner=cast.anna, starts_at=at(18))
    anna.post(f"/activities/plans/{plan.pk}/cancel/")
    assert only_plan().state == "cancelled"
    anna.post(f"/activities/plans/{plan.pk}/delete/")
    assert only_plan().deleted_at is not None
    anna.post(f"/activities/plans/{plan.pk}/restore/")
    assert only_plan().deleted_at is None


def test_pickers_find_by_pinyin_and_only_what_one_may_see(cast, anna):
    make_customer("宁波海曙精密机械", owner=cast.anna)
    make_customer("海曙别家", owner=cast.olga)
    assert [row[1] for row in anna.get("/customers/pick/", {"q": "海曙"}).json()] == ["宁波海曙精密机械"]
    cast.ben.name = "范子健"
    cast.ben.save()
    for word in ("范", "fan", "fzj", "ben"):
        assert [row[1] for row in anna.get("/colleagues/", {"q": word}).json()] == ["范子健"]
