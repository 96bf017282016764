"""Pages travel compressed."""

from __future__ import annotations

import gzip
import secrets
from collections.abc import Iterable, Iterator
from io import BytesIO

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers

from keyuan.ui.early import InTwo

SHORT = 200  # bytes
LEVEL = 3  # a list of 129 KB: 22 KB in 0.7 ms; Django's level 6 makes 20 KB in 1.7 ms


class Compression(GZipMiddleware):
    """Django's compression, at a level that costs less time than it saves; streams are left to Django."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if isinstance(response, HttpResponse) and _is_worth_it(request, response):
            short = compressed(response.content, self.max_random_bytes)
            if len(short) < len(response.content):
                patch_vary_headers(response, ("Accept-Encoding",))
                response.content = short
                response.headers["Content-Length"] = str(len(short))
                response.headers["Content-Encoding"] = "gzip"
                _weaken(response)
        elif isinstance(response, InTwo) and _is_accepted(request):
            patch_vary_headers(response, ("Accept-Encoding",))
            response.streaming_content = compressed_pieces(iter(response), self.max_random_bytes)
            response.headers["Content-Encoding"] = "gzip"
        return super().process_response(request, response)


def _is_worth_it(request: HttpRequest, response: HttpResponse) -> bool:
    return _is_accepted(request) and len(response.content) >= SHORT and not response.has_header("Content-Encoding")


def _is_accepted(request: HttpRequest) -> bool:
    return "gzip" in request.headers.get("Accept-Encoding", "")


def compressed(content: bytes, most: int) -> bytes:
    """As gzip; a file name of random length hides the exact size (BREACH)."""
    return b"".join(compressed_pieces([content], most))


def compressed_pieces(pieces: Iterable[bytes], most: int) -> Iterator[bytes]:
    """The same of pieces, each of which can be read as soon as it is there."""
    buffer = BytesIO()
    name = "a" * secrets.randbelow(most + 1)
    with gzip.GzipFile(filename=name, mode="wb", compresslevel=LEVEL, fileobj=buffer, mtime=0) as file:
        for piece in pieces:
            file.write(piece)
            file.flush()
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _weaken(response: HttpResponseBase) -> None:
    etag = response.get("ETag", "")
    if etag.startswith('"'):
        response.headers["ETag"] = f"W/{etag}"
