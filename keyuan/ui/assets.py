"""Static files: served before anything else looks at a request."""

from __future__ import annotations

from collections.abc import Callable

from asgiref.sync import sync_to_async
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from servestatic.middleware import AsyncServeStaticFileResponse, ServeStaticMiddleware


class StaticFiles:
    """What servestatic knows about files, served from the thread that asks.

    Its own middleware is asynchronous: every page would pass through another thread, and a file whose reader
    went away would be closed by the collector only.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        known = ServeStaticMiddleware(sync_to_async(get_response))
        self.find = known.find_file if known.autorefresh else known.files.get

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if (file := self.find(request.path_info)) is None:
            return self.get_response(request)
        answer = file.get_response(request.method or "GET", request.META)
        response = AsyncServeStaticFileResponse(answer.file or (), status=int(answer.status))
        del response["content-type"]
        for name, value in answer.headers:
            if value is not None:
                response[name] = value
        return response
