"""Static files as a browser asks for them."""

import gzip
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import FileResponse, HttpRequest, HttpResponse
from django.test import RequestFactory

from keyuan.ui.assets import StaticFiles

ASK = RequestFactory()


def page(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("the page")


def served(path: str, method: str = "GET", **headers: str) -> FileResponse | HttpResponse:
    return StaticFiles(page)(ASK.generic(method, path, headers=headers))  # type: ignore[arg-type, return-value]


def address() -> str:
    return str(staticfiles_storage.url("app.css"))


def test_a_file_comes_compressed_and_may_be_kept_for_ever() -> None:
    answer = served(address(), **{"Accept-Encoding": "gzip"})

    assert gzip.decompress(b"".join(answer)) == (Path(settings.STATIC_ROOT) / "app.css").read_bytes()
    assert answer["Content-Encoding"] == "gzip"
    assert "immutable" in answer["Cache-Control"]
    answer.close()


def test_a_file_whose_reader_goes_away_is_closed_at_once() -> None:
    answer = served(address())

    answer.close()

    assert answer.file_to_stream.closed


def test_what_the_browser_has_is_not_sent_again() -> None:
    first = served(address())
    first.close()
    again = served(address(), **{"If-None-Match": first["ETag"]})

    assert (again.status_code, b"".join(again)) == (304, b"")


def test_only_reading_is_allowed() -> None:
    assert served(address(), "POST").status_code == 405


def test_a_head_has_no_body() -> None:
    answer = served(address(), "HEAD")

    assert (answer.status_code, b"".join(answer)) == (200, b"")
    assert int(answer["Content-Length"]) > 0


def test_everything_else_is_a_page() -> None:
    assert served("/customers/").content == b"the page"
    assert served("/static/none.css").content == b"the page"
