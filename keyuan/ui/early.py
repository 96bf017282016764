"""Pages whose frame leaves at once: the browser reads style sheets and script while the content is still made.

A template that extends `ui/shell.html` is rendered twice, first without its block `main` and then only that. What
refuses a page has to do so before; who fails later says so in the place of the content.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation

from keyuan.engine.bridge import STREAMS

MARK = "\x02main\x03"
logger = logging.getLogger("keyuan.web")


class InTwo(StreamingHttpResponse):
    """A page in two pieces."""


def early_page(
    request: HttpRequest, template: str, title: Any, context: Callable[[], dict[str, Any]]
) -> HttpResponseBase:
    """The page `template`; its frame leaves before `context` is asked for, where the server can send pieces."""
    if not request.META.get(STREAMS):
        return render(request, template, context())
    around = render_to_string(template, {"title": title, "early": "frame", "mark": MARK}, request)
    before, _mark, after = around.partition(MARK)
    make = partial(_content, request, template, context, translation.get_language())
    return InTwo(_pieces(before, make, after))


def _pieces(before: str, make: Callable[[], str], after: str) -> Iterator[str]:
    yield before
    yield make() + after


def _content(request: HttpRequest, template: str, context: Callable[[], dict[str, Any]], language: str) -> str:
    with translation.override(language):
        try:
            return render_to_string(template, {**context(), "early": "main"}, request)
        except Exception:
            logger.exception("%s %s", request.method, request.path)
            return render_to_string("ui/broken_off.html", {"address": request.get_full_path()}, request)
