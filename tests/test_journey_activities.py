"""A salesperson's day in a real browser: written down by keyboard alone, seen by those who may, found again."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from keyuan.activities.models import FollowUp, Plan
from tests.browsing import open_list, sign_in
from tests.make import make_contact, make_customer, make_follow_up, make_plan

pytestmark = pytest.mark.django_db(transaction=True)
SECONDS = 10


def test_a_follow_up_with_its_next_step_takes_seconds_by_keyboard_alone(visit, boss):
    customer = make_customer("宁波海曙精密机械有限公司", owner=boss)
    make_contact(customer, "顾建国", title="总经理", preferences="上午 10 点前回复快")
    due = make_plan("拜访顾总", owner=boss, starts_at=timezone.now() - timedelta(minutes=5), customer=customer)
    page = visit()
    sign_in(page, "boss")
    page.goto(f"/customers/{customer.pk}/")
    page.wait_for_selector("form[data-compose]")

    began = time.monotonic()
    page.keyboard.press("l")
    page.keyboard.type("钱主管反馈二期预算 90 万以内，希望分两期付款")
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toasts")).to_contain_text("跟进已保存")
    took = time.monotonic() - began

    expect(page.locator("#lines")).to_contain_text("希望分两期付款")
    expect(page.locator("#activities .next")).to_contain_text("明天")
    expect(page.locator("#plans-of")).to_contain_text("明天")
    follow_up = FollowUp.objects.visible_to(boss).get()
    due.refresh_from_db()
    assert (due.state, due.follow_up) == ("done", follow_up)
    assert Plan.objects.visible_to(boss).open().get().customer == customer
    assert follow_up.contacts
    assert took < SECONDS
    assert page.faults == []


def test_what_was_typed_comes_back_after_the_page_is_left(visit, boss):
    customer = make_customer(owner=boss)
    page = visit()
    sign_in(page, "boss")
    page.goto(f"/customers/{customer.pk}/")
    box = page.locator("#follow-up-content")
    box.fill("写到一半的跟进")
    page.wait_for_timeout(600)
    page.goto(f"/customers/{customer.pk}/")
    expect(box).to_have_value("写到一半的跟进")

    page.keyboard.press("l")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#lines")).to_contain_text("写到一半的跟进")
    expect(box).to_have_value("")
    page.reload()
    expect(box).to_have_value("")


def test_a_wrong_save_says_what_to_mend_and_keeps_the_text(visit, boss):
    customer = make_customer(owner=boss)
    page = visit()
    sign_in(page, "boss")
    page.goto(f"/customers/{customer.pk}/")
    page.locator("#follow-up-content").fill("谈了二期的报价")
    page.evaluate("document.querySelector('[name=at]').value = '2099-01-01T10:00'")
    page.locator("#follow-up-content").press("Control+Enter")
    expect(page.locator("form[data-compose]")).to_contain_text("时间不能在以后")
    expect(page.locator("#follow-up-content")).to_have_value("谈了二期的报价")
    assert not FollowUp.objects.visible_to(boss).exists()


def test_the_preferences_of_a_contact_stand_beside_the_text(visit, boss):
    customer = make_customer(owner=boss)
    make_contact(customer, "顾建国", preferences="上午 10 点前回复快")
    make_contact(customer, "钱晓丽", concerns="分期付款")
    make_contact(customer, "走了的人", has_left=True)
    make_contact(make_customer(owner=boss), "别家的人")
    page = visit()
    sign_in(page, "boss")
    page.goto(f"/customers/{customer.pk}/")
    expect(page.locator("[data-prefers]:visible")).to_have_text(re.compile("顾建国.*上午 10 点前回复快"))

    page.locator(".cmeta summary", has_text="联系人").click()
    choices = page.locator("[name=contacts]")
    expect(choices).to_have_count(2)
    choices.nth(0).uncheck()
    choices.nth(1).check()
    expect(page.locator("[data-prefers]:visible")).to_have_text(re.compile("钱晓丽.*分期付款"))
    expect(page.locator('[data-of="contacts"]')).to_have_text("钱晓丽")


def test_a_follow_up_of_last_year_is_found_by_a_word_in_it(visit, boss):
    customer = make_customer(owner=boss)
    make_follow_up(customer, "去年谈的西门子 828D 直采", at=timezone.now() - timedelta(days=400))
    for number in range(25):
        make_follow_up(customer, f"别的事 {number}", at=timezone.now() - timedelta(days=number))
    page = visit()
    sign_in(page, "boss")
    page.goto(f"/customers/{customer.pk}/")
    lines = page.locator("#lines")
    expect(lines).to_contain_text("别的事 0")
    expect(lines).not_to_contain_text("828D")

    page.locator("#line-q").fill("828d")
    expect(lines).to_contain_text("西门子 828D 直采")
    expect(lines.locator(".ev")).to_have_count(1)


def test_q_logs_from_anywhere_with_the_customer_named_by_at(visit, boss):
    customer = make_customer("宁波海曙精密机械有限公司", owner=boss)
    make_customer("苏州瑞丰汽车零部件股份有限公司", owner=boss)
    page = visit()
    sign_in(page, "boss")
    open_list(page, "/contacts/")
    page.keyboard.press("q")
    text = page.locator("#quick-content")
    text.click()
    page.keyboard.type("@海曙")
    expect(page.locator(".mention li")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("#quick-about")).to_have_value("宁波海曙精密机械有限公司")
    page.keyboard.type("约好周五上门")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toasts")).to_contain_text("跟进已保存")
    follow_up = FollowUp.objects.visible_to(boss).get()
    assert (follow_up.customer, follow_up.content) == (customer, "约好周五上门")
    assert page.faults == []
