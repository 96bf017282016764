"""A plain public form that leads come by: what it asks, whose it is, where it may be embedded (A8, E2)."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keyuan.campaigns.models import Campaign
from keyuan.leads.fields import LEAD
from keyuan.org.models import User
from keyuan.pools.models import Pool
from keyuan.records.history import Operation, write_event
from keyuan.records.options import optional_choice

ASKABLE = ("company", "name", "title", "mobile", "phone", "email", "wechat", "address", "requirement")
"""The fields of a lead that a stranger may fill in."""
NAMES, WAYS = ("company", "name"), ("mobile", "phone", "email", "wechat")
PRESET = ("company", "name", "mobile", "requirement")
PRESET_NEEDED = ("name", "mobile")
MOST_ORIGINS = 20


def new_token() -> str:
    """What makes its address unguessable: 144 random bits (RFC 4086 asks for 128)."""
    return secrets.token_urlsafe(18)


class WebForm(models.Model):
    """One form, of a campaign or of a source."""

    token = models.CharField(max_length=64, unique=True, default=new_token, editable=False)
    campaign = models.OneToOneField(Campaign, models.CASCADE, null=True, related_name="web_form", editable=False)
    source = optional_choice("source", pgettext_lazy("lead", "Source"))
    title = models.CharField(pgettext_lazy("web form", "Heading"), max_length=120)
    intro = models.TextField(pgettext_lazy("web form", "Text above the fields"), max_length=2000, blank=True)
    thanks = models.TextField(pgettext_lazy("web form", "Text after sending"), max_length=2000, blank=True)
    button = models.CharField(pgettext_lazy("web form", "Words of the button"), max_length=40, blank=True)
    consent = models.TextField(pgettext_lazy("web form", "Consent that is asked for"), max_length=2000, blank=True)
    asked = ArrayField(models.CharField(max_length=20), verbose_name=pgettext_lazy("web form", "Fields"))
    needed = ArrayField(models.CharField(max_length=20), verbose_name=_("Required fields"), default=list)
    receiver = models.ForeignKey(
        User,
        models.PROTECT,
        verbose_name=pgettext_lazy("web form", "Who receives the leads"),
        null=True,
        related_name="+",
        db_index=False,
    )
    pool = models.ForeignKey(
        Pool,
        models.SET_NULL,
        verbose_name=pgettext_lazy("web form", "Pool that receives them"),
        null=True,
        related_name="+",
        db_index=False,
    )
    origins = ArrayField(
        models.CharField(max_length=200), verbose_name=pgettext_lazy("web form", "May be embedded by"), default=list
    )
    is_active = models.BooleanField(pgettext_lazy("web form", "Open to the public"), default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_by = models.ForeignKey(User, models.PROTECT, related_name="+", editable=False, db_index=False)

    class Meta:
        db_table = "web_form"
        verbose_name = _("web form")
        constraints: ClassVar = [
            models.UniqueConstraint("source", name="a_source_has_one_form", condition=Q(campaign=None)),
            models.CheckConstraint(
                name="a_web_form_is_of_a_campaign_or_a_source",
                condition=Q(campaign__isnull=False) | Q(source__isnull=False),
            ),
            models.CheckConstraint(
                name="a_web_form_gives_to_a_person_or_a_pool", condition=Q(receiver=None) | Q(pool=None)
            ),
            models.CheckConstraint(name="a_web_form_has_a_heading", condition=~Q(title="")),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def path(self) -> str:
        """Where the public finds it."""
        return f"/f/{self.token}/"

    @property
    def is_open(self) -> bool:
        """Whether it takes leads now."""
        return self.is_active and (self.campaign is None or self.campaign.deleted_at is None)

    @property
    def fields(self) -> list[str]:
        """What it asks, in the order of the list."""
        return [name for name in ASKABLE if name in self.asked and name in LEAD.fields]

    # Verbs

    def keep(self, *, by: User, **values: Any) -> WebForm:
        """Make it, or change it, with its line of history. Rights are those of where it is administered."""
        before = self._told() if self.pk else {}
        for name, value in values.items():
            setattr(self, name, value)
        self.updated_at, self.updated_by = timezone.now(), by
        is_new = self.pk is None
        self.save()
        after = self._told()
        changed = [name for name in after if before.get(name) != after[name]]
        if changed:
            event = "created" if is_new else "edited"
            self._log(event, by, {name: before.get(name) for name in changed}, {name: after[name] for name in changed})
        return self

    def renew(self, *, by: User) -> WebForm:
        """Another address; the former one is gone, for whoever knows it."""
        self.token = new_token()
        self.updated_at, self.updated_by = timezone.now(), by
        self.save(update_fields=["token", "updated_at", "updated_by"])
        self._log("readdressed", by, {}, {})
        return self

    def _told(self) -> dict[str, Any]:
        names = ("title", "intro", "thanks", "button", "consent", "asked", "needed", "origins", "is_active")
        return {name: getattr(self, name) for name in names} | {
            "receiver": self.receiver_id,
            "pool": self.pool_id,
            "source": self.source_id,
        }

    def _log(self, event: str, by: User, before: dict[str, Any], after: dict[str, Any]) -> None:
        write_event(
            event,
            operation=Operation.begin(f"web_form.{event}", by=by),
            record_type="web_form",
            record_id=self.pk,
            customer_id=None,
            before=before if event != "created" else {},
            after=after,
        )
