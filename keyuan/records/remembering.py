"""What the house remembers for a person: saved views, favourites, the records opened last."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from keyuan.org.models import User


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user: User) -> SavedViewQuerySet:
        """Own views, and those shared with everybody."""
        return self.filter(Q(owner=user) | Q(is_shared=True))


class SavedView(models.Model):
    """A named filter with columns and a sort, of one list."""

    module = models.CharField(max_length=30, db_collation="C")
    name = models.CharField(_("View name"), max_length=60)
    owner = models.ForeignKey(User, models.CASCADE, related_name="views")
    is_shared = models.BooleanField(_("Shared with everybody"), default=False)
    is_pinned = models.BooleanField(default=True)
    filter = models.JSONField(null=True, blank=True)
    columns = models.JSONField(default=list, blank=True)
    sort = models.CharField(max_length=60, blank=True)
    position = models.PositiveIntegerField(default=0)

    objects: ClassVar = SavedViewQuerySet.as_manager()

    class Meta:
        db_table = "saved_view"
        ordering: ClassVar = ["position", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint("owner", "module", "name", name="own_views_have_different_names"),
        ]

    def __str__(self) -> str:
        return self.name


class _Remembered(models.Model):
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    record_type = models.CharField(max_length=30, db_collation="C")
    record_id = models.BigIntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True


class Favourite(_Remembered):
    """A record that a person starred."""

    class Meta:
        db_table = "favourite"
        constraints: ClassVar = [
            models.UniqueConstraint("user", "record_type", "record_id", name="a_person_stars_a_record_once"),
        ]

    def __str__(self) -> str:
        return f"{self.record_type} {self.record_id}"


class Recent(_Remembered):
    """A record that a person opened, and when last."""

    class Meta:
        db_table = "recent"
        indexes: ClassVar = [models.Index(fields=["user", "-at"], name="recent_of_user")]
        constraints: ClassVar = [
            models.UniqueConstraint("user", "record_type", "record_id", name="a_visit_is_remembered_once"),
        ]

    def __str__(self) -> str:
        return f"{self.record_type} {self.record_id}"


def remember_visit(user: User, record_type: str, record_id: int) -> None:
    """Put this record first among those the person opened last; unique per person and record."""
    Recent.objects.update_or_create(
        user=user, record_type=record_type, record_id=record_id, defaults={"at": timezone.now()}
    )
