"""The journeys of a person in a real browser: sign in, write customers down, find them, change them beside others."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from procrastinate.contrib.django import app

from keyuan.customers.models import Customer
from keyuan.exchange.tests.files import sheet
from keyuan.org.accounts import create_user
from keyuan.org.models import Department, Role
from tests.browsing import open_list, settle, sign_in
from tests.make import make_contact, make_customer

pytestmark = pytest.mark.django_db(transaction=True)
AXE = Path(__file__).parent / "vendor" / "axe.min.js"


def test_a_new_person_changes_the_password_and_writes_down_the_first_customer(visit, boss):
    make_customer("宁波海曙精密机械有限公司", owner=boss, phone="0574-87352210")
    newcomer, password = create_user(
        username="linxiaotong",
        name="林晓彤",
        roles=[Role.objects.get(key="sales")],
        department=Department.objects.first(),
    )
    page = visit()

    page.goto("/customers/")
    page.fill("[name=username]", newcomer.username)
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/password/change/**")
    page.goto("/customers/")
    page.wait_for_url("**/password/change/**")
    boxes = page.locator("input[type=password]")
    for place in range(boxes.count()):
        boxes.nth(place).fill("清晨的咖啡和远山 2026")
    page.locator("main button.btn-primary, form button.btn-primary").last.click()
    page.wait_for_url(lambda url: "/password/" not in url)

    open_list(page)
    page.keyboard.press("c")
    drawer = page.locator("#drawer")
    drawer.locator("[name=name]").fill("宁波海曙精密机械")
    expect(drawer.locator(".dup")).to_contain_text("宁波海曙精密机械有限公司")
    expect(drawer.locator(".dup")).to_contain_text("沈岩")
    drawer.locator("[name=name]").fill("苏州金阊电气成套厂")
    drawer.locator("[name=phone]").fill("0512-6532")
    page.keyboard.press("Control+Enter")
    expect(drawer).to_contain_text("区号 0512 后应为 8 位，当前 4 位")
    drawer.locator("[name=phone]").fill("0512-6532 1188")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/customers/*/")

    expect(page.locator("h1")).to_have_text("苏州金阊电气成套厂")
    assert Customer.objects.visible_to(newcomer).get().phone == "0512-65321188"
    assert page.faults == []


def test_text_that_was_typed_is_asked_about_before_the_drawer_closes(visit, boss):
    page = visit()
    sign_in(page, "boss")
    open_list(page)
    page.keyboard.press("c")
    page.locator("#drawer [name=name]").fill("写了一半的客户")

    page.keyboard.press("Escape")

    expect(page.locator("#drawer .ask")).to_be_visible()


def test_a_customer_is_found_by_its_pinyin_in_list_and_palette(visit, boss):
    make_customer("宁波海曙精密机械有限公司", owner=boss)
    make_customer("深圳市云帆电子科技股份有限公司", owner=boss)
    page = visit()
    sign_in(page, "boss")

    open_list(page)
    page.fill("[data-list-search]", "hsjm")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody")).to_contain_text("海曙")
    page.keyboard.press("Control+k")
    page.keyboard.type("yunfan")
    expect(page.locator("command-palette, dialog.pal").first).to_contain_text("云帆")
    page.keyboard.press("Enter")

    page.wait_for_url("**/customers/*/")
    expect(page.locator("h1")).to_contain_text("云帆")


def do_jobs() -> None:
    """What waits for the worker is done by one, in a thread of its own as the browser's driver has a loop in ours."""

    async def work() -> None:
        async with app.open_async():
            await app.run_worker_async(wait=False, install_signal_handlers=False, delete_jobs="successful")

    def run() -> None:
        with app.replace_connector(app.connector.get_worker_connector()):
            asyncio.run(work())

    worker = threading.Thread(target=run)
    worker.start()
    worker.join()


