"""Who calls the API: a token, or a signed-in browser whose unsafe requests carry the CSRF token."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, ClassVar, TypeVar

from django.conf import settings
from django.db.models import Q
from django.http import Http404, HttpRequest
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from ninja.utils import check_csrf

from keyuan.org.models import ApiToken, User
from keyuan.org.networks import admits
from keyuan.org.tokens import find_token
from keyuan.records.errors import NotAllowed
from keyuan.ui.audience import ADMINISTRATORS, SIGNED_IN, Audience, declared
from keyuan.ui.frame import INSTALLED
from keyuan.ui.modules import is_off
from keyuan.ui.origin import address_of
from keyuan.ui.rest.problems import Problem

SAFE = ("GET", "HEAD", "OPTIONS")
API = "/api/v1"
USED_EVERY = timedelta(minutes=1)
WRONG_TOKENS, WITHIN, REMEMBERED = 60, 60.0, 1000
View = TypeVar("View", bound=Callable[..., Any])


class Bearer:
    """`Authorization: Bearer kx_…`. A wrong token is refused even where a session would do."""

    openapi_security_schema: ClassVar = {
        "type": "http",
        "scheme": "bearer",
        "description": "A token from “keyuan token create” or your account page. Scope read allows GET only.",
    }

    def __call__(self, request: HttpRequest) -> User | None:
        header = request.headers.get("Authorization", "")
        if not header:
            return None
        scheme, _blank, text = header.partition(" ")
        token = find_token(text.strip()) if scheme.lower() == "bearer" and len(text) < 200 and text.isascii() else None
        if token is None:
            raise wrong_token(request)
        if token.scope != ApiToken.Reaches.WRITE and request.method not in SAFE:
            raise NotAllowed(_("This token may only read."))
        if request.method not in SAFE:
            token.user.shelf_state = ""  # what this request changes, it must see
        _used(token)
        request.has_token = True  # type: ignore[attr-defined]
        return enter(request, token.user)


def wrong_token(request: HttpRequest) -> Problem:
    """401, or 429 for an address that has sent many wrong tokens within a minute."""
    wait = WRONG.count(address_of(request))
    if wait:
        return Problem(429, _("Too many wrong tokens. Wait a minute."), headers={"Retry-After": str(wait)})
    header = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    return Problem(401, _("The token is not valid: it is wrong, has expired or was revoked."), headers=header)


def _used(token: ApiToken) -> None:
    """Remember when the token was used, at most once a minute."""
    limit = timezone.now() - USED_EVERY
    if token.last_used_at is None or token.last_used_at < limit:
        old = Q(last_used_at=None) | Q(last_used_at__lt=limit)
        ApiToken.objects.filter(old, pk=token.pk).update(last_used_at=timezone.now())


class SessionCookie:
    """The cookie of a signed-in browser, for scripts of our own pages."""

    openapi_security_schema: ClassVar = {
        "type": "apiKey",
        "in": "cookie",
        "name": settings.SESSION_COOKIE_NAME,
        "description": "A signed-in browser. Unsafe requests carry the header X-CSRFToken.",
    }

    def __call__(self, request: HttpRequest) -> User | None:
        user = request.user
        if not user.is_authenticated:
            return None
        if check_csrf(request) is not None:
            raise NotAllowed(_("The header X-CSRFToken is missing or wrong."))
        return enter(request, user)


def enter(request: HttpRequest, user: User) -> User:
    """The request is this person's from here on, in their language."""
    if user.must_change_password:
        raise NotAllowed(_("Change your password first."))
    user.source, user.address = "api", address_of(request)
    if not admits(user, user.address):
        raise NotAllowed(_("Your roles can't be used from this address."))
    request.user = user
    if is_off(INSTALLED.modules, f"{request.path.removeprefix(API).rstrip('/')}/", user):
        raise Http404
    language = user.preferences.get("language", "")
    if language in dict(settings.LANGUAGES):
        translation.activate(language)  # the middleware around us puts back what was before
    return user


class Wrong:
    """How many wrong tokens each address has sent lately, in this process."""

    def __init__(self) -> None:
        self.tries: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def count(self, address: str) -> int:
        """Count one more; the seconds to wait when there are too many, else 0."""
        now = time.monotonic()
        since, number = self.tries.pop(address, (now, 0))
        if now - since > WITHIN:
            since, number = now, 0
        self.tries[address] = since, number + 1
        while len(self.tries) > REMEMBERED:
            self.tries.popitem(last=False)
        return int(since + WITHIN - now) + 1 if number >= WRONG_TOKENS else 0


WRONG = Wrong()


def guarded(audience: Audience) -> Callable[[View], View]:
    """A decorator that declares who may call an operation, and refuses everybody else with 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if not audience.admits(request.user):
                raise NotAllowed(_("Your roles do not allow this."))
            return view(request, *args, **kwargs)

        return declared(audience)(entered)  # type: ignore[return-value]

    return decorate


def may_call(module: str, operation: str, also: tuple[str, ...] = ()) -> Callable[[View], View]:
    """Only those whose roles grant `operation` on `module`, or on one of those in `also`."""
    return guarded(Audience("may", str(module), str(operation), also))


signed_in_call = guarded(SIGNED_IN)
administrators_call = guarded(ADMINISTRATORS)
