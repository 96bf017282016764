"""Pages whose frame leaves before their content."""

import gzip
import zlib
from typing import Any

import pytest
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation
from django.utils.translation import gettext as _

from keyuan.engine.bridge import STREAMS
from keyuan.org.models import User
from keyuan.ui.compression import Compression
from keyuan.ui.early import MARK, InTwo, early_page
from tests.make import make_user

pytestmark = pytest.mark.django_db
PAGE = "ui/lists/page.html"


@pytest.fixture
def anna() -> User:
    return make_user("anna")


def asked(user: User, streams: bool = True) -> HttpRequest:
    request = RequestFactory().get("/customers/", HTTP_ACCEPT_ENCODING="gzip", **({STREAMS: True} if streams else {}))
    request.user, request.session = user, {}  # type: ignore[assignment]
    return request


def content() -> dict[str, Any]:
    return {"title": "Deals", "heading": "Deals"}


def test_the_frame_is_there_before_anybody_asks_for_the_content(anna: User) -> None:
    calls: list[str] = []
    answer = early_page(asked(anna), "ui/shell.html", "Deals", lambda: calls.append("content") or content())
    pieces = iter(answer)

    first = next(pieces).decode()

    assert "<title>Deals" in first
    assert MARK not in first
    assert calls == []
    assert next(pieces).decode().rstrip().endswith("</html>")
    assert calls == ["content"]


def test_both_pieces_are_the_page_that_comes_whole_elsewhere(anna: User) -> None:
    early = b"".join(early_page(asked(anna), "ui/shell.html", "Deals", content)).decode()
    whole = early_page(asked(anna, streams=False), "ui/shell.html", "Deals", content).content.decode()

    assert tags(early) == tags(whole)


def tags(page: str) -> list[str]:
    return [part.split()[0] for part in page.split("<")[1:]]


def test_content_that_fails_says_so_in_its_place(anna: User) -> None:
    def broken() -> dict[str, Any]:
        raise ZeroDivisionError

    page = b"".join(early_page(asked(anna), "ui/shell.html", "Deals", broken)).decode()

    assert render_to_string("ui/broken_off.html", {"address": "/customers/"}).split(">")[0] in page
    assert page.rstrip().endswith("</html>")


def test_the_first_piece_can_be_read_although_it_is_compressed(anna: User) -> None:
    request = asked(anna)
    answer = early_page(request, "ui/shell.html", "Deals", content)
    sent = iter(Compression(lambda _request: answer)(request))

    first = next(sent)

    assert isinstance(answer, InTwo)
    assert answer["Content-Encoding"] == "gzip"
    assert b"<title>Deals" in zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(first)
    assert gzip.decompress(first + b"".join(sent)).rstrip().endswith(b"</html>")


def test_the_content_speaks_the_language_of_its_frame(anna: User) -> None:
    with translation.override("en"):
        answer = early_page(asked(anna), "ui/shell.html", "", lambda: {"title": _("Customers")})

    with translation.override("zh-hans"):
        assert "<h1>Customers</h1>" in b"".join(answer).decode()
