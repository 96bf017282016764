"""What views answer with: a page, a part of one, or another address."""

import json
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.template.loader import render_to_string
from django.utils.encoding import iri_to_uri

UNSAFE = ("\\", "\n", "\r", "\t", "\0")


def wants_part(request: HttpRequest) -> bool:
    """Whether htmx asked for a piece of the page. A restored page and one that fills the body are whole."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Request-Type") != "full"


def target(request: HttpRequest) -> str:
    """The id of the element htmx will fill, or an empty string."""
    return request.headers.get("HX-Target", "").partition("#")[2]


def quiet(request: HttpRequest) -> bool:
    """A script asked and stays where it is."""
    return "true" in request.headers.get("HX-Request", "") or request.headers.get("X-Requested-With") == "fetch"


def in_drawer(request: HttpRequest) -> bool:
    """Whether the answer will stand in the drawer."""
    return target(request) == "drawer"


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The whole page. A form page in the drawer answers with its drawer shape (see ui/editor.html)."""
    return render(request, template, context, status=status)


def belongs_to(request: HttpRequest, address: str) -> None:
    """Let the menu stand at the module of this address, wherever that of the page itself lies."""
    request.belongs = address  # type: ignore[attr-defined]


def render_part(
    request: HttpRequest,
    template: str,
    part: str,
    context: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The template `part` where htmx asked for a piece, else the whole page `template`."""
    return render(request, part if wants_part(request) else template, context, status=status)


def go(request: HttpRequest, to: Any, *args: Any) -> HttpResponse:
    """Send the whole page elsewhere, also when htmx asked for only a part of it.

    `to` is a path, a name of a route (with its `args`), or an object with get_absolute_url.
    """
    url = resolve_url(to, *args)
    if request.headers.get("HX-Request") != "true":
        return redirect(url)
    return HttpResponse(headers={"HX-Redirect": iri_to_uri(url)})


def safe_next(request: HttpRequest, default: str = "/") -> str:
    """The `next` of the request if it stays on this site, else `default`."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return wanted if stays_here(wanted) else default


def stays_here(address: str) -> bool:
    """A path of this site: one leading slash, no host, no scheme, nothing a browser might read as one."""
    if not address.startswith("/") or address.startswith("//") or any(sign in address for sign in UNSAFE):
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc


def toast(
    request: HttpRequest, text: str, *, more: str = "", undo: str = "", act: tuple[str, str] | None = None
) -> None:
    """Say at the bottom of the next page (or of this one, for htmx) what was done.

    `more` is a quiet addition such as "30 天内可撤销"; `undo` is the address that takes it back by POST;
    `act` is a word and the address of what one may want to do next.
    """
    messages.success(
        request,
        json.dumps({"text": text, "more": more, "undo": undo, "act": act}),
        extra_tags="toast",
    )


def toasts(request: HttpRequest) -> list[dict[str, Any]]:
    """What waits to be said; plain messages of Django count as well."""
    return [
        json.loads(message.message) if "toast" in message.tags else {"text": str(message), "more": "", "undo": ""}
        for message in messages.get_messages(request)
    ]


def deliver_toasts(request: HttpRequest, response: HttpResponseBase) -> None:
    """Hand the waiting toasts to htmx with the answer, unless it leads to another page, which will show them."""
    if not wants_part(request) or response.has_header("HX-Redirect") or response.status_code >= 300:
        return
    waiting = toasts(request)
    if waiting:
        events = json.loads(response.get("HX-Trigger", "{}") or "{}")
        response["HX-Trigger"] = json.dumps({**events, "kx:toast": {"toasts": waiting}})


def fragment(
    template: str,
    context: dict[str, Any] | None = None,
    request: HttpRequest | None = None,
) -> str:
    """A rendered piece of HTML, for answers that join several."""
    return render_to_string(template, context, request)
