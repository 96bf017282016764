"""The calendar: month, week, day and list, whose plans, holidays, and what one page costs."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from keyuan.activities.calendar.entries import Entry, laid_out
from keyuan.activities.models import Plan
from keyuan.activities.repeat_rules import parse
from keyuan.activities.repeating import repeat
from tests.make import make_customer, make_plan, make_user

pytestmark = pytest.mark.django_db
QUERIES = 7
"""Of one page with its frame, however many plans it shows."""


def at(month, day, hour=9, minute=0, year=2031):
    return timezone.make_aware(datetime(year, month, day, hour, minute))


@pytest.fixture
def anna(cast, client):
    client.force_login(cast.anna)
    client.cookies["keyuan_language"] = "en"
    return client


def page(client, **given):
    return client.get("/activities/calendar/", {"view": "week", "date": "2031-03-18"} | given)


def shown(client, **given):
    return page(client, **given).content.decode()


def entry(subject, start, end, pk=1):
    return Entry(pk, subject, None, 1, start, end, True, False, False, False, True, 1, False, "", "")


def test_a_week_shows_plans_at_their_place(cast, anna):
    make_plan("拜访 海曙", owner=cast.anna, starts_at=at(3, 18, 14), ends_at=at(3, 18, 15, 30), place="3 楼会议室")
    make_plan("别的周", owner=cast.anna, starts_at=at(3, 25, 14))
    body = shown(anna)
    assert "s56 e62" in body
    assert "14:00–15:30" in body
    assert "3 楼会议室" in body
    assert "别的周" not in body
    assert "Week 12" in body


@pytest.mark.parametrize("view", ["day", "week", "month", "list"])
def test_every_view_shows_the_day_and_leads_on(cast, anna, view):
    make_plan("拜访 海曙", owner=cast.anna, starts_at=at(3, 18, 14))
    body = shown(anna, view=view)
    assert "拜访 海曙" in body
    following = {"day": "2031-03-19", "week": "2031-03-25", "month": "2031-04-01", "list": "2031-04-15"}[view]
    assert f"view={view}&amp;date={following}" in body


def test_a_plan_over_midnight_stands_on_both_days(cast, anna):
    make_plan("通宵割接", owner=cast.anna, starts_at=at(3, 18, 22, 30), ends_at=at(3, 19, 2))
    body = shown(anna)
    assert "s90 e96 cut-b" in body
    assert "s0 e8 cut-t" in body
    assert "通宵割接" in shown(anna, view="day", date="2031-03-19")


def test_a_plan_over_the_end_of_a_month_stands_in_both(cast, anna):
    make_plan("展会", owner=cast.anna, starts_at=at(3, 30, 0), ends_at=at(4, 3, 0), is_all_day=True)
    assert "展会" in shown(anna, view="month", date="2031-04-15")
    assert "展会" in shown(anna, view="day", date="2031-04-02")
    assert "展会" not in shown(anna, view="day", date="2031-04-03")
    assert "c0 w3 r0" in shown(anna, date="2031-03-31")


def test_entries_at_one_time_stand_side_by_side():
    nine, ten, eleven = (datetime(2031, 3, 18, hour) for hour in (9, 10, 11))
    day = date(2031, 3, 18)
    laid = laid_out([entry("a", nine, eleven), entry("b", ten, eleven, 2), entry("c", eleven, eleven, 3)], [day])
    assert [(one.entry.subject, one.lane, one.lanes) for one in laid.pieces[day]] == [
        ("a", 0, 2),
        ("b", 1, 2),
        ("c", 0, 1),
    ]


def test_times_are_those_of_the_organisation(cast, anna, settings):
    make_plan("北京时间", owner=cast.anna, starts_at=datetime.fromisoformat("2031-03-17T16:30+00:00"))
    assert "s2 e4" in shown(anna, view="day", date="2031-03-18")


def test_one_sees_ones_own_plans_and_those_with_oneself(cast, anna):
    make_plan("我的", owner=cast.anna, starts_at=at(3, 18))
    make_plan("一起的", owner=cast.ben, starts_at=at(3, 18), participants=[cast.anna.pk])
    make_plan("Ben 自己的", owner=cast.ben, starts_at=at(3, 18))
    body = shown(anna)
    assert "我的" in body
    assert "一起的" in body
    assert "Ben 自己的" not in body


def test_of_colleagues_one_sees_what_one_may_see(cast, anna, client):
    customer = make_customer(owner=cast.ben)
    make_plan("看得见的客户", owner=cast.ben, starts_at=at(3, 18), customer=customer)
    make_plan("Ben 私下的", owner=cast.ben, starts_at=at(3, 18))
    make_plan("Olga 的", owner=cast.olga, starts_at=at(3, 18))
    for who in ("department", f"{cast.ben.pk},{cast.olga.pk}"):
        body = shown(anna, who=who)
        assert "看得见的客户" in body
        assert "Ben 私下的" not in body
        assert "Olga 的" not in body
    client.force_login(cast.boss)
    assert "Olga 的" in shown(client, who=f"{cast.boss.pk},{cast.olga.pk}")


def test_the_check_boxes_offer_those_whose_plans_one_may_see(cast, anna):
    body = shown(anna, who=cast.ben.pk)
    assert f'value="{cast.ben.pk}" checked' in body
    assert "Olga" not in body


def test_holidays_and_make_up_workdays_are_named(anna):
    body = shown(anna, date="2026-10-01")
    assert "National Day" in body
    assert "Oct 1–7" in body
    assert "Make-up workday" in shown(anna, date="2026-10-10")
    assert "Qingming Festival" in shown(anna, view="list", date="2026-04-01")


def test_done_is_struck_through_and_overdue_is_red(cast, anna):
    now = timezone.now()
    make_plan("做完的", owner=cast.anna, starts_at=now - timedelta(hours=1)).complete(by=cast.anna)
    make_plan("晚了的", owner=cast.anna, starts_at=now - timedelta(hours=1))
    body = shown(anna, date=timezone.localdate().isoformat())
    assert " dn " in body
    assert "ev-k od " in body


def test_cancelled_plans_are_not_shown_and_those_without_a_time_stand_beside(cast, anna):
    make_plan("不做了", owner=cast.anna, starts_at=at(3, 18)).cancel(by=cast.anna)
    make_plan("以后再说", owner=cast.anna, starts_at=None)
    body = shown(anna)
    assert "不做了" not in body
    assert "Not scheduled 1" in body
    assert "以后再说" in body


def test_only_what_one_may_change_can_be_dragged(cast, anna):
    make_plan("我的", owner=cast.anna, starts_at=at(3, 18))
    make_plan("一起的", owner=cast.ben, starts_at=at(3, 19), participants=[cast.anna.pk])
    assert shown(anna).count("data-edit data-v") == 1


def test_the_list_begins_with_what_is_overdue(cast, anna):
    make_plan("忘了的", owner=cast.anna, starts_at=timezone.now() - timedelta(days=3))
    body = anna.get("/activities/calendar/?view=list").content.decode()
    assert "忘了的" in body
    assert "3 days late" in body


def test_a_part_of_the_page_comes_without_its_frame(anna):
    answer = anna.get("/activities/calendar/?view=week", headers={"HX-Request": "true"})
    assert answer.content.decode().lstrip().startswith("<week-calendar")


def test_looking_far_ahead_continues_a_series(cast, anna):
    make_user("robot", is_robot=True)
    start = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
    plan = make_plan("周例会", owner=cast.anna, starts_at=start)
    repeat(plan, parse("FREQ=WEEKLY"), by=cast.anna)
    far = timezone.localdate() + timedelta(days=300)
    assert not Plan.rows.filter(starts_at__gt=timezone.now() + timedelta(days=200)).exists()
    assert "周例会" in shown(anna, date=far.isoformat())


def test_fields_that_a_role_hides_are_not_told(cast, anna):
    make_plan("去拜访", owner=cast.anna, starts_at=at(3, 18, 9), ends_at=at(3, 18, 12), place="密室")
    grant = cast.anna.roles.get().grants.get(module="plan")
    grant.fields = {"place": "hidden"}
    grant.save()
    assert "密室" not in shown(anna)


def test_a_page_costs_as_many_queries_for_many_plans_as_for_few(cast, anna):
    customer = make_customer(owner=cast.anna)
    make_plan(owner=cast.anna, starts_at=at(3, 18), customer=customer, participants=[cast.ben.pk])
    shown(anna)
    with CaptureQueriesContext(connection) as few:
        shown(anna)
    for hour in range(8, 18):
        make_plan(owner=cast.anna, starts_at=at(3, 18, hour), customer=customer, participants=[cast.ben.pk])
    with CaptureQueriesContext(connection) as many:
        shown(anna)
    assert len(many) == len(few)
    assert len(many) <= QUERIES
