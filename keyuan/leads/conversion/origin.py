"""The page of a customer or an opportunity says which leads it came from."""

from __future__ import annotations

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from keyuan.leads.models import Lead, LeadConversion
from keyuan.org.models import User
from keyuan.records.models import Record
from keyuan.records.origins import Origin
from keyuan.ui.modules import is_on

BECAME = ("customer", "contact", "opportunity")


def leads_behind(record: Record, user: User) -> list[Origin]:
    """The leads that became this record, the first one first; the name of one that `user` sees."""
    if record.module not in BECAME:
        return []
    found = LeadConversion.objects.filter(**{record.module: record.pk}, ended_at=None)
    if not found.exists():  # as of most records, for which the question below is long
        return []
    seen, on = Lead.objects.visible_to(user).filter(pk=OuterRef("lead")), is_on("leads", user)
    rows = found.select_related("lead").annotate(is_seen=Exists(seen)).order_by("at", "pk")
    return [_told(one, on) for one in rows]


def _told(one: LeadConversion, on: bool) -> Origin:
    label = _("Converted from a lead")
    if not one.is_seen or not on:  # type: ignore[attr-defined]
        return Origin(label)
    return Origin(label, one.lead.heading, reverse("leads:detail", args=[one.lead_id]))
