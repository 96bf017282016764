"""List and board in a real browser: when they can be used, and what goes over the wire."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from statistics import median
from typing import Any

from playwright.sync_api import sync_playwright

from bench.product import Product

VISITS = 7
CLOCK = """{
  const usable = () => document.querySelector('%s') && customElements.get('%s')
    && document.documentElement.dataset.ready && document.readyState !== 'loading';
  const look = () => usable() ? (window.usableAt = performance.now()) : requestAnimationFrame(look);
  look();
}"""
"""Looks at every frame whether the page can be used. The page tells its own time: asking from outside takes longer."""
PAGES = {
    "list": ("/customers/", "tr[data-id]", "row-selection"),
    "board": ("/opportunities/board/?view=all", "[data-card]", "deal-board"),
}
"""By name: address, what stands on it, and the element whose script makes it work."""
SETTLED = 600
"""Milliseconds until a new tab has started; a person has one open."""
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"]


def browser_rows(product: Product, people: list[Any]) -> Iterator[tuple[str, str, list[str]]]:
    """The rows of the table about the browser."""
    path = os.environ.get("KEYUAN_BROWSER") or shutil.which("chromium") or shutil.which("google-chrome")
    sessions = [person.session for person in people]
    with sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=path, args=FLAGS)
        for name in PAGES:
            yield from _rows(name, [_visits(browser, product, session, name) for session in sessions])
        browser.close()


def _rows(name: str, found: list[list[tuple[float, float]]]) -> Iterator[tuple[str, str, list[str]]]:
    for place, (kind, time_limit, byte_limit) in enumerate((("cold", 450, 350), ("warm", 200, 30))):
        times, sizes = [one[place][0] for one in found], [one[place][1] / 1000 for one in found]
        yield f"browser, {kind}: usable {name}", f"<= {time_limit} ms", [_marked(time, time_limit) for time in times]
        marked = [_marked(size, byte_limit) for size in sizes]
        yield f"browser, {kind}: {name} over the wire", f"<= {byte_limit} KB", marked


def _marked(found: float, limit: float) -> str:
    return f"{found:.0f}{' !' if found > limit else ''}"


def _visits(browser: Any, product: Product, session: str, name: str) -> list[tuple[float, float]]:
    """Median milliseconds and bytes of cold and of warm visits."""
    cold, warm = [], []
    for _number in range(VISITS):
        context = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": "keyuan_session", "value": session, "url": product.page}])
        cold.append(_visit(context, product, *PAGES[name]))
        warm.append(_visit(context, product, *PAGES[name]))
        context.close()
    return [tuple(median(column) for column in zip(*visits, strict=True)) for visits in (cold, warm)]  # type: ignore[misc]


def _visit(context: Any, product: Product, path: str, *shown: str) -> tuple[float, float]:
    page = context.new_page()
    page.goto("about:blank")
    page.wait_for_timeout(SETTLED)
    page.add_init_script(CLOCK % shown)
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    sizes: list[float] = []
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(f"{product.page}{path}", wait_until="commit")
    page.wait_for_function("() => window.usableAt")
    page.wait_for_load_state("networkidle")
    usable = page.evaluate("() => window.usableAt")
    page.close()
    return usable, sum(sizes)
