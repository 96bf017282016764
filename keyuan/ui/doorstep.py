"""Which browser it is: known to the account or not, and where the account has been signed in to before (L6)."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from keyuan.org.kept import Place
from keyuan.org.models import User
from keyuan.org.sessions import FROM
from keyuan.org.throttle import neighbourhood
from keyuan.ui import signing_log
from keyuan.ui.guard import confirm

COOKIE = f"{settings.HOST_ONLY}keyuan_device"
SALT = "keyuan.device"
YEAR = 365 * 24 * 3600
MOST_ACCOUNTS = 20
MOST_PLACES = 200


def device_of(request: HttpRequest, user: User | None) -> str:
    """The id of this browser, if this account has been signed in to from it before; else ""."""
    known = _known(request)
    return known["id"] if user is not None and user.pk in known["users"] else ""


def remember_device(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """From now on this browser is known to the account."""
    known = _known(request)
    users = [*(pk for pk in known["users"] if pk != user.pk), user.pk][-MOST_ACCOUNTS:]
    text = signing.dumps({"id": known["id"], "users": users}, salt=SALT)
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(COOKIE, text, max_age=YEAR, httponly=True, samesite="Lax", secure=secure)


def begin_session(request: HttpRequest, user: User, *, stays: bool) -> Place | None:
    """Sign `user` in; the place, where the account has not been signed in to from there before."""
    login(request, user)
    request.session.set_expiry(None if stays else 0)
    request.session[FROM] = signing_log.origin(request)
    confirm(request)
    request.session.save()
    place = _note_place(request, user)
    signing_log.write(request, "signed_in", user, reason="new" if place.is_news else "")
    return place if place.is_news else None


@transaction.atomic
def _note_place(request: HttpRequest, user: User) -> Place:
    """Remember browser and address; it is news where one of them is new and the account is not."""
    origin = signing_log.origin(request)
    here = {"browser_id": _known(request)["id"], "address": neighbourhood(origin.pop("address"))}
    before = list(Place.objects.filter(user=user).order_by("-at").values_list("browser_id", "address"))
    known = here["browser_id"] in {one[0] for one in before} and here["address"] in {one[1] for one in before}
    row = {**origin, "at": timezone.now(), "session_key": request.session.public_key}  # type: ignore[attr-defined]
    place, is_new = Place.objects.update_or_create(user=user, **here, defaults=row)
    if is_new and before and not known:
        place.is_news = True
        place.save(update_fields=["is_news"])
    if len(before) >= MOST_PLACES:
        Place.objects.filter(user=user, at__lt=list(user.places.order_by("-at"))[MOST_PLACES - 1].at).delete()
    return place


def _known(request: Any) -> dict[str, Any]:
    if not hasattr(request, "known_browser"):
        request.known_browser = _read(request)
    return request.known_browser


def _read(request: HttpRequest) -> dict[str, Any]:
    try:
        return signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=YEAR)
    except signing.BadSignature:
        return {"id": secrets.token_hex(12), "users": []}
