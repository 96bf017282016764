"""What every request passes: is the database there, which language, who may enter, how refusals are answered."""

import logging
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import Error as DatabaseError
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.translation import gettext as _

from keyuan.org.networks import admits
from keyuan.org.protection import must_change_password
from keyuan.records.errors import RuleBroken
from keyuan.ui import errors
from keyuan.ui.audience import PUBLIC, audience_of
from keyuan.ui.frame import INSTALLED
from keyuan.ui.guard import is_locked, seen
from keyuan.ui.modules import is_off
from keyuan.ui.origin import address_of
from keyuan.ui.pages import deliver_toasts, quiet
from keyuan.ui.stepup import reopen

logger = logging.getLogger("keyuan.entry")
Response = Callable[[HttpRequest], HttpResponse]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), payment=(), usb=(), geolocation=(self)",
    "Cache-Control": "no-store, private",  # static files bring their own; Back after signing out shows nothing
}
YEAR = 365 * 24 * 3600
LANGUAGE_COOKIE = "keyuan_language"
PASSWORD_PATH, LOCK_PATH, SIGN_IN_PATH = "/password/change/", "/lock/", "/sign-in/"
ALWAYS_OPEN = ("/sign-out/",)
READING = ("GET", "HEAD", "OPTIONS")


class Availability:
    """Answers whether we live and are ready, and says so at once while the database is away."""

    PAUSE = 1.0  # seconds after a failure in which nobody else waits for the database

    def __init__(self, get_response: Response) -> None:
        self.get_response = get_response
        self.away_until = 0.0

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/livez":
            return protect(HttpResponse("ok\n", content_type="text/plain"))
        if request.path == "/readyz":
            return protect(self.ready(request))
        if time.monotonic() < self.away_until and not request.path.startswith(settings.STATIC_URL):
            return protect(errors.unavailable(request))
        response = self.get_response(request)
        if response.status_code == 503 and response.has_header("Retry-After"):
            self.away_until = time.monotonic() + self.PAUSE
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if errors.database_away(exception):
            logger.error("The database is away: %s", exception)
            return errors.unavailable(request)
        return None

    def ready(self, request: HttpRequest) -> HttpResponse:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except DatabaseError:
            return HttpResponse("the database is away\n", status=503, content_type="text/plain")
        return HttpResponse("ready\n", content_type="text/plain")


class SecurityHeaders:
    """The same protective headers on every answer; a view that needs another policy sets its own."""

    def __init__(self, get_response: Response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return protect(self.get_response(request))


def protect(response: HttpResponse) -> HttpResponse:
    """Add the protective headers that the answer does not bring itself."""
    embeddable = getattr(response, "may_be_embedded", False)  # its own policy says by whom
    for name, value in HEADERS.items():
        if not (embeddable and name == "X-Frame-Options"):
            response.headers.setdefault(name, value)
    if settings.BASE_URL.startswith("https://"):
        response.headers.setdefault("Strict-Transport-Security", f"max-age={YEAR}")
    return response


class Language:
    """The person's language, else the cookie's, else Chinese. What the browser prefers is never asked."""

    def __init__(self, get_response: Response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = chosen_language(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", "zh-Hans" if language == "zh-hans" else language)
        return response


def chosen_language(request: HttpRequest) -> str:
    known = dict(settings.LANGUAGES)
    user: Any = request.user
    wanted = user.preferences.get("language", "") if user.is_authenticated else ""
    wanted = wanted or request.COOKIES.get(LANGUAGE_COOKIE, "")
    return wanted if wanted in known else settings.LANGUAGE_CODE


class Doorkeeper:
    """Reads the audience declared on the view and lets in who belongs to it."""

    def __init__(self, get_response: Response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        audience = audience_of(view)
        if audience == PUBLIC or request.path.startswith(ALWAYS_OPEN):
            return None
        user: Any = request.user
        user.address = address_of(request)
        with_token = errors.is_api(request) and bool(request.headers.get("Authorization"))
        if user.is_authenticated and not with_token and (refusal := self.session_refusal(request, user)):
            return refusal
        if request.method not in READING:
            user.shelf_state = ""  # what this request changes, it must see
        if errors.is_api(request):
            return None  # the API asks for its own key
        if not user.is_authenticated:
            return sign_in_first(request)
        if audience is None or not audience.admits(user) or is_off(INSTALLED.modules, request.path, user):
            raise Http404
        return None

    def session_refusal(self, request: HttpRequest, user: Any) -> HttpResponse | None:
        """What keeps this session from going on: its address, its password, a locked screen."""
        if not admits(user, user.address):
            return errors.forbidden(request, PermissionDenied(_("Your roles can't be used from this address.")))
        if must_change_password(user) and request.path != PASSWORD_PATH:
            return password_first(request)
        if request.path != LOCK_PATH and is_locked(request) and (refusal := unlock_first(request)):
            return refusal
        seen(request)
        return None


def came_for(request: HttpRequest) -> str:
    """Where to return to: the page itself, or for a part of a page or a form the page it stands on."""
    if request.method == "GET" and not errors.is_htmx(request):
        return request.get_full_path()
    return "/"


def elsewhere(request: HttpRequest, path: str) -> HttpResponse:
    back = came_for(request)
    url = f"{path}?{urlencode({'next': back})}" if back != "/" else path
    if errors.is_htmx(request):
        return HttpResponse(status=401, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def sign_in_first(request: HttpRequest) -> HttpResponse:
    return elsewhere(request, SIGN_IN_PATH)


def unlock_first(request: HttpRequest) -> HttpResponse | None:
    """A locked page keeps what was typed: parts of it are refused without leading it away, and a form that was sent
    is kept in the question for the password, which lets it go on."""
    if errors.is_api(request):
        return errors.problem(403, _("The screen is locked."))
    if quiet(request):
        return errors.note(423, _("The screen is locked."))
    return reopen(request) if request.method == "POST" else elsewhere(request, LOCK_PATH)


def password_first(request: HttpRequest) -> HttpResponse:
    sentence = _("Change your password first.")
    if errors.is_api(request):
        return errors.problem(403, sentence, sentence)
    if errors.is_htmx(request):
        return errors.note(403, sentence)
    return HttpResponseRedirect(PASSWORD_PATH)


class Refusals:
    """Turns the two refusals of business verbs into answers, and hands what was done to htmx."""

    def __init__(self, get_response: Response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        deliver_toasts(request, response)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if errors.is_api(request):
            return None
        if isinstance(exception, RuleBroken):
            return errors.conflict(request, exception)
        if isinstance(exception, PermissionDenied):
            return errors.forbidden(request, exception)
        return None
