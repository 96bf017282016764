"""Every sign-in, refusal, sign-out and lock is a line of history, with address, device, browser and reason (L6).

The record is of type `sign-in` with the id of the person, or 0 where nobody has the name. What was typed as a name is
kept nowhere: it may be a password.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import pgettext_lazy

from keyuan.org.first_start import lay_robot
from keyuan.org.models import User
from keyuan.records.history import Operation, write_event
from keyuan.ui.browsers import browser_of, device_of
from keyuan.ui.origin import address_of

KIND = "sign-in"
HAPPENED: dict[str, Any] = {
    "signed_in": pgettext_lazy("sign-in", "signed in"),
    "sign_in_refused": pgettext_lazy("sign-in", "sign-in refused"),
    "signed_out": pgettext_lazy("sign-in", "signed out"),
    "session_ended": pgettext_lazy("sign-in", "ended a session"),
    "locked": pgettext_lazy("sign-in", "screen locked"),
    "unlocked": pgettext_lazy("sign-in", "screen unlocked"),
    "unlock_refused": pgettext_lazy("sign-in", "unlocking refused"),
    "confirmed": pgettext_lazy("sign-in", "password confirmed"),
    "confirm_refused": pgettext_lazy("sign-in", "confirmation refused"),
    "locked_out": pgettext_lazy("sign-in", "locked out after wrong passwords"),
    "lock_lifted": pgettext_lazy("sign-in", "lock lifted"),
    "link_asked": pgettext_lazy("sign-in", "asked for a new password by mail"),
    "link_used": pgettext_lazy("sign-in", "set a new password by mail"),
}
REASONS: dict[str, Any] = {
    "name": pgettext_lazy("sign-in", "nobody has this name"),
    "password": pgettext_lazy("sign-in", "wrong password"),
    "disabled": pgettext_lazy("sign-in", "the account is disabled"),
    "locked_out": pgettext_lazy("sign-in", "locked after wrong passwords"),
    "address": pgettext_lazy("sign-in", "not from an address that the roles allow"),
    "idle": pgettext_lazy("sign-in", "nobody was there"),
    "new": pgettext_lazy("sign-in", "new device or address"),
}
"""What the codes in `details["reason"]` mean; any other reason was written by a person."""


def write(request: HttpRequest, happened: str, user: User | None = None, *, reason: str = "") -> None:
    """One line about `user`, or about somebody whom nobody knows. `happened` and `reason`: see above."""
    robot = lay_robot()  # looked for in any case, so that nobody learns from the time whether there is such a person
    by = user or robot
    by.address = address_of(request)
    _write(happened, user.pk if user else 0, by, {**origin(request), "reason": reason})


def lifted(user: User, *, by: User, reason: str) -> None:
    """An administrator lets somebody try again."""
    _write("lock_lifted", user.pk, by, {"address": by.address, "device": "", "browser": "", "reason": reason})


def _write(happened: str, pk: int, by: User, details: dict[str, str]) -> None:
    operation = Operation.begin(f"{KIND}.{happened}", by=by)
    write_event(happened, operation=operation, record_type=KIND, record_id=pk, customer_id=None, details=details)


def origin(request: HttpRequest) -> dict[str, str]:
    """Address, device and browser, as sessions and the log keep them."""
    return {"address": address_of(request), "device": device_of(request), "browser": browser_of(request)}
