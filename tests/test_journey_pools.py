"""A pool in a real browser: claimed by a key, refused with the reason, many at once, and the way back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from keyuan.customers.models import Customer
from keyuan.org.models import User
from keyuan.pools.claiming import claim
from tests.browsing import sign_in
from tests.make import make_pool, make_pooled, make_role, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def open_pool(page: Page, address: str = "/customers/pool/") -> None:
    page.goto(address)
    page.wait_for_selector("html[data-ready]")
    page.wait_for_selector("button[data-claim]")


def sea() -> tuple[User, User, list[Customer]]:
    """Two members and four customers in their pool, of whom each may claim three a day."""
    role = make_role("sellers", customer=dict.fromkeys(("view", "claim", "release"), "own"))
    ann, ben = make_user("ann", role), make_user("ben", role)
    chief = make_user("chief", make_role("chief", customer={"view": "all", "create": "all"}))
    pool = make_pool("customer", ann, ben, claims=3, holds=20)
    return ann, ben, [make_pooled(pool, by=chief, name=f"海里的公司{number}") for number in range(4)]


def test_a_row_is_claimed_by_a_key_and_given_back_by_the_toast(visit):
    ann, _ben, _rows = sea()
    page = visit()
    sign_in(page, "ann")
    open_pool(page)
    button = page.locator("button[data-claim]").first
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("tr .ok")).to_have_text("✓ 已领取")
    expect(page.locator("#toasts")).to_contain_text("今日还可领 2 条")
    expect(page.locator(".quota2 b").first).to_have_text("1")
    assert Customer.rows.filter(owner=ann).count() == 1

    page.locator("[data-toast] [data-undo]").click()
    expect(page.locator("button[data-claim]")).to_have_count(4)
    assert Customer.rows.filter(owner=ann).count() == 0
    assert page.faults == []


def test_who_was_slower_reads_that_somebody_was_faster_and_the_row_stays(visit):
    _ann, ben, rows = sea()
    page = visit()
    sign_in(page, "ann")
    open_pool(page)
    claim(rows[1], by=ben)
    page.locator(f'button[data-claim][value="{rows[1].pk}"]').click()
    expect(page.locator("#toasts [role=alert]")).to_contain_text("已被别人领取")
    expect(page.locator("button[data-claim]")).to_have_count(4)


def test_many_are_claimed_and_what_was_refused_is_explained(visit):
    ann, _ben, _rows = sea()
    page = visit()
    sign_in(page, "ann")
    open_pool(page)
    page.locator("[data-select-page]").click()
    page.locator(".bulk button[value=claim]").click()
    expect(page.locator("#toasts")).to_contain_text("已领取 3 条")
    expect(page.locator("#toasts")).to_contain_text("未处理")
    assert Customer.rows.filter(owner=ann).count() == 3
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_pool_is_used_on_a_phone(visit):
    ann, _ben, _rows = sea()
    page = visit(width=390)
    sign_in(page, "ann")
    open_pool(page)
    page.locator("button[data-claim]").first.click()
    expect(page.locator("tr .ok")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert Customer.rows.filter(owner=ann).count() == 1
