"""A real browser for the tests of journeys: pages of several people, and the product that serves them."""

from __future__ import annotations

import os
import shutil
import threading

import pytest
from django.test.testcases import LiveServerThread
from playwright.sync_api import Page, sync_playwright

from keyuan.engine.address import wait_until

ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-gpu"]


@pytest.fixture(scope="module")
def chromium():
    """The system's Chromium: a missing browser is a failure, not a skip."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # the browser's driver runs a loop in this thread
    path = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")
    assert path, "Install Chromium (Debian: apt-get install chromium) to run the browser tests."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(django_db_setup):
    """The address of the product, with its own middleware serving the collected files."""
    server = LiveServerThread("localhost", lambda handler: handler)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    assert server.error is None
    yield f"http://{server.host}:{server.port}"
    server.terminate()


@pytest.fixture
def visit(chromium, site):
    """Opens a page of its own per person: visit(width, theme, language)."""
    contexts = []

    def open_page(width: int = 1440, theme: str = "light", language: str = "zh-hans") -> Page:
        context = chromium.new_context(viewport={"width": width, "height": 900}, base_url=site)
        cookies = {"keyuan_theme": theme, "keyuan_language": language}
        context.add_cookies([{"name": k, "value": v, "url": site} for k, v in cookies.items()])
        contexts.append(context)
        page = context.new_page()
        page.site, page.faults = site, []
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on("console", lambda said: page.faults.append(said.text) if "Content Security" in said.text else None)
        return page

    yield open_page
    for context in contexts:
        context.close()
    wait_until(lambda: not answering(), 2)  # what still runs would stand in the way of emptying the tables


def answering() -> list[str]:
    """The threads of the test's server that still work for a page, or wait for one to ask again."""
    return [one.name for one in threading.enumerate() if "process_request_thread" in one.name]


@pytest.fixture
def boss(seeds):
    from keyuan.org.first_start import lay_foundation
    from keyuan.org.models import Department, Role
    from tests.make import make_user  # Django is ready only now

    lay_foundation()
    return make_user("boss", Role.objects.get(key="administrator"), department=Department.objects.first(), name="沈岩")


def sign_in(page: Page, name: str, password: str = "correct horse battery") -> None:
    """As the page of that name does it, without the page: what signs in is in the cookies."""
    from django.test import Client

    client = Client(headers={"User-Agent": page.evaluate("navigator.userAgent")})
    answer = client.post("/sign-in/", {"username": name, "password": password})
    assert answer.status_code == 302, answer.content
    page.context.add_cookies([{"name": k, "value": c.value, "url": page.site} for k, c in client.cookies.items()])


def sign_in_by_hand(page: Page, name: str, password: str = "correct horse battery") -> None:
    page.goto("/sign-in/")
    page.fill("[name=username]", name)
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/sign-in/" not in url)


def settle(page: Page) -> None:
    """Wait until the scripts run and the fragments that a page asks for at once have come."""
    page.wait_for_selector("html[data-ready]")
    page.wait_for_selector(".htmx-request", state="detached")


def open_list(page: Page, path: str = "/customers/") -> None:
    """Go to a page and wait until its scripts run."""
    page.goto(path)
    page.wait_for_selector("html[data-ready]")
