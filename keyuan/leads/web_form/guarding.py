"""What keeps robots off public forms: a signed stamp, a trap, and a limit for each address (E2).

Nothing is asked of people: no puzzle, no cookie, no script.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core import signing
from django.utils import timezone

from keyuan.org.throttle import Windowed, neighbourhood

TRAP = "homepage"
"""A field that people do not see, and robots fill in."""
STAMP = "t"
FASTEST = timedelta(seconds=2)
SLOWEST = timedelta(days=1)
MOST, WINDOW = 30, timedelta(minutes=10)
"""So many posts from one address in so much time: a stand at a fair shares one."""
_SALT = "keyuan.leads.web_form"


class TooSoon(Exception):
    """Nobody types that fast."""


class TooLate(Exception):
    """The page is older than a day, or the stamp is not one of ours."""


def stamp(token: str, at: datetime | None = None) -> str:
    """When a page of the form was made, signed."""
    return signing.dumps([token, (at or timezone.now()).timestamp()], salt=_SALT)


def check_stamp(given: str, token: str) -> None:
    """
    Raises:
        TooSoon, TooLate.
    """
    try:
        of, at = signing.loads(given[:400], salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError) as wrong:
        raise TooLate from wrong
    age = timezone.now().timestamp() - at
    if of != token or age > SLOWEST.total_seconds():
        raise TooLate
    if age < FASTEST.total_seconds():
        raise TooSoon


class Posts(Windowed):
    """What comes from one address, whichever form it is sent to."""

    def __init__(self, address: str) -> None:
        super().__init__("web-form", f"web-form:{neighbourhood(address)}", address, MOST, WINDOW)
