"""What a session is worth at this moment: locked or not, confirmed by the password lately or not (L6, L7)."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.utils import timezone

from keyuan.org.protection import protection_of
from keyuan.ui import signing_log

if TYPE_CHECKING:
    from keyuan.org.models import User

LOCKED = "locked"  # the session's key while the screen is locked
CONFIRMED = "confirmed_at"  # when the password was given last in this session, in seconds since 1970
BACKGROUND = "X-Keyuan-Background"


def is_background(request: HttpRequest) -> bool:
    """Whether the page asks by itself, while its reader may be elsewhere: by hand, or for a stream of events."""
    return request.headers.get(BACKGROUND) == "1" or request.headers.get("Accept") == "text/event-stream"


def is_locked(request: HttpRequest) -> bool:
    """Whether the screen is locked; it locks here where nobody has done anything for too long."""
    session: Any = request.session
    if session.get(LOCKED):
        return True
    if not is_idle(request.user, getattr(session, "seen_at", None)):  # type: ignore[arg-type]
        return False
    lock(request, reason="idle")
    return True


def is_idle(user: User, seen_at: datetime | None) -> bool:
    """Whether nobody has done anything in a session for so long that its screen must lock."""
    idle = protection_of(user).idle
    return bool(idle and seen_at) and timezone.now() - seen_at > idle  # type: ignore[operator]


def lock(request: HttpRequest, *, reason: str = "") -> None:
    """Lock the screen of this session."""
    request.session[LOCKED] = True
    signing_log.write(request, "locked", request.user, reason=reason)  # type: ignore[arg-type]


def seen(request: HttpRequest) -> None:
    """Somebody is at work in this session, unless the page asks by itself."""
    if not is_background(request):
        request.session.touch()  # type: ignore[attr-defined]


def confirm(request: HttpRequest) -> None:
    """The right password was given just now: the screen is open, and what asks for a confirmation goes on."""
    request.session.pop(LOCKED, None)
    request.session[CONFIRMED] = int(time.time())
    request.session.touch()  # type: ignore[attr-defined]


def is_confirmed(request: HttpRequest) -> bool:
    """Whether the session has begun, or its password was given, not long ago."""
    lasts: timedelta = protection_of(request.user).confirmed_for  # type: ignore[arg-type]
    began = getattr(request.session, "started_at", None)
    at = max(request.session.get(CONFIRMED, 0), began.timestamp() if began else 0)
    return time.time() - at <= lasts.total_seconds()
