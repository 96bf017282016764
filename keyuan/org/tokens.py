"""Keys for programs: opaque, shown once, kept as a hash, within the rights of their owner."""

import hashlib
import secrets
from datetime import timedelta

from django.db.models import F, Q
from django.utils import timezone

from keyuan.org.accounts import find
from keyuan.org.models import ApiToken, User
from keyuan.org.shelf import named_state

PREFIX = "kx_"


def digest(token: str) -> str:
    """What is kept of a token. Tokens carry 256 random bits, so a fast hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def create(username: str, scope: str = "read", days: int | None = None, name: str = "") -> str:
    """A new token for the person `username`, valid for `days` days (None: until revoked); the token itself, once."""
    return issue(find(username), scope, days, name)


def issue(user: User, scope: str, days: int | None, name: str = "") -> str:
    """A new token for `user`; the token itself, once."""
    token = PREFIX + secrets.token_urlsafe(32)
    expires_at = timezone.now() + timedelta(days=days) if days else None
    ApiToken.objects.create(
        user=user, digest=digest(token), scope=scope, name=name, epoch=user.epoch, expires_at=expires_at
    )
    return token


def find_token(token: str) -> ApiToken | None:
    """The living token with this text, its owner enabled and no newer epoch; None otherwise."""
    living = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    found = ApiToken.objects.filter(living, digest=digest(token), user__is_active=True, user__epoch=F("epoch"))
    kept = found.select_related("user").annotate(state=named_state()).first()
    if kept is not None:
        kept.user.shelf_state = kept.state
    return kept
