"""One gate for every password that is typed: to sign in, to unlock, to confirm. It counts, slows down and logs (L9)."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_variables

from keyuan.org.authentication import find_by_sign_in_name
from keyuan.org.models import User
from keyuan.org.networks import admits
from keyuan.org.throttle import Tries
from keyuan.ui import signing_log
from keyuan.ui.doorstep import device_of
from keyuan.ui.origin import address_of


class Refused(Exception):
    """The password is not taken; the sentence is the same whatever was wrong."""


@sensitive_variables("password")
def admit(request: HttpRequest, name: str, password: str, *, refusal: str = "sign_in_refused") -> User:
    """The person with this name and password.

    Args:
        refusal: what the log says where it is not taken.

    Raises:
        Refused: name or password is wrong, there were too many tries, the account is disabled, or its roles do not
            allow this address.
    """
    found = find_by_sign_in_name(name)
    device = device_of(request, found)
    tries = Tries(found, name, address=address_of(request), device=device)
    if until := tries.locked_until():
        if tries.knocked():
            signing_log.write(request, refusal, found, reason="locked_out")
        raise Refused(_too_many(until))
    user = authenticate(request, username=name, password=password)
    reason = _reason(request, found, user)
    if isinstance(user, User) and not reason:
        tries.succeeded()
        return user
    _count(request, tries, found, refusal, reason)
    if device and reason == "address":  # its owner may know why
        raise Refused(_("Your roles can't be used from this address. Ask the administrator."))
    raise Refused(_said(tries.locked_until(), refusal))


def _reason(request: HttpRequest, found: User | None, user: object) -> str:
    if user is None:
        return "name" if found is None else "password" if found.is_active else "disabled"
    assert isinstance(user, User)
    return "" if admits(user, address_of(request)) else "address"


def _count(request: HttpRequest, tries: Tries, found: User | None, refusal: str, reason: str) -> None:
    """The same writes for every reason, so that all take the same time."""
    tries.failed()
    signing_log.write(request, refusal, found, reason=reason)
    if tries.locked_until():
        signing_log.write(request, "locked_out", found, reason=reason)


def _said(until: datetime | None, refusal: str) -> str:
    if until:
        return _too_many(until)
    at_the_door = refusal == "sign_in_refused"
    return _("The user name or the password is wrong.") if at_the_door else _("The password is wrong.")


def _too_many(until: datetime) -> str:
    minutes = max(1, round((until - timezone.now()).total_seconds() / 60))
    text = ngettext(
        "Too many wrong passwords. Try again in %(n)d minute, or ask the administrator.",
        "Too many wrong passwords. Try again in %(n)d minutes, or ask the administrator.",
        minutes,
    )
    return text % {"n": minutes}
