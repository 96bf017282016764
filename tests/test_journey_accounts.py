"""Journeys in a real browser around one's account: locking, leaving, confirming, other devices, masked numbers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from keyuan.exchange.models import Export
from keyuan.org.accounts import create_user
from keyuan.org.kept import Session
from keyuan.org.models import Department, Grant, Role, User
from keyuan.org.scopes import FieldRight
from keyuan.org.sessions import SessionStore
from keyuan.ui.guard import CONFIRMED
from tests.browsing import open_list, sign_in_by_hand
from tests.make import PASSWORD, make_customer, make_user

pytestmark = pytest.mark.django_db(transaction=True)
NEW = "清晨的咖啡和远山 2026"


def walk_to(page: Page, words: str, most: int = 60) -> None:
    """Press Tab until what has the keyboard says these words."""
    says = "(e => e.getAttribute('aria-label') || e.innerText || '')(document.activeElement)"
    for _each in range(most):
        page.keyboard.press("Tab")
        if words in page.evaluate(says):
            return
    raise AssertionError(f"The keyboard does not come to {words}.")


def answer(page: Page, password: str) -> None:
    """Type a password where the page asks for it."""
    expect(page.locator("#guard-password")).to_be_focused()
    page.keyboard.type(password)
    page.keyboard.press("Enter")


def test_a_locked_screen_keeps_what_was_typed_and_a_reload_does_too(visit, boss):
    page = visit()
    sign_in_by_hand(page, "boss")
    open_list(page)
    page.keyboard.press("c")
    name = page.locator("#drawer [name=name]")
    name.fill("写了一半的客户")
    page.evaluate("document.querySelector('.account form[action=\"/lock/\"]').requestSubmit()")

    answer(page, "wrong")
    expect(page.locator("#guard [data-said]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#guard")).to_be_visible()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")

    expect(page.locator("#guard")).not_to_be_visible()
    expect(name).to_have_value("写了一半的客户")
    page.reload()
    page.wait_for_selector("html[data-ready]")
    page.keyboard.press("c")
    expect(name).to_have_value("写了一半的客户")
    assert page.faults == []


def test_after_signing_out_going_back_shows_no_customer(visit, boss):
    make_customer("宁波海曙精密机械有限公司", owner=boss)
    page = visit()
    sign_in_by_hand(page, "boss")
    open_list(page)
    expect(page.locator("tbody")).to_contain_text("宁波海曙")
    page.locator("header form[data-sign-out]").evaluate("form => form.requestSubmit()")
    page.wait_for_url("**/sign-in/**")

    page.go_back()

    page.wait_for_url("**/sign-in/**")
    expect(page.locator("[name=password]")).to_be_visible()
    assert "宁波海曙" not in page.content()


def test_an_old_confirmation_asks_in_place_and_the_export_goes_on(visit, boss):
    make_customer("宁波海曙精密机械有限公司", owner=boss)
    page = visit()
    sign_in_by_hand(page, "boss")
    open_list(page, "/exports/?module=customer")
    long_ago(boss)
    page.fill("[name=reason]", "季度盘点")
    page.press("[name=reason]", "Enter")
    page.fill("[name=confirm_password]", "wrong")
    page.press("[name=confirm_password]", "Enter")
    expect(page.locator("main, body").first).to_contain_text("密码")
    page.fill("[name=confirm_password]", PASSWORD)
    page.press("[name=confirm_password]", "Enter")

    page.wait_for_url("**/exports/")
    assert Export.objects.visible_to(boss).get().reason == "季度盘点"
    assert page.faults == []


def long_ago(user: User) -> None:
    """Make what this person confirmed too old for a step that asks."""
    store = SessionStore()
    for session in Session.objects.filter(user=user):
        data = store.decode(session.session_data) | {CONFIRMED: 0}
        Session.objects.filter(pk=session.pk).update(
            session_data=store.encode(data), started_at=timezone.now() - timedelta(hours=1)
        )


def test_another_device_is_noticed_and_ended_by_the_keyboard(visit, boss):
    here, there = visit(), visit()
    sign_in_by_hand(here, "boss")
    sign_in_by_hand(there, "boss")
    open_list(here)

    walk_to(here, "查看")
    here.keyboard.press("Enter")
    here.wait_for_url("**/account/**")
    walk_to(here, "退出 Linux")
    here.keyboard.press("Enter")
    expect(here.locator("#sessions .cnt")).to_have_text("1")

    there.locator(".modules a, nav a").first.click()
    there.wait_for_url("**/sign-in/**")
    assert here.faults == []


def test_a_masked_number_is_shown_by_its_eye_and_the_time_line_tells(visit, boss):
    sales = Role.objects.get(key="sales")
    Grant.objects.filter(role=sales, module="customer").update(fields={"phone": FieldRight.MASKED})
    seller = make_user("seller", sales, department=Department.objects.first(), name="林晓彤")
    customer = make_customer("宁波海曙精密机械有限公司", owner=seller, phone="13800138000")
    page = visit()
    sign_in_by_hand(page, "seller")
    open_list(page, f"/customers/{customer.pk}/")
    main = page.locator("main")
    expect(main).to_contain_text("138 **** 8000")
    assert "13800138000" not in page.content().replace(" ", "")

    walk_to(page, "显示电话")
    page.keyboard.press("Enter")

    expect(main).to_contain_text("138 0013 8000")
    page.reload()
    expect(main).to_contain_text("138 **** 8000")
    expect(page.locator(".tl, #timeline").first).to_contain_text("查看")
    assert page.faults == []


def test_the_first_password_is_changed_by_the_keyboard_alone(visit, boss):
    sales = Role.objects.get(key="sales")
    person, initial = create_user(
        username="linxiaotong", name="林晓彤", roles=[sales], department=Department.objects.first()
    )
    page = visit()
    sign_in_by_hand(page, person.username, initial)
    page.wait_for_url("**/password/change/**")
    save, left = page.locator("[data-save]"), page.locator("p[data-left]")
    expect(page.locator("[name=password]")).to_be_focused()
    expect(save).to_be_disabled()

    page.keyboard.type("linxiaotong")
    expect(left).to_contain_text("用户名")
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(NEW)
    expect(page.locator(".pol li:not(.y)")).to_have_count(0)
    expect(left).to_contain_text("两次输入一致")
    walk_to(page, "显示密码")
    page.keyboard.press("Tab")
    page.keyboard.insert_text(NEW)
    expect(save).to_be_enabled()
    page.keyboard.press("Enter")

    page.wait_for_url(lambda url: "/password/" not in url)
    expect(page.locator("#app")).to_be_visible()
    assert page.faults == []


def test_an_auditor_finds_the_log_in_the_menu_and_an_administrator_beside_the_other_settings(visit, boss):
    auditor = make_user("auditor", Role.objects.get(key="auditor"), department=Department.objects.first())
    log = "header .mods [href='/admin/audit/']"
    page = visit()
    sign_in_by_hand(page, auditor.username)
    open_list(page)
    page.locator("header .mods summary").click()
    page.locator(log).click()
    expect(page.locator("h1")).to_have_text("操作日志")

    other = visit()
    sign_in_by_hand(other, "boss")
    open_list(other)
    expect(other.locator(log)).to_have_count(0)