def test_a_sheet_is_uploaded_checked_and_imported_and_its_customers_are_found_by_pinyin(visit, boss, tmp_path):
    file = sheet(
        tmp_path / "客户名单.xlsx",
        ["公司名称", "电话", "行业", "联系人", "联系人手机"],
        ["宁波海曙精密机械有限公司", "0574-8735 2210", "汽车制造业", "顾建国", "138 0013 8000"],
        ["深圳市云帆电子科技股份有限公司", "0755-8266 1000", "C39", "", ""],
        ["苏州金阊电气成套厂", "0512-6532", "", "", ""],
    )
    page = visit()
    sign_in(page, "boss")

    open_list(page, "/imports/")
    page.set_input_files("#import-file", file)
    page.get_by_role("button", name="上传").click()
    page.wait_for_url("**/imports/*/columns/")
    expect(page.locator("[name=column-0]")).to_have_value("name")
    expect(page.locator("[name=column-4]")).to_have_value("contact.mobile")
    page.get_by_role("button", name="开始校验").click()
    page.wait_for_url("**/imports/*/check/")
    do_jobs()
    expect(page.locator(".impf")).to_contain_text("将新增 2 家，更新 0 家，拒绝 1 行")
    expect(page.locator(".impl")).to_contain_text("区号 0512 后应为 8 位，当前 4 位")
    assert not Customer.objects.visible_to(boss).exists()
    page.get_by_role("button", name="开始导入").click()
    do_jobs()
    expect(page.locator(".imprun")).to_contain_text("导入完成")

    open_list(page)
    expect(page.locator("tbody tr")).to_have_count(2)
    page.fill("[data-list-search]", "hsjm")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("tbody a.n").click()
    page.wait_for_url("**/customers/*/")
    expect(page.locator("h1")).to_have_text("宁波海曙精密机械有限公司")
    expect(page.locator("#basic")).to_contain_text("汽车制造业")
    expect(page.locator("#contacts")).to_contain_text("顾建国")
    assert page.faults == []


def test_the_tour_shows_the_areas_once_and_again_from_the_help(visit, boss):
    page = visit()
    sign_in(page, "boss")
    open_list(page, "/")
    tour = page.locator("dialog.tour")

    expect(tour).to_be_visible()
    expect(tour.locator("[data-title]")).to_have_text("模块")
    page.keyboard.press("ArrowRight")
    expect(tour.locator("[data-title]")).to_have_text("快捷菜单")
    page.keyboard.press("ArrowLeft")
    with page.expect_response("**/account/preferences/"):
        page.keyboard.press("Escape")
    expect(tour).to_be_hidden()

    open_list(page, "/")
    expect(tour).to_be_hidden()
    page.locator("[data-help]").click()
    page.locator("[data-tour]").click()
    expect(tour).to_be_visible()
    for _ in range(8):
        if tour.locator("[data-done]").is_visible():
            break
        tour.locator("[data-next]").click()
    with page.expect_response("**/account/preferences/"):
        tour.locator("[data-done]").click()
    assert page.faults == []


def test_conditions_are_put_together_in_the_builder(visit, boss):
    make_customer("宁波海曙精密机械有限公司", owner=boss, region="330203")
    make_customer("深圳市云帆电子科技股份有限公司", owner=boss, region="440305")
    page = visit()
    sign_in(page, "boss")
    open_list(page)

    page.get_by_text("高级搜索").first.click()
    expect(page.locator("filter-builder .frow select").first).to_be_visible()
    page.locator("filter-builder .frow select").nth(0).select_option("address")
    page.locator("filter-builder .frow select").nth(0).select_option("name")
    page.locator("filter-builder .frow select").nth(1).select_option("contains")
    page.locator("filter-builder .frow input").first.fill("云帆")
    page.locator("filter-builder footer .btn-primary").last.click()

    page.wait_for_url("**filter=**")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody")).to_contain_text("云帆")
    expect(page.locator(".chips")).to_contain_text("云帆")
    assert page.faults == []


