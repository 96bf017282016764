"""A request that met another one in the database is worked on again, before anybody hears of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest

from keyuan.engine.clashes import until_it_passes

READING = ("GET", "HEAD", "OPTIONS")


def entered(view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The answer of `view`; what only reads needs no second attempt."""
    request = next((one for one in args if isinstance(one, HttpRequest)), None)
    if request is None or request.method in READING:
        return view(*args, **kwargs)
    said = len(_said(request))
    return until_it_passes(lambda: view(*args, **kwargs), lambda: _begin_again(request, said))


def _said(request: HttpRequest) -> list[Any]:
    return getattr(messages.get_messages(request), "_queued_messages", [])


def _begin_again(request: HttpRequest, said: int) -> None:
    """Files are read from their beginning, and what the failed attempt wanted to say is not said."""
    del _said(request)[said:]
    for files in request.FILES.lists() if request.content_type == "multipart/form-data" else []:
        for file in files[1]:
            file.seek(0)
