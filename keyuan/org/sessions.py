"""Sessions live in the database under a digest of their key, with who they are of and from where (L6).

Whoever reads a copy of the database cannot become anybody by it (OWASP ASVS 5.0, 7.2).
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db.models import QuerySet
from django.utils import timezone

from keyuan.org.kept import Session
from keyuan.org.models import User

SEEN_EVERY = timedelta(minutes=1)
FROM = "from"  # address, device and browser in which the session began


def digest(key: str) -> str:
    """What is kept of a session's key. Keys carry 160 random bits, so a fast hash is enough."""
    return hashlib.sha256(key.encode()).hexdigest()[:40]


class SessionStore(DatabaseStore):
    """The engine named in the settings."""

    seen_at: datetime | None = None
    started_at: datetime | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    @property
    def public_key(self) -> str:
        """The name of this session in lists; nobody can use it to enter."""
        return digest(self.session_key) if self.session_key else ""

    def load(self) -> dict[str, Any]:
        row = Session.objects.filter(session_key=self.public_key, expire_date__gt=timezone.now()).first()
        if row is None:
            self._session_key = None
            return {}
        self.seen_at, self.started_at = row.seen_at, row.started_at
        return self.decode(row.session_data)

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(session_key=digest(session_key)).exists()

    def save(self, must_create: bool = False) -> None:
        if self.session_key is None:
            self.create()
            return
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        row = {"session_data": self.encode(data), "expire_date": self.get_expiry_date(), **self._columns(data)}
        if must_create:
            Session.objects.create(session_key=self.public_key, **row)
        elif not Session.objects.filter(session_key=self.public_key).update(**row):
            raise UpdateError

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            Session.objects.filter(session_key=digest(key)).delete()

    def touch(self) -> None:
        """Somebody is at work here; written at most once a minute."""
        now = timezone.now()
        if self.seen_at and self.seen_at < now - SEEN_EVERY:
            stale = {"session_key": self.public_key, "seen_at__lt": now - SEEN_EVERY}
            Session.objects.filter(**stale).update(seen_at=now)
            self.seen_at = now

    @staticmethod
    def _columns(data: dict[str, Any]) -> dict[str, Any]:
        return {"user_id": data.get(SESSION_KEY), **data.get(FROM, {})}


def living(user: User) -> QuerySet[Session]:
    """The sessions of this person, the last used one first."""
    return Session.objects.filter(user=user, expire_date__gt=timezone.now()).order_by("-seen_at")


def end(user: User, key: str) -> bool:
    """End one session of this person at once; whether there was one."""
    return bool(Session.objects.filter(user=user, session_key=key).delete()[0])


def end_others(user: User, key: str) -> int:
    """End all sessions of this person but the one of this public key; how many."""
    return Session.objects.filter(user=user).exclude(session_key=key).delete()[0]


def forget_expired() -> int:
    """Delete what nobody can use any more."""
    return Session.objects.filter(expire_date__lt=timezone.now()).delete()[0]