def test_two_people_change_one_customer_and_both_see_it(visit, boss):
    customer = make_customer("常州新岳轴承制造有限公司", owner=boss, address="老厂区")
    page = visit()
    sign_in(page, "boss")
    page.goto(f"/customers/{customer.pk}/edit/")
    customer.edit(by=boss, version=1, address="新厂区")

    page.fill("[name=address]", "第三个地址")
    page.locator("[data-save]").first.click()

    shown = page.locator("#differences")
    expect(shown).to_contain_text("新厂区")
    expect(shown).to_contain_text("第三个地址")
    page.locator("[data-save]").first.click()
    page.wait_for_url(f"**/customers/{customer.pk}/")
    customer.refresh_from_db()
    assert customer.address == "第三个地址"


PAGES = ["/", "/?who=department&period=year", "/customers/", "/customers/new/", "/contacts/", "/customers/profile/",
         "/imports/", "/exports/", "/recycle-bin/", "/admin/", "/admin/lists/category/", "/admin/registry/", "/tags/",
         "/admin/lists/industry/?under=C", "/admin/tags/", "/account/", "/ui/"]  # fmt: skip


@pytest.mark.parametrize(
    ("width", "theme", "language"),
    [(1440, "light", "zh-hans"), (1440, "dark", "en"), (390, "dark", "zh-hans"), (390, "light", "en")],
)
def test_no_page_has_a_fault_that_axe_finds(visit, boss, width, theme, language):
    customer = make_customer("佛山市顺德美家电器制造有限公司", owner=boss, phone="13800138000", region="440606")
    contact = make_contact(customer, "梁耀辉", mobile="13900000001", title="设备部长")
    boss.prefer(theme=theme, language=language)
    page = visit(width, theme, language)
    sign_in(page, "boss")

    found = {}
    for path in [*PAGES, f"/customers/{customer.pk}/", f"/contacts/{contact.pk}/", "/customers/?q=zzzz", "/nothing/"]:
        page.goto(path)
        settle(page)
        found |= faults_of(page, path)
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        if wide:
            found[f"{path} is wider than the screen"] = True

    assert found == {}
    assert page.faults == []


def faults_of(page: Page, path: str) -> dict[str, list[str]]:
    """What axe finds, with all rules on, by page and rule."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return {f"{path} {rule['id']}": [node["html"][:160] for node in rule["nodes"][:3]] for rule in result["violations"]}


@pytest.mark.parametrize("width", [1440, 390])
def test_the_longest_names_leave_lists_and_records_in_shape(visit, boss, width):
    customer = make_customer("超长名称" * 50, owner=boss)
    contact = make_contact(customer, "名字" * 25, title="经理" * 25)
    page = visit(width)
    sign_in(page, "boss")

    for address in ("/customers/", "/contacts/", f"/customers/{customer.pk}/", f"/contacts/{contact.pk}/"):
        page.goto(address)
        tall = page.evaluate("document.querySelector('.rhead')?.offsetHeight ?? 0")
        wide = page.evaluate(
            "[...document.querySelectorAll('html, .list-rows')].map(e => e.scrollWidth - e.clientWidth)"
        )
        assert (tall < 320, max(wide) <= 0) == (True, True), (address, tall, wide)


def test_the_keyboard_begins_at_the_top_edits_the_chosen_row_and_returns(visit, boss):
    customer = make_customer("宁波海曙精密机械有限公司", owner=boss)
    page = visit()
    sign_in(page, "boss")
    open_list(page)
    page.wait_for_load_state("networkidle")

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("j")
    expect(page.locator("tr.cur")).to_have_attribute("data-id", str(customer.pk))
    page.keyboard.press("e")
    expect(page.locator("#drawer [name=name]")).to_have_value("宁波海曙精密机械有限公司")
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).not_to_be_visible()
