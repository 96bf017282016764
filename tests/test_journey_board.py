"""The board in a real browser: cards move by mouse, keys, menu and finger; what is missing is asked there and then."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from keyuan.opportunities.models import Opportunity, Stage
from tests.browsing import sign_in
from tests.make import make_customer, make_opportunity, stage

pytestmark = pytest.mark.django_db(transaction=True)
BOARD = "/opportunities/board/?view=all"


def open_board(page: Page, address: str = BOARD) -> None:
    page.goto(address)
    page.wait_for_selector("html[data-ready]")
    page.wait_for_selector("[data-card][tabindex='0']")


def column(page: Page, key: str) -> Locator:
    return page.locator(f'[data-column="{stage(key).pk}"]')


def head(page: Page, key: str) -> str:
    return column(page, key).locator("header").inner_text()


def take(page: Page, card: Locator, to: Locator, let_go: bool = True) -> None:
    """Drag a card with the mouse."""
    start, end = card.bounding_box(), to.bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + 40, start["y"] + 12)
    page.mouse.down()
    page.mouse.move(start["x"] + 60, start["y"] + 40, steps=3)
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + min(end["height"] / 2, 200), steps=6)
    if let_go:
        page.mouse.up()


def press_and_pull(page: Page, card: Locator, to: Locator) -> None:
    """Drag a card with a finger that rests on it first."""
    start, end = card.bounding_box(), to.bounding_box()
    assert start
    assert end
    finger = page.context.new_cdp_session(page)
    x, y = start["x"] + 40, start["y"] + 12

    def touch(kind: str, *points: tuple[float, float]) -> None:
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": a, "y": b} for a, b in points]})

    touch("touchStart", (x, y))
    expect(page.locator(".dk.lift")).to_be_visible()
    for step in range(1, 6):
        touch("touchMove", (x + (end["x"] + 60 - x) * step / 5, y + 40))
    touch("touchEnd")


def where(opportunity: Opportunity) -> str:
    opportunity.refresh_from_db()
    key: str = opportunity.stage.key
    return key


def test_a_finger_that_rests_on_a_card_pulls_it(visit, boss):
    opportunity = make_opportunity("航空件工艺管理", owner=boss, amount=512000)
    page = visit()
    sign_in(page, "boss")
    open_board(page)

    press_and_pull(page, page.locator(f'[data-card="{opportunity.pk}"]'), column(page, "needs"))

    expect(column(page, "needs").locator("[data-card]")).to_contain_text("航空件工艺管理")
    expect(page.locator("#toasts")).to_contain_text("已移到")
    assert where(opportunity) == "needs"
    assert page.faults == []


def test_a_card_is_dragged_with_the_mouse_and_the_sums_change_at_once(visit, boss):
    opportunity = make_opportunity("航空件工艺管理", owner=boss, amount=512000)
    make_opportunity("年度运维", owner=boss, amount=128000)
    page = visit()
    sign_in(page, "boss")
    open_board(page)
    card = page.locator(f'[data-card="{opportunity.pk}"]')
    take(page, card, column(page, "negotiation"), let_go=False)
    expect(page.locator(".dk.ghost")).to_have_text("概率 10% → 70%")
    assert "¥51.2万" in head(page, "negotiation")
    assert "¥12.8万" in head(page, "contact")
    assert where(opportunity) == "contact"
    page.mouse.up()
    expect(column(page, "negotiation").locator("[data-card]")).to_contain_text("航空件工艺管理")
    expect(page.locator("#toasts")).to_contain_text("「航空件工艺管理」已移到「商务谈判」")
    expect(page.locator('[data-total="weighted"]')).to_have_text("¥37.1万")
    assert where(opportunity) == "negotiation"

    page.locator("#toasts [data-undo]").click()
    expect(column(page, "contact").locator("[data-card]")).to_have_count(2)
    assert where(opportunity) == "contact"
    assert "¥64.0万" in head(page, "contact")
    assert page.faults == []


def test_a_drag_that_is_let_go_elsewhere_changes_nothing(visit, boss):
    opportunity = make_opportunity(owner=boss, amount=512000)
    page = visit()
    sign_in(page, "boss")
    open_board(page)
    take(page, page.locator(f'[data-card="{opportunity.pk}"]'), column(page, "needs"), let_go=False)
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(page.locator(".dk.lift, .dk.ghost")).to_have_count(0)
    assert "¥51.2万" in head(page, "contact")
    assert where(opportunity) == "contact"


def test_a_card_is_moved_by_the_keyboard_alone(visit, boss):
    opportunity = make_opportunity("第一", owner=boss, amount=100000)
    make_opportunity("第二", owner=boss, at="needs", amount=20000)
    page = visit()
    sign_in(page, "boss")
    open_board(page)
    page.locator("[data-card]").first.focus()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(column(page, "proposal").locator("[data-card]")).to_be_focused()
    expect(page.locator("#toasts")).to_contain_text("已移到「方案制定」")
    assert where(opportunity) == "proposal"
    page.keyboard.press("ArrowLeft")
    expect(column(page, "needs").locator("[data-card]")).to_be_focused()
    page.keyboard.press("Shift+ArrowLeft")
    expect(column(page, "contact").locator("[data-card]")).to_be_focused()
    page.keyboard.press("m")
    page.get_by_role("menuitem", name="合同签订").press("Enter")
    expect(column(page, "contract").locator("[data-card]")).to_contain_text("第二")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/opportunities/\d+/$"))


def test_what_a_stage_requires_is_asked_at_the_drop_and_the_card_does_not_jump(visit, boss):
    Stage.objects.filter(key="proposal").update(required_fields=["notes"])
    opportunity = make_opportunity(owner=boss)
    page = visit()
    sign_in(page, "boss")
    open_board(page)
    card = page.locator(f'[data-card="{opportunity.pk}"]')
    take(page, card, column(page, "proposal"))
    dialog = page.locator("dialog.ask-dlg")
    expect(dialog).to_contain_text("备注")
    expect(column(page, "contact").locator("[data-card]")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(".dk.ghost")).to_have_count(0)
    assert where(opportunity) == "contact"

    take(page, card, column(page, "proposal"))
    dialog.locator("[name=notes]").fill("对方要看方案")
    dialog.locator("[data-save]").click()
    expect(column(page, "proposal").locator("[data-card]")).to_have_count(1)
    assert where(opportunity) == "proposal"
    assert opportunity.notes == "对方要看方案"


def test_a_deal_is_won_by_dropping_its_card_and_the_customer_gets_its_class(visit, boss):
    opportunity = make_opportunity(owner=boss, amount=300000, at="contract")
    page = visit()
    sign_in(page, "boss")
    open_board(page)
    take(page, page.locator(f'[data-card="{opportunity.pk}"]'), page.locator('[data-zone="won"]'))
    dialog = page.locator("dialog.ask-dlg")
    expect(dialog.locator("[name=closed_on]")).to_have_value(timezone.localdate().isoformat())
    dialog.locator("[name=amount]").fill("28万")
    dialog.locator("[data-save]").click()
    expect(page.locator("#toasts")).to_contain_text("已赢单")
    expect(page.locator("[data-card]")).to_have_count(0)
    expect(page.locator('[data-zone="won"]')).to_contain_text("本季 1 单 ¥28.0万")
    opportunity.refresh_from_db()
    opportunity.customer.refresh_from_db()
    assert (opportunity.outcome, opportunity.amount) == ("won", 280000)
    assert opportunity.customer.category.key == "signed"


def test_losing_asks_for_the_reason(visit, boss):
    opportunity = make_opportunity(owner=boss)
    page = visit()
    sign_in(page, "boss")
    open_board(page)
    page.locator("[data-card]").focus()
    page.keyboard.press("m")
    page.get_by_role("menuitem", name="输单").click()
    dialog = page.locator("dialog.ask-dlg")
    dialog.locator("[data-save]").click()
    expect(dialog.locator("[name=reason]")).to_have_attribute("aria-invalid", "true")
    dialog.locator("[name=reason]").select_option(index=1)
    dialog.locator("[data-save]").click()
    expect(page.locator("[data-card]")).to_have_count(0)
    assert where(opportunity) == "lost"


def test_of_two_who_drag_one_card_one_wins_and_the_other_is_told(visit, boss):
    opportunity = make_opportunity("抢着推进", owner=boss, amount=90000)
    first, second = visit(), visit()
    for page in (first, second):
        sign_in(page, "boss")
        open_board(page)
    card = f'[data-card="{opportunity.pk}"]'
    take(first, first.locator(card), column(first, "negotiation"))
    expect(first.locator("#toasts")).to_contain_text("已移到「商务谈判」")
    take(second, second.locator(card), column(second, "needs"))
    told = column(second, "negotiation").locator("[data-why]")
    expect(told).to_have_text("沈岩刚刚把它移到了「商务谈判」。")
    assert "¥9.0万" in head(second, "negotiation")
    assert "¥0" in head(second, "needs")
    assert where(opportunity) == "negotiation"
    take(second, second.locator(card), column(second, "needs"))  # now it is theirs to move
    expect(second.locator("#toasts")).to_contain_text("已移到「需求确认」")


def test_a_refusal_puts_the_card_back_with_the_reason_in_place(visit, boss):
    Stage.objects.filter(key="needs").update(may_skip=False)
    opportunity = make_opportunity(owner=boss, amount=90000)
    page = visit()
    sign_in(page, "boss")
    open_board(page)
    take(page, page.locator("[data-card]"), column(page, "proposal"))
    expect(column(page, "contact").locator("[data-why]")).to_contain_text("需求确认")
    assert "¥9.0万" in head(page, "contact")
    assert where(opportunity) == "contact"


def test_a_column_holds_only_what_was_scrolled(visit, boss):
    customer = make_customer(owner=boss)
    for number in range(50):
        make_opportunity(f"商机 {number:02}", owner=boss, customer=customer)
    page = visit()
    sign_in(page, "boss")
    open_board(page)
    cards = column(page, "contact").locator("[data-card]")
    expect(cards).to_have_count(12)
    page.locator("[data-cards]").first.evaluate("one => one.scrollTo(0, one.scrollHeight)")
    expect(cards).to_have_count(32)
    page.locator("[data-cards]").first.evaluate("one => one.scrollTo(0, one.scrollHeight)")
    expect(cards).to_have_count(50)


def test_the_forecast_changes_the_month_by_a_drag_and_takes_it_back(visit, boss):
    first = timezone.localdate().replace(day=1)
    opportunity = make_opportunity("推迟的", owner=boss, amount=90000, expected_on=first)
    page = visit()
    sign_in(page, "boss")
    open_board(page, "/opportunities/forecast/?view=all")
    later = page.locator("[data-column]").nth(3)
    take(page, page.locator("[data-card]"), later)
    expect(later.locator("[data-card]")).to_contain_text("推迟 1 次")
    opportunity.refresh_from_db()
    assert (opportunity.expected_on.day, opportunity.slips) == (1, 1)
    page.locator("#toasts [data-undo]").click()
    expect(page.locator("[data-column]").nth(1).locator("[data-card]")).to_have_count(1)
    opportunity.refresh_from_db()
    assert (opportunity.expected_on, opportunity.slips) == (first, 0)


def test_on_a_phone_a_card_moves_through_its_menu(visit, boss):
    opportunity = make_opportunity(owner=boss)
    page = visit(width=390)
    sign_in(page, "boss")
    open_board(page)
    page.locator("[data-menu]").click()
    page.get_by_role("menuitem", name="需求确认").click()
    expect(page.locator("#toasts")).to_contain_text("已移到「需求确认」")
    assert where(opportunity) == "needs"


def test_without_script_a_card_moves_by_its_select(chromium, site, boss):
    opportunity = make_opportunity(owner=boss)
    context = chromium.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto("/sign-in/")
    page.fill("[name=username]", "boss")
    page.fill("[name=password]", "correct horse battery")
    page.press("[name=password]", "Enter")
    page.goto(BOARD)
    page.locator("[data-card] select[name=stage]").select_option(label="方案制定")
    page.locator("[data-card] button.btn").click()
    assert where(opportunity) == "proposal"
    assert "已移到「方案制定」" in page.content()
    context.close()


def test_the_stage_bar_of_an_opportunity_asks_in_the_same_dialog(visit, boss):
    opportunity = make_opportunity(owner=boss, at="contract")
    page = visit()
    sign_in(page, "boss")
    page.goto(f"/opportunities/{opportunity.pk}/")
    page.wait_for_selector("html[data-ready]")
    page.locator('form[data-step][action$="/win/"] button').first.click()
    page.locator("dialog.ask-dlg [data-save]").click()
    expect(page.locator("#toasts")).to_contain_text("已赢单")
    assert where(opportunity) == "won"


def test_what_is_taken_back_keeps_the_search(visit, boss):
    opportunity = make_opportunity("仓储一期", owner=boss)
    make_opportunity("别的", owner=boss)
    page = visit()
    sign_in(page, "boss")
    open_board(page, f"{BOARD}&q=仓储")
    expect(page.locator("[data-card]")).to_have_count(1)
    page.locator("[data-card]").focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("#toasts")).to_contain_text("已移到「需求确认」")
    page.locator("#toasts [data-undo]").click()
    expect(column(page, "contact").locator("[data-card]")).to_contain_text("仓储一期")
    expect(page.locator("[data-card]")).to_have_count(1)
    assert "name" not in page.url
    assert where(opportunity) == "contact"


def test_typing_in_the_search_box_narrows_the_board_and_cards_still_move(visit, boss):
    opportunity = make_opportunity("仓储一期", owner=boss, amount=90000)
    make_opportunity("别的", owner=boss, amount=10000)
    page = visit()
    sign_in(page, "boss")
    open_board(page)
    page.locator("[data-list-search]").fill("仓储")
    expect(page.locator("[data-card]")).to_have_count(1)
    expect(page.locator('[data-total="amount"]')).to_have_text("¥9.0万")
    take(page, page.locator("[data-card]"), column(page, "needs"))
    expect(page.locator("#toasts")).to_contain_text("已移到「需求确认」")
    assert "¥9.0万" in head(page, "needs")
    assert where(opportunity) == "needs"
    assert page.faults == []
