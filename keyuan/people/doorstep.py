"""Whether a browser that asks to sign in is known to the account."""

import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from keyuan.org.models import User

COOKIE = "keyuan_device"
SALT = "keyuan.device"
YEAR = 365 * 24 * 3600
MOST_ACCOUNTS = 20


def device_of(request: HttpRequest, user: User | None) -> str:
    """The id of this browser, if this account has been signed in to from it before; else ""."""
    known = _read(request)
    return known["id"] if user is not None and user.pk in known["users"] else ""


def remember_device(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """From now on this browser is known to the account."""
    known = _read(request)
    users = [*(pk for pk in known["users"] if pk != user.pk), user.pk][-MOST_ACCOUNTS:]
    text = signing.dumps({"id": known["id"], "users": users}, salt=SALT)
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(COOKIE, text, max_age=YEAR, httponly=True, samesite="Lax", secure=secure)


def _read(request: HttpRequest) -> dict[str, Any]:
    try:
        return signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=YEAR)
    except signing.BadSignature:
        return {"id": secrets.token_hex(12), "users": []}
