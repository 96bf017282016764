"""Files in a real browser: chosen, dropped, pasted; a locked screen and a refused file lose nothing."""

from __future__ import annotations

import base64
import re

import pytest
from playwright.sync_api import Page, expect

from keyuan.customers.models import Customer
from keyuan.records.attachments.models import Attachment
from keyuan.records.tests.attachments.files import picture
from tests.browsing import sign_in
from tests.make import PASSWORD, make_customer

pytestmark = pytest.mark.django_db(transaction=True)

DROP = """([selector, name, content]) => {
  const data = new DataTransfer();
  data.items.add(new File([content], name));
  const options = { dataTransfer: data, bubbles: true, cancelable: true };
  const place = document.querySelector(selector);
  for (const kind of ["dragover", "drop"]) place.dispatchEvent(new DragEvent(kind, options));
}"""
LOCK = """() => {
  const token = document.cookie.match(/keyuan_csrf=([^;]+)/)[1];
  return fetch("/lock/", { method: "POST", headers: { "X-CSRFToken": token } }).then((said) => said.text());
}"""
PASTE = """([selector, content]) => {
  const data = new DataTransfer();
  const bytes = Uint8Array.from(atob(content), (char) => char.charCodeAt(0));
  data.items.add(new File([bytes], "image.png", { type: "image/png" }));
  const options = { clipboardData: data, bubbles: true, cancelable: true };
  document.querySelector(selector).dispatchEvent(new ClipboardEvent("paste", options));
}"""


def payload(name: str, content: bytes = b"x") -> dict[str, object]:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def open_customer(visit, customer: Customer, **look: object) -> Page:
    page = visit(**look)
    sign_in(page, "boss")
    page.goto(f"/customers/{customer.pk}/")
    page.wait_for_selector("html[data-ready]")
    return page


@pytest.fixture
def customer(boss) -> Customer:
    return make_customer("宁波海曙精密机械有限公司", owner=boss)


def test_files_are_chosen_dropped_deleted_and_brought_back(visit, customer):
    page = open_customer(visit, customer)
    block = page.locator("#attachments")

    block.locator("input[type=file]").set_input_files(
        [payload("方案 V3.pdf", b"%PDF-1"), payload("清单.xlsx", b"PK\3\4")]
    )
    expect(block.locator(".at")).to_have_count(2)
    expect(page.locator('[data-sections] a[href="#attachments"] .c')).to_have_text("2")
    page.evaluate(DROP, ["#attachments", "合同.docx", "y"])
    expect(block.locator(".at")).to_have_count(3)

    block.locator(".at", has_text="合同").hover()
    block.locator(".at", has_text="合同").locator("summary").click()
    block.get_by_role("button", name="删除").click()
    expect(block.locator(".at")).to_have_count(2)
    page.locator("[data-toast] [data-undo]").click()
    expect(block.locator(".at")).to_have_count(3)

    with page.expect_download() as fetched:
        block.locator('a[title="方案 V3.pdf"]').click()
    assert fetched.value.suggested_filename == "方案 V3.pdf"
    assert page.faults == []


def test_a_refused_file_says_why_and_stays_while_the_others_arrive(visit, customer):
    page = open_customer(visit, customer)
    block = page.locator("#attachments")

    block.locator("input[type=file]").set_input_files([payload("setup.exe"), payload("good.txt")])

    expect(block.locator('a[title="good.txt"]')).to_be_visible()
    expect(block.locator(".going [data-said]:not([hidden])")).to_have_text("不能上传 .exe 文件。确有需要时联系管理员。")
    block.locator(".going [data-stop]").click()
    expect(block.locator(".at")).to_have_count(1)


def test_files_that_meet_a_locked_screen_arrive_after_the_password(visit, customer):
    page = open_customer(visit, customer)
    page.evaluate(LOCK)

    page.locator("#attachments input[type=file]").set_input_files([payload("a.txt", b"a"), payload("b.txt", b"b")])
    expect(page.locator("#guard")).to_be_visible()
    assert Attachment.objects.count() == 0
    page.locator("#guard input[type=password]").fill(PASSWORD)
    page.keyboard.press("Enter")

    expect(page.locator("#attachments a.at-n")).to_have_count(2)
    assert sorted(Attachment.objects.values_list("name", flat=True)) == ["a.txt", "b.txt"]


def test_a_screenshot_is_pasted_into_a_form_and_taken_out_again(visit, boss):
    page = visit()
    sign_in(page, "boss")
    page.goto("/ui/")
    page.wait_for_selector("html[data-ready]")
    chips = page.locator("upload-list [data-chip]")

    page.evaluate(PASTE, ["form:has(upload-list) textarea", base64.b64encode(picture((60, 40))).decode()])
    expect(chips).to_have_count(1)
    expect(chips.locator("[title]").first).to_have_attribute("title", re.compile(r"^截图 \d\d\d\d-\d\d-\d\d"))
    expect(chips.locator("img")).to_have_js_property("complete", True)
    page.locator("upload-list input[type=file]").set_input_files([payload("附.txt")])
    expect(chips).to_have_count(2)
    assert page.locator("upload-list input[name=attachment]").count() == 2

    chips.first.locator("[data-stop]").click()
    expect(chips).to_have_count(1)
    page.wait_for_load_state("networkidle")
    assert Attachment.objects.count() == 1
    assert page.faults == []


def test_a_form_waits_for_its_files_before_it_is_sent(visit, boss):
    page = visit()
    sign_in(page, "boss")
    page.goto("/ui/")
    page.wait_for_selector("html[data-ready]")
    page.evaluate("""() => document.addEventListener("submit", (event) => {
      event.preventDefault();
      window.sent = new FormData(event.target).getAll("attachment").length;
    })""")

    page.locator("upload-list input[type=file]").set_input_files([payload("a.bin", b"x" * 3_000_000), payload("b.txt")])
    page.evaluate("() => document.querySelector('form:has(upload-list)').requestSubmit()")

    page.wait_for_function("() => window.sent === 2")
