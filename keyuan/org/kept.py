"""What is remembered about signing in: sessions, known places, passwords of before, links for a forgotten one."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone

from keyuan.org.models import User


class Session(AbstractBaseSession):
    """A browser in which somebody has signed in. `session_key` holds a digest of the key in the cookie."""

    user = models.ForeignKey(User, models.CASCADE, null=True, blank=True, related_name="sessions")
    address = models.CharField(max_length=45, blank=True)
    device = models.CharField(max_length=60, blank=True)
    browser = models.CharField(max_length=60, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "session"

    def __str__(self) -> str:
        return f"{self.browser} {self.address}"


class Place(models.Model):
    """From where an account has been signed in to: a browser (the id in its cookie) at an address.

    `is_news` while the person has not been told yet; `session_key` is the session that began there.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="places")
    browser_id = models.CharField(max_length=40, db_collation="C")
    address = models.CharField(max_length=45)
    device = models.CharField(max_length=60, blank=True)
    browser = models.CharField(max_length=60, blank=True)
    session_key = models.CharField(max_length=40, blank=True, db_collation="C")
    at = models.DateTimeField(default=timezone.now)
    is_news = models.BooleanField(default=False)

    class Meta:
        db_table = "sign_in_place"
        constraints: ClassVar = [
            models.UniqueConstraint("user", "browser_id", "address", name="a_place_is_known_once"),
        ]

    def __str__(self) -> str:
        return f"{self.browser} {self.address}"


class UsedPassword(models.Model):
    """The hash of a password that somebody had before."""

    user = models.ForeignKey(User, models.CASCADE, related_name="used_passwords")
    password = models.CharField(max_length=200)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "used_password"

    def __str__(self) -> str:
        return f"{self.user_id} {self.at:%F}"


class PasswordLink(models.Model):
    """A link in a mail that lets somebody set a new password once. Only its digest is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True, db_collation="C")
    epoch = models.PositiveIntegerField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "password_link"

    def __str__(self) -> str:
        return f"{self.user_id} {self.expires_at:%F %T}"
