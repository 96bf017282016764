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
    "list": ("/customers/", "/contacts/", "tr[data-id]", "row-selection"),
    "board": ("/opportunities/board/?view=all", "/opportunities/", "[data-card]", "card-board"),
}
"""By name: address, where one comes from, what stands on it, and the element whose script makes it work."""
KINDS = (("cold", 450, 350), ("new tab", 0, 30), ("warm", 200, 30))
"""A visit with nothing kept; one in a new tab, whose process begins afresh; one in the tab in which one works, from
another page. With the most milliseconds (0: no target) and the most KB over the wire."""
LONG = 900  # milliseconds in which every page can be used; asking for it meanwhile would put its own script in between
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
    for place, (kind, time_limit, byte_limit) in enumerate(KINDS):
        times, sizes = [one[place][0] for one in found], [one[place][1] / 1000 for one in found]
        target = f"<= {time_limit} ms" if time_limit else ""
        yield f"browser, {kind}: usable {name}", target, [_marked(time, time_limit) for time in times]
        marked = [_marked(size, byte_limit) for size in sizes]
        yield f"browser, {kind}: {name} over the wire", f"<= {byte_limit} KB", marked


def _marked(found: float, limit: float) -> str:
    return f"{found:.0f}{' !' if limit and found > limit else ''}"


def _visits(browser: Any, product: Product, session: str, name: str) -> list[tuple[float, float]]:
    """Median milliseconds and bytes of the visits of each kind."""
    path, other, *shown = PAGES[name]
    visits: list[list[tuple[float, float]]] = [[], [], []]
    for _number in range(VISITS):
        context = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": "keyuan_session", "value": session, "url": product.page}])
        for one in visits[:2]:
            tab = Tab(context, *shown)
            one.append(tab.visit(f"{product.page}{path}"))
        tab.visit(f"{product.page}{other}")
        visits[2].append(tab.visit(f"{product.page}{path}"))
        context.close()
    return [tuple(median(column) for column in zip(*one, strict=True)) for one in visits]  # type: ignore[misc]


class Tab:
    """A tab that has started, and tells when its pages can be used."""

    def __init__(self, context: Any, *shown: str) -> None:
        self.page = context.new_page()
        self.page.goto("about:blank")
        self.page.wait_for_timeout(SETTLED)
        self.page.add_init_script(CLOCK % shown)
        self.sizes: list[float] = []
        wire = context.new_cdp_session(self.page)
        wire.send("Network.enable")
        wire.on("Network.loadingFinished", lambda event: self.sizes.append(event["encodedDataLength"]))

    def visit(self, address: str) -> tuple[float, float]:
        """Milliseconds until the page can be used (0 where it is none of those looked for), and bytes."""
        self.sizes.clear()
        self.page.goto(address, wait_until="commit")
        self.page.wait_for_timeout(LONG)
        self.page.wait_for_load_state("networkidle")
        return self.page.evaluate("() => window.usableAt ?? 0"), sum(self.sizes)
