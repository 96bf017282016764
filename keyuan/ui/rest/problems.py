"""Answers of the API: JSON, and refusals as application/problem+json (RFC 9457). Each refusal is mapped here, once."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as InvalidValue
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DataError, IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from keyuan.engine.clashes import is_clash
from keyuan.records.errors import Duplicate, RuleBroken, Stale
from keyuan.records.kinds.kind import FilterRefused
from keyuan.ui import errors

Errors = dict[str, list[str]]


class Problem(Exception):
    """A refusal of the API.

    Args:
        status: of the answer.
        detail: a sentence for the person.
        errors: sentences by field.
        headers: of the answer.
        members: further members of the answer, such as `current`.
    """

    def __init__(
        self,
        status: int,
        detail: str = "",
        errors: Errors | None = None,
        headers: dict[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.errors = status, detail, errors
        self.headers, self.members = headers or {}, members


def refused(errors: Errors) -> Problem:
    """The refusal of input, with the sentences of each field; the first one is the detail."""
    first = next((sentence for sentences in errors.values() for sentence in sentences), "")
    return Problem(422, first, errors)


def title(status: int) -> str:
    """What a status means, in the words of the person."""
    titles = {
        400: _("This request cannot be read"),
        401: _("Sign in or send a token"),
        403: _("You may not do this"),
        404: _("There is no such record, or you may not see it"),
        405: _("This method is not possible here"),
        409: _("That is not possible now"),
        412: _("The version in If-Match is not readable"),
        413: _("The request is too large"),
        415: _("Send JSON"),
        422: _("The input is not valid"),
        428: _("Say which version you have read"),
        429: _("Too many requests"),
        503: _("Keyuan is not available for a moment"),
    }
    return titles.get(status, _("That is not possible now"))


def answer(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> HttpResponse:
    """`data` as JSON."""
    return _json(data, status, headers or {}, "application/json")


def problem(
    status: int,
    detail: str = "",
    errors: Errors | None = None,
    headers: dict[str, str] | None = None,
    **members: Any,
) -> HttpResponse:
    """A refusal as problem+json."""
    body: dict[str, Any] = {"type": "about:blank", "title": title(status), "status": status, "detail": detail}
    if errors is not None or status == 422:
        body["errors"] = errors or {}
    return _json(body | members, status, headers or {}, "application/problem+json")


def _json(data: Any, status: int, headers: dict[str, str], kind: str) -> HttpResponse:
    text = json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False)
    return HttpResponse(text.encode("utf-8", "replace"), status=status, headers=headers, content_type=kind)


# One handler for each refusal


def _problem(request: HttpRequest, refusal: Any) -> HttpResponse:
    return problem(refusal.status, refusal.detail, refusal.errors, refusal.headers, **refusal.members)


def _not_allowed(request: HttpRequest, refusal: Any) -> HttpResponse:
    return problem(403, str(refusal) or _("Ask your administrator if you need to."))


def _rule_broken(request: HttpRequest, refusal: Any) -> HttpResponse:
    return problem(409, str(refusal))


def _stale(request: HttpRequest, refusal: Any) -> HttpResponse:
    return problem(409, str(refusal), current={"id": refusal.current.pk, "version": refusal.current.version})


def _duplicate(request: HttpRequest, refusal: Any) -> HttpResponse:
    return problem(409, str(refusal), duplicates=[])


def _filter_refused(request: HttpRequest, refusal: Any) -> HttpResponse:
    return problem(422, str(refusal), {"filter": [str(refusal)]})


def _not_found(request: HttpRequest, refusal: Any) -> HttpResponse:
    return problem(404, _("The address may be wrong, the record deleted, or outside what you may see."))


def _http(request: HttpRequest, refusal: Any) -> HttpResponse:
    if refusal.status_code == 401:
        return problem(401, headers={"WWW-Authenticate": "Bearer"})
    if refusal.status_code == 400:
        return problem(400, _("The body is no valid JSON."))
    return problem(refusal.status_code, str(refusal))


def _invalid(request: HttpRequest, refusal: Any) -> HttpResponse:
    """What ninja itself refuses: parameters of the wrong type."""
    found: Errors = {}
    for one in refusal.errors:
        found.setdefault(str(one["loc"][-1]), []).append(one["msg"])
    return problem(422, "", found)


def _bad_value(request: HttpRequest, refusal: Any) -> HttpResponse:
    """A value that a column refuses although the form let it through."""
    return problem(422, _("A value is too large or cannot be stored."))


def _too_large(request: HttpRequest, refusal: Any) -> HttpResponse:
    return problem(413, _("Send at most 5 MB at once."))


def _unreadable(request: HttpRequest, refusal: Any) -> HttpResponse:
    return problem(400, _("The request is damaged. Send it again."))


def _constraint(request: HttpRequest, refusal: Any) -> HttpResponse:
    """The database has the last word: names of constraints are sentences."""
    cause = getattr(refusal.__cause__, "diag", None)
    name = (getattr(cause, "constraint_name", None) or "").replace("_", " ")
    return problem(409, _("This would break a rule of the database: %(rule)s.") % {"rule": name or "?"})


def _unexpected(request: HttpRequest, failure: Any) -> HttpResponse:
    """The last net: a database that is away, a statement that took too long, or a mistake of ours."""
    if errors.database_away(failure):
        return errors.unavailable(request)
    if errors.too_slow(failure):
        slow = errors.slow(request)
        slow["Retry-After"] = "5"
        return slow
    if is_clash(failure):
        return errors.busy(request)
    return errors.unexpected(request)


HANDLERS = {
    Problem: _problem,
    PermissionDenied: _not_allowed,
    RuleBroken: _rule_broken,
    Stale: _stale,
    Duplicate: _duplicate,
    FilterRefused: _filter_refused,
    Http404: _not_found,
    HttpError: _http,
    ValidationError: _invalid,
    InvalidValue: _bad_value,
    DataError: _bad_value,
    UnicodeEncodeError: _bad_value,
    OverflowError: _bad_value,
    IntegrityError: _constraint,
    RequestDataTooBig: _too_large,
    SuspiciousOperation: _unreadable,
    BadRequest: _unreadable,
    MultiPartParserError: _unreadable,
    UnreadablePostError: _unreadable,
    Exception: _unexpected,
}


def install(api: NinjaAPI) -> None:
    """Teach `api` how each refusal is answered."""
    for refusal, handler in HANDLERS.items():
        api.add_exception_handler(refusal, handler)
