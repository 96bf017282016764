"""Answers that are kept for those who send a request again."""

from __future__ import annotations

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

from keyuan.org.models import User


class Replay(models.Model):
    """The answer to one POST of one person, written in the transaction of its effect."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    key = models.CharField(max_length=200, db_collation="C")
    fingerprint = models.CharField(max_length=64, db_collation="C")
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "replay"
        constraints: ClassVar = [models.UniqueConstraint("user", "key", name="a_key_is_used_once_by_a_person")]

    def __str__(self) -> str:
        return self.key
