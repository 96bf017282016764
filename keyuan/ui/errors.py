"""Pages for what went wrong, in the same words for a page, a part of one, and the API."""

import logging
import secrets
import sys
from typing import Any

from django.db import Error as DatabaseError
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.translation import gettext as _

from keyuan.engine.clashes import is_clash

logger = logging.getLogger("keyuan.errors")
AWAY_STATES = (
    "08",
    "53",
    "57P",
)  # connection lost, too many connections, shutting down
TOO_SLOW = "57014"
KEPT_FIELDS = 200
SECRET_FIELDS = ("password", "csrfmiddlewaretoken", "secret", "token")


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def is_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def answer(request: HttpRequest, status: int, title: str, detail: str = "", **context: Any) -> HttpResponse:
    """The same refusal as problem+json for programs, as a note for htmx, as a page for the rest."""
    if is_api(request):
        return problem(status, title, detail)
    if is_htmx(request):
        return note(status, detail or title)
    context |= {"status": status, "title": title, "detail": detail}
    return render(request, f"ui/errors/{status}.html", context, status=status)


def problem(status: int, title: str, detail: str = "") -> JsonResponse:
    """application/problem+json (RFC 9457)."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return JsonResponse(body, status=status, content_type="application/problem+json")


def note(status: int, sentence: str) -> HttpResponse:
    """A sentence for htmx. The script shows it as a notice unless the page says where it belongs."""
    said = f'<div class="note bad" role="alert"><span data-sentence>{escape(sentence)}</span></div>'
    return HttpResponse(said, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    title = _("This request cannot be read")
    return answer(
        request,
        400,
        title,
        _("The address or the form is damaged. Go back and try again."),
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    sentence = str(exception) if exception and str(exception) else ""
    return answer(
        request,
        403,
        _("You may not do this"),
        sentence or _("Ask your administrator if you need to."),
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Not there, deleted and not allowed look the same, and no name is said."""
    title = _("There is no such record, or you may not see it")
    hint = _("The address may be wrong, the record deleted, or outside what you may see. Ask your manager with it.")
    return answer(request, 404, title, hint)


def conflict(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A rule refused. The page keeps what was typed and offers to send it again."""
    return answer(request, 409, _("That is not possible now"), str(exception), kept=kept(request))


def kept(request: HttpRequest) -> list[tuple[str, str]]:
    """What was typed, without secrets."""
    fields = [(name, value) for name, values in request.POST.lists() for value in values]
    return [one for one in fields if not any(secret in one[0].lower() for secret in SECRET_FIELDS)][:KEPT_FIELDS]


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form is older than the session it was made in."""
    title = _("This page is out of date")
    return answer(
        request,
        403,
        title,
        _("You signed in again since it was opened. Reload it and repeat the step."),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """The last net: away for a database that is away, else a page with a reference that the log has as well."""
    failure = sys.exc_info()[1]
    if failure is not None and database_away(failure):
        return unavailable(request)
    if failure is not None and too_slow(failure):
        return slow(request)
    if is_clash(failure):
        return busy(request)
    return unexpected(request)


def busy(request: HttpRequest) -> HttpResponse:
    """Others changed the same records again and again while this request tried to."""
    logger.warning("%s %s: gave way to others in the database", request.method, request.path)
    title = _("Others are saving the same records")
    detail = _("Nothing was saved. Your text stays here; try again in a moment.")
    response = answer(request, 409, title, detail, kept=kept(request))
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def unexpected(request: HttpRequest) -> HttpResponse:
    reference = f"KX-{secrets.token_hex(3).upper()}"
    logger.error("%s %s %s", reference, request.method, request.path, exc_info=sys.exc_info())
    title = _("Something went wrong on our side")
    detail = _("It is recorded as %(reference)s. What you typed is kept on this computer.") % {"reference": reference}
    try:
        response = answer(request, 500, title, detail, reference=reference)
    except Exception:
        logger.exception("%s: the page for it failed too", reference)
        body = render_to_string("ui/errors/bare.html", {"title": title, "detail": detail})
        response = HttpResponse(body, status=500)
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def slow(request: HttpRequest) -> HttpResponse:
    """The database gave up on one statement; everything else works."""
    title = _("That took too long")
    response = away(request, title, _("Narrow the search or the period and try again."))
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def unavailable(request: HttpRequest) -> HttpResponse:
    """The database is away. Needs no database, no user and no session."""
    title = _("Keyuan is not available for a moment")
    response = away(
        request,
        title,
        _("The database does not answer. Your text stays here; try again in a minute."),
    )
    response["Retry-After"] = "5"
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def away(request: HttpRequest, title: str, detail: str) -> HttpResponse:
    if is_api(request):
        return problem(503, title, detail)
    if is_htmx(request):
        return note(503, detail)
    language = "en" if request.COOKIES.get("keyuan_language") == "en" else "zh-Hans"
    context = {
        "title": title,
        "detail": detail,
        "language": language,
        "path": request.get_full_path(),
    }
    return HttpResponse(render_to_string("ui/errors/503.html", context), status=503)


def state_of(failure: BaseException) -> str | None:
    """The SQLSTATE under Django's wrapping, or None for a failure before any statement."""
    cause: BaseException | None = failure
    while cause is not None:
        if state := getattr(cause, "sqlstate", None):
            return str(state)
        cause = cause.__cause__
    return None


def database_away(failure: BaseException) -> bool:
    """No connection, no slot in the pool, or the server going down; not a failed statement."""
    if not isinstance(failure, OperationalError | InterfaceError):
        return False
    state = state_of(failure)
    return state is None or state.startswith(AWAY_STATES)


def too_slow(failure: BaseException) -> bool:
    return isinstance(failure, DatabaseError) and state_of(failure) == TOO_SLOW
