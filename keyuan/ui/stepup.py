"""What is worth a second look asks for the password again, unless it was given lately (OWASP ASVS 5.0, 7.5.3).

A form that meets the question is kept in it and goes on where it was going, with and without script. In htmx the
script asks and repeats the request. Tokens are exempt: they are given for what they do.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from keyuan.records.errors import NotAllowed
from keyuan.ui import errors, signing_log
from keyuan.ui.admitting import Refused, admit
from keyuan.ui.guard import confirm, is_confirmed
from keyuan.ui.pages import page

READING = ("GET", "HEAD", "OPTIONS")
FIELD = "confirm_password"
ASKS = "X-Keyuan-Confirm"  # tells the script to ask and to repeat the request
View = TypeVar("View", bound=Callable[..., Any])


def confirmed_when(asks: Callable[[Any], bool]) -> Callable[[View], View]:
    """A decorator: requests for which `asks` is true need a session whose password was given lately."""

    def decorate(view: View) -> View:
        @wraps(view)
        @sensitive_post_parameters(FIELD)
        def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            said = ""
            if asks(request) and not is_confirmed(request):
                if FIELD not in request.POST:
                    return question(request)
                said = confirm_by(request, request.POST[FIELD])
            if said:
                return question(request, said)
            _forget_password(request)
            return view(request, *args, **kwargs)

        return entered  # type: ignore[return-value]

    return decorate


confirmed = confirmed_when(lambda request: request.method not in READING)
"""For views that change something: their forms may be looked at without."""

confirmed_always = confirmed_when(lambda request: True)
"""For what must not even be read without."""


def confirmed_call(view: View) -> View:
    """The same for an operation of the API: a session is refused, a token goes on."""

    @wraps(view)
    def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        require_confirmed(request)
        return view(request, *args, **kwargs)

    return entered  # type: ignore[return-value]


def require_confirmed(request: HttpRequest) -> None:
    """Raises NotAllowed where a session of the API was not confirmed lately; a token goes on."""
    if not getattr(request, "has_token", False) and not is_confirmed(request):
        raise NotAllowed(_("Confirm your password first: open /confirm/ in this browser."))


def confirm_by(request: Any, password: str) -> str:
    """Confirm this session with the password; "" or the sentence why not."""
    try:
        admit(request, request.user.username, password, refusal="confirm_refused")
    except Refused as refused:
        return str(refused)
    confirm(request)
    signing_log.write(request, "confirmed", request.user)
    return ""


def reopen(request: HttpRequest) -> HttpResponse | None:
    """A form that met a locked screen: the question that keeps it, or None once the password was right."""
    said = confirm_by(request, request.POST[FIELD]) if FIELD in request.POST else ""
    if said or FIELD not in request.POST:
        return question(request, said, title=_("Screen locked"))
    _forget_password(request)
    return None


def question(request: HttpRequest, said: str = "", *, onward: str = "", title: str = "") -> HttpResponse:
    """The page that asks for the password and keeps what was sent.

    Args:
        said: why the last password was not taken.
        onward: where to go afterwards, for the page that only asks.
    """
    if errors.is_htmx(request):
        refusal = errors.note(403, said or _("Confirm your password first."))
        refusal[ASKS] = "1"
        return refusal
    action = "/confirm/" if onward or request.method in READING else request.get_full_path()
    context: dict[str, Any] = {
        "title": title or _("Confirm your password"),
        "said": said,
        "action": action,
        "fields": [] if action == "/confirm/" else sent(request),
        "next": onward or request.get_full_path(),
    }
    return page(request, "ui/confirm.html", context, status=422 if said else 200 if onward else 403)


def sent(request: HttpRequest) -> list[tuple[str, str]]:
    """The fields of the form that was sent, in their order."""
    ours = (FIELD, "csrfmiddlewaretoken")
    return [(name, value) for name, values in request.POST.lists() if name not in ours for value in values]


def _forget_password(request: Any) -> None:
    if FIELD in request.POST:
        request.POST = request.POST.copy()
        del request.POST[FIELD]
