"""What the script of a page needs to know of its session. Imported before there are models."""

from typing import Any

from keyuan.org.protection import protection_of


def told(request: Any) -> dict[str, Any]:
    """For the page: after how many idle minutes it locks, and whether somebody else signed in in a new place."""
    here = getattr(request.session, "public_key", "")
    return {
        "idle_minutes": protection_of(request.user).idle_minutes,
        "has_news": any(key != here for key in request.user.news),
    }
