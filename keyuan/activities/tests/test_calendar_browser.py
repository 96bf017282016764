"""The calendar in a real browser: dragged, made longer, moved by keyboard, and taken back."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from keyuan.activities.models import Plan
from keyuan.activities.repeat_rules import parse
from keyuan.activities.repeating import repeat
from tests.browsing import sign_in
from tests.make import make_customer, make_plan, option
from tests.test_journey import faults_of

pytestmark = pytest.mark.django_db(transaction=True)
MONDAY = datetime(2031, 3, 17)
WEEK = "/activities/calendar/?view=week&date=2031-03-17"


def at(days, hour, minute=0):
    return timezone.make_aware(MONDAY + timedelta(days=days, hours=hour, minutes=minute))


def times(plan):
    plan.refresh_from_db()
    return plan.starts_at, plan.ends_at


def open_week(page):
    page.goto(WEEK)
    page.wait_for_selector("html[data-ready]")
    page.wait_for_selector("week-calendar:defined")


def centre(page, selector, x=0.5, y=0.5):
    box = page.locator(selector).first.bounding_box()
    return box["x"] + box["width"] * x, box["y"] + box["height"] * y


def drag(page, start, end):
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + 6, start[1] + 6)
    page.mouse.move(*end, steps=6)
    page.mouse.up()


def column_x(page, day):
    return centre(page, f'.cal-col[data-day="{day}"]')[0]


def shown_again(page):
    """After a move the calendar is fetched anew."""
    page.wait_for_timeout(100)
    for one in (".lifted", "week-calendar[aria-busy]"):
        page.wait_for_selector(one, state="detached")
    page.wait_for_timeout(200)


def saved(page):
    page.wait_for_selector("[data-toast]")
    shown_again(page)


@pytest.fixture
def page(boss, visit):
    page = visit()
    sign_in(page, "boss")
    yield page
    page.goto("about:blank")  # the stream of notices would never be idle


@pytest.fixture
def meeting(boss):
    customer = make_customer("海曙精密", owner=boss)
    kind = option("follow_up_kind", "visit")
    return make_plan(
        "拜访 海曙精密", owner=boss, customer=customer, kind=kind, starts_at=at(0, 10), ends_at=at(0, 11, 30)
    )


def test_a_visit_is_dragged_to_friday_made_longer_and_taken_back(page, meeting):
    open_week(page)
    selector = f'[data-id="{meeting.pk}"]'
    x, y = centre(page, selector)
    drag(page, (x, y), (column_x(page, "2031-03-21"), y))
    saved(page)
    assert times(meeting) == (at(4, 10), at(4, 11, 30))
    assert page.locator(f'.cal-col[data-day="2031-03-21"] {selector}').count() == 1

    x, y = centre(page, selector, y=0.98)
    with page.expect_response(lambda answer: "/move/" in answer.url):
        drag(page, (x, y), (x, y + 62))
    shown_again(page)
    assert times(meeting) == (at(4, 10), at(4, 12, 30))

    with page.expect_response(lambda answer: "/move/" in answer.url):
        page.click("[data-toast] [data-undo]")
    shown_again(page)
    assert times(meeting) == (at(4, 10), at(4, 11, 30))
    assert page.faults == []


def test_by_keyboard_a_plan_moves_by_days_and_quarters_and_gets_longer(page, meeting):
    open_week(page)
    selector = f'[data-id="{meeting.pk}"]'
    page.focus(selector)
    for keys in ("Shift+ArrowRight", "Shift+ArrowDown", "Shift+Alt+ArrowDown"):
        with page.expect_response(lambda answer: "/move/" in answer.url):
            page.keyboard.press(keys)
        shown_again(page)
    assert times(meeting) == (at(1, 10, 15), at(1, 12))
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog.drawer .plan")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.drawer", state="hidden")
    page.keyboard.press("j")
    page.wait_for_selector('.cal-col[data-day="2031-03-24"]')
    assert "date=2031-03-24" in page.url
    page.go_back()
    page.wait_for_selector('.cal-col[data-day="2031-03-17"]')


def test_what_has_no_time_is_dragged_onto_an_hour(page, boss):
    plan = make_plan("方案评审", owner=boss, starts_at=None)
    open_week(page)
    grid = page.locator(".cal").bounding_box()
    y = grid["y"] + 70 + 62 * 2
    drag(page, centre(page, f'.drag[data-id="{plan.pk}"]'), (column_x(page, "2031-03-19"), y))
    saved(page)
    starts, ends = times(plan)
    assert timezone.localdate(starts).isoformat() == "2031-03-19"
    assert ends - starts == timedelta(hours=1)


def test_dragged_above_the_hours_a_plan_takes_the_whole_day(page, meeting):
    open_week(page)
    drag(page, centre(page, f'[data-id="{meeting.pk}"]'), centre(page, '.cal-ad[data-day="2031-03-20"]'))
    saved(page)
    assert times(meeting) == (at(3, 0), at(4, 0))
    meeting.refresh_from_db()
    assert meeting.is_all_day


def test_of_a_plan_that_repeats_the_page_asks_which(page, boss):
    plan = make_plan("周例会", owner=boss, starts_at=at(0, 9), ends_at=at(0, 10))
    repeat(plan, parse("FREQ=WEEKLY;COUNT=3"), by=boss)
    open_week(page)
    page.focus(f'[data-id="{plan.pk}"]')
    page.keyboard.press("Shift+ArrowRight")
    page.click('dialog[open] button[value="all"]')
    saved(page)
    days = [timezone.localdate(one.starts_at).isoformat() for one in Plan.rows.order_by("starts_at")]
    assert days == ["2031-03-18", "2031-03-25", "2031-04-01"]


def test_what_the_server_refuses_goes_back(page, meeting, boss):
    open_week(page)
    meeting.edit(by=boss, subject="别人改过")
    x, y = centre(page, f'[data-id="{meeting.pk}"]')
    drag(page, (x, y), (column_x(page, "2031-03-21"), y))
    saved(page)
    assert times(meeting) == (at(0, 10), at(0, 11, 30))
    assert page.locator(f'.cal-col[data-day="2031-03-17"] [data-id="{meeting.pk}"]').count() == 1


def test_a_plan_is_made_from_a_free_hour_with_a_customer_found_by_typing(page, boss):
    customer = make_customer("宁波海曙精密机械", owner=boss)
    open_week(page)
    column = page.locator('.cal-col[data-day="2031-03-20"]')
    box, grid = column.bounding_box(), page.locator(".cal").bounding_box()
    page.mouse.click(box["x"] + 40, grid["y"] + 70 + 62 * 3 + 10)
    page.wait_for_selector("dialog.drawer form.drawer-f")
    page.fill("[name=subject]", "上门拜访")
    page.fill("record-picker:not([data-many]) input[role=combobox]", "海曙")
    page.wait_for_selector(".picks [role=option]")
    page.keyboard.press("Enter")
    page.wait_for_selector("record-picker input[type=hidden]", state="attached")
    page.click("dialog.drawer [data-save]")
    page.wait_for_selector("[data-toast]")
    plan = Plan.rows.get()
    assert plan.customer == customer
    assert timezone.localdate(plan.starts_at).isoformat() == "2031-03-20"
    assert page.locator(f'[data-id="{plan.pk}"]').count() == 1  # back on the calendar
    assert page.faults == []


def test_on_a_phone_the_list_stands_first(boss, visit, meeting):
    Plan.rows.filter(pk=meeting.pk).update(starts_at=timezone.now(), ends_at=timezone.now() + timedelta(hours=1))
    page = visit(width=390)
    sign_in(page, "boss")
    page.goto("/activities/calendar/")
    page.wait_for_selector("html[data-ready]")
    assert page.locator(".agenda .agr").first.is_visible()
    assert not page.locator(".cal").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.goto("about:blank")


@pytest.mark.parametrize(("width", "theme", "language"), [(1440, "light", "zh-hans"), (390, "dark", "en")])
def test_axe_finds_no_fault_on_the_pages_of_plans(visit, boss, meeting, width, theme, language):
    make_plan("展会", owner=boss, starts_at=at(1, 0), ends_at=at(3, 0), is_all_day=True)
    make_plan("方案评审", owner=boss, starts_at=None)
    boss.prefer(theme=theme, language=language)
    page = visit(width, theme, language)
    sign_in(page, "boss")
    found = {}
    views = [f"/activities/calendar/?view={view}&date=2031-03-17" for view in ("day", "week", "month", "list")]
    plan = f"/activities/plans/{meeting.pk}/"
    for path in [*views, "/activities/calendar/", "/activities/plans/new/", plan, f"{plan}edit/", "/admin/workdays/"]:
        page.goto(path)
        page.wait_for_selector("html[data-ready]")
        page.wait_for_timeout(300)
        found |= faults_of(page, path)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found[f"{path} is wider than the screen"] = True
    page.goto("about:blank")
    assert found == {}
    assert page.faults == []
