"""The board of leads in a real browser: the mechanism is that of the opportunities' board, the steps those of leads."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from keyuan.leads.models import Lead
from tests.browsing import sign_in
from tests.make import make_lead
from tests.test_journey_board import open_board, take

pytestmark = pytest.mark.django_db(transaction=True)
BOARD = "/leads/board/?view=all"


def column(page: Page, state: str) -> Locator:
    return page.locator(f'[data-column="{state}"]')


def state_of(lead: Lead) -> str:
    lead.refresh_from_db()
    return str(lead.state)


def test_a_lead_goes_its_way_on_the_board(visit, boss):
    lead = make_lead("宁波海德机电", owner=boss)
    make_lead("苏州瑞丰", owner=boss)
    page = visit()
    sign_in(page, "boss")
    open_board(page, BOARD)
    card = page.locator(f'[data-card="{lead.pk}"]')

    card.focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(column(page, "working").locator("[data-card]")).to_be_focused()
    expect(page.locator("#toasts")).to_contain_text("跟进中")
    assert state_of(lead) == "working"
    page.keyboard.press("Shift+ArrowLeft")
    expect(card.locator("[data-why]")).to_contain_text("不能回到「待跟进」")
    assert state_of(lead) == "working"

    take(page, card, column(page, "invalid"))
    page.locator("dialog.ask-dlg select").select_option("no_need")
    page.locator("dialog.ask-dlg [data-save]").click()
    expect(column(page, "invalid").locator("[data-card]")).to_contain_text("宁波海德机电")
    expect(column(page, "invalid").locator("[data-head=number]")).to_have_text("1")
    page.locator("#toasts [data-undo]").click()
    expect(column(page, "working").locator("[data-card]")).to_contain_text("宁波海德机电")

    take(page, card, column(page, "converted"))
    expect(page.locator("#drawer h2").first).to_contain_text("转化为客户")
    assert state_of(lead) == "working"
    page.locator("#drawer [data-save]").click()
    page.wait_for_url("**/customers/*/")
    assert state_of(lead) == "converted"
    open_board(page, BOARD)
    assert card.evaluate("card => card.matches('.fixed')")
    card.press("Shift+ArrowLeft")
    expect(page.locator("[aria-live]").filter(has_text="已转化为客户")).to_have_count(1)
    assert page.faults == []
