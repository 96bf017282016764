"""Links that let somebody set a new password once, within half an hour (L8). Only their digest is kept."""

import hashlib
import secrets
from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from keyuan.org.kept import PasswordLink
from keyuan.org.models import User

LASTS = timedelta(minutes=30)
MOST_AT_ONCE = 3


def issue_link(user: User) -> str | None:
    """A new secret for the link of this person, told once; None where there are enough of them."""
    PasswordLink.objects.filter(expires_at__lt=timezone.now()).delete()
    if PasswordLink.objects.filter(user=user).count() >= MOST_AT_ONCE:
        return None
    token = secrets.token_urlsafe(32)
    PasswordLink.objects.create(user=user, digest=_digest(token), epoch=user.epoch, expires_at=timezone.now() + LASTS)
    return token


def find_link(token: str) -> PasswordLink | None:
    """The link of this secret while it is good: not used, not too old, and no other password set since."""
    good = {"expires_at__gt": timezone.now(), "user__is_active": True, "user__epoch": F("epoch")}
    return PasswordLink.objects.select_related("user").filter(digest=_digest(token), **good).first()


def use_link(token: str) -> bool:
    """Use it up; whether it was still there, so that of two at once one succeeds."""
    return bool(PasswordLink.objects.filter(digest=_digest(token)).delete()[0])


def forget_links(user: User) -> None:
    """Those on their way to an address that is no longer this person's."""
    PasswordLink.objects.filter(user=user).delete()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
