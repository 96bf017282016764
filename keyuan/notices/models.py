"""Notices: what a person is told, once; and what they want to be told, how and when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time
from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from keyuan.org.models import User

__all__ = ["Notice", "NoticePreferences"]

EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)


def every_day() -> list[int]:
    return list(EVERY_DAY)


class NoticeQuerySet(models.QuerySet["Notice"]):
    def of(self, user: User) -> Self:
        """What was written for this person, the newest first; whether they still may see it, `reading` says."""
        return self.filter(user=user, in_app=True).order_by("-id")

    def unread(self) -> Self:
        return self.filter(read_at=None)


class Notice(models.Model):
    """One sentence to one person about one record of a kind that a room has declared (see kinds.py).

    Attributes:
        key: makes it once per person.
        details: what its sentence needs beside the record: ids, and what is true of the moment for ever, such as a
            number of days. Never words of the record: they are read when the notice is shown.
        about: what the reader may be told of the record now, as its kind says (`kinds.py`); looked up by `showing.py`.
        in_app: False where the person has the kind by mail only.
        mail_after: not before; quiet hours move it.
        mail: the id of the first notice of the mail it goes in, from the claim on.
    """

    class Mail(models.TextChoices):
        NONE = "", _("Not by mail")
        WAITING = "waiting", _("Waiting")
        CLAIMED = "claimed", _("Being sent")
        SENT = "sent", _("Sent")
        DROPPED = "dropped", _("Not sent")

    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=40, db_collation="C")
    record_id = models.BigIntegerField(null=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)
    details = models.JSONField(default=dict)
    key = models.CharField(max_length=200, db_collation="C")
    in_app = models.BooleanField(default=True)
    mail_state = models.CharField(max_length=8, choices=Mail, default=Mail.NONE, blank=True, db_collation="C")
    mail_after = models.DateTimeField(null=True)
    mail = models.BigIntegerField(null=True)
    about: Any = None

    objects: ClassVar = NoticeQuerySet.as_manager()

    class Meta:
        db_table = "notice"
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "key"], name="a_person_is_told_once")]
        indexes: ClassVar = [
            models.Index(fields=["user", "-id"], name="notice_unread", condition=Q(read_at=None, in_app=True)),
            models.Index(fields=["user", "-id"], name="notice_of_user", condition=Q(in_app=True)),
            models.Index(fields=["user"], name="notice_to_mail", condition=Q(mail_state__in=("waiting", "claimed"))),
            models.Index(fields=["at"], name="notice_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.record_id}"


class NoticePreferences(models.Model):
    """What one person has chosen. Who has chosen nothing has no row, and the defaults of the kinds.

    Attributes:
        off: kinds that do not appear in the product.
        by_mail: kinds by mail, `{kind: wanted}`; what is missing is as the kind says.
        quiet_from, quiet_to: local times of the organisation, both or none; the end may lie on the next day.
        quiet_days: on which days quiet hours begin, Monday is 0.
    """

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="+")
    off = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    by_mail = models.JSONField(default=dict, blank=True)
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_to = models.TimeField(null=True, blank=True)
    quiet_days = ArrayField(models.PositiveSmallIntegerField(), default=every_day, blank=True)

    class Meta:
        db_table = "notice_preferences"

    def __str__(self) -> str:
        return f"{self.user_id}"

    def shows(self, kind: str) -> bool:
        return kind not in self.off

    def mails(self, kind: str, default: bool) -> bool:
        return bool(self.by_mail.get(kind, default))

    @property
    def quiet(self) -> tuple[time, time, frozenset[int]] | None:
        """From, to and the days; None where there are no quiet hours."""
        if self.quiet_from is None or self.quiet_to is None or not self.quiet_days:
            return None
        return self.quiet_from, self.quiet_to, frozenset(self.quiet_days)

    @classmethod
    def of(cls, people: Iterable[int]) -> dict[int, Any]:
        """The preferences of these people in one query, defaults for those who have chosen nothing."""
        people = list(people)
        found = cls.objects.in_bulk(people)
        return {pk: found.get(pk) or cls(user_id=pk) for pk in people}
