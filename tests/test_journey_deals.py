"""From a customer to a deal in a real browser: proposed and typed, added up while one types, kept."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from keyuan.opportunities.models import Opportunity
from tests.browsing import sign_in
from tests.make import make_contact, make_customer, make_opportunity, make_product

pytestmark = pytest.mark.django_db(transaction=True)


def choose(page: Page, field: str, text: str) -> None:
    """Type into a picker of the drawer and take the first that is found."""
    box = page.locator(f"#drawer [data-field={field}] record-picker input[role=combobox]")
    box.fill(text)
    page.locator(f"#drawer [data-field={field}] [role=option]", has_text=text).first.click()


def test_a_deal_of_a_customer_is_named_priced_and_followed_up(visit, boss):
    customer = make_customer("宁波海曙精密机械有限公司", owner=boss, short_name="海曙精密")
    make_contact(customer, "顾建国", title="总经理")
    make_product("MES 标准版", by=boss, price="420000")
    make_product("联网网关", by=boss, price="3800")
    page = visit()
    sign_in(page, "boss")
    page.goto(f"/customers/{customer.pk}/")
    page.wait_for_load_state("networkidle")
    page.locator(".rhead .acts a", has_text="新建商机").click()

    name = page.locator("#drawer [name=name]")
    choose(page, "products", "MES")
    expect(name).to_have_value("海曙精密-MES 标准版")
    expect(page.locator("#drawer [name=amount]")).to_have_attribute("placeholder", "¥420,000.00")
    name.fill("二期")
    choose(page, "products", "网关")
    expect(name).to_have_value("二期")  # typed, never overwritten
    page.fill("#drawer [name=amount]", "10万")
    expect(page.locator("#drawer [data-echo=amount]")).to_have_text("= ¥100,000.00")
    page.fill("#drawer [name=amount]", "")
    page.select_option("#drawer [name=stage]", label="商务谈判")
    expect(page.locator("#drawer [name=probability]")).to_have_value("70")
    page.fill("#drawer [name=probability]", "68")
    expect(page.locator("#drawer [data-weighed]")).to_have_text("手动设定")
    page.fill("#drawer [name=expected_on]", "2031-04-15")
    page.locator("#drawer [data-save]").click()
    page.wait_for_url("**/opportunities/*/")

    expect(page.locator("h1")).to_have_text("二期")
    deal = Opportunity.rows.get()
    assert (deal.amount, deal.amount_is_manual, deal.probability) == (Decimal(423800), False, 68)

    page.locator("#products .ch a").click()
    rows = page.locator("#drawer .line:not(.head)")
    rows.nth(0).locator("[name=discount]").fill("8.5折")
    rows.nth(1).locator("[name=quantity]").fill("36")
    expect(rows.nth(0).locator("output")).to_have_text("¥357,000.00")
    page.locator("#drawer [data-add-line]").click()
    rows.nth(2).locator("input[role=combobox]").fill("网关")
    rows.nth(2).locator("[role=option]").first.click()
    expect(rows.nth(2).locator("[name=price]")).to_have_value("3800")
    rows.nth(2).locator("[data-drop-line]").click()
    page.fill("#drawer [name=reduction]", "800")
    expect(page.locator("#drawer [data-total]")).to_have_text("¥493,000.00")
    page.locator("#drawer [data-save]").click()
    expect(page.locator("#products")).to_contain_text("¥493,000.00")
    deal.refresh_from_db()
    assert (deal.amount, deal.amount_is_manual) == (Decimal(493000), False)

    page.wait_for_selector("form[data-compose]")
    page.fill("#follow-up-content", "顾总认可先上点检与能耗")
    page.locator("form[data-compose] [data-save]").click()
    expect(page.locator("#lines")).to_contain_text("顾总认可先上点检与能耗")
    assert page.faults == []


def test_a_customer_who_is_not_there_yet_is_entered_in_the_same_form(visit, boss):
    page = visit()
    sign_in(page, "boss")
    page.goto("/opportunities/new/")
    page.locator("[data-field=customer] input[role=combobox]").fill("全新的公司有限公司")
    expect(page.locator("[name='new_customer-name']")).to_have_value("全新的公司有限公司")
    page.fill("[name=name]", "第一单")
    page.fill("[name=amount]", "1.2亿")
    page.fill("[name=expected_on]", "2031-04-15")
    page.locator("[data-save]").click()
    page.wait_for_url("**/opportunities/*/")
    deal = Opportunity.rows.select_related("customer").get()
    assert (deal.customer.name, deal.amount) == ("全新的公司有限公司", Decimal(120_000_000))
    assert page.faults == []


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
def test_the_page_of_a_deal_fits_and_its_parts_are_reached(visit, boss, width, theme):
    customer = make_customer(owner=boss)
    deal = make_opportunity("二期", owner=boss, customer=customer)
    deal.set_part(make_contact(customer, "顾建国").pk, by=boss, stance="for")
    page = visit(width, theme)
    sign_in(page, "boss")
    page.goto(f"/opportunities/{deal.pk}/")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if width < 500:
        page.locator("nav[data-sections] a", has_text="联系人").click()
    expect(page.locator("#people")).to_contain_text("顾建国")
    assert page.faults == []
