"""Until when the owner of a lead must follow it up for the first time, as its page counts down."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from keyuan.leads.models import Lead
from keyuan.leads.models.standing import STEPS
from keyuan.leads.responding.rules import ResponseRules, response_rules
from keyuan.org.models import User
from keyuan.records.history import Event
from keyuan.ui import formats

HOUR = timedelta(hours=1)


def response_fact(lead: Lead, user: User) -> dict[str, Any] | None:
    """How much working time is left, for the strip of facts; None where nothing waits for an answer."""
    rules = response_rules(user)
    first = min(rules.steps.values(), default=None)
    if first is None or not waits(lead, rules):
        return None
    assert lead.taken_at is not None
    hours, now = rules.working_time(user), timezone.now()
    until = hours.after(lead.taken_at, first)
    small = formats.moment(until)
    label = pgettext("fact", "First follow-up")
    if until <= now:
        return {"label": label, "value": _("Overdue"), "small": small, "kind": "bad"}
    left = hours.between(now, until)
    number = -(-left // HOUR)
    said = ngettext("%(n)d working hour left", "%(n)d working hours left", number) % {"n": number}
    return {"label": label, "value": said, "small": small, "kind": "warn" if left <= 2 * HOUR else ""}


def waits(lead: Lead, rules: ResponseRules) -> bool:
    """The condition of `watching.LATE` about one lead, however early it is."""
    taken, begun = lead.taken_at, rules.begun
    if taken is None or begun is None or taken < begun or lead.owner_id is None or not lead.is_open:
        return False
    if lead.created_by_id == lead.owner_id and taken <= lead.created_at + timedelta(seconds=1):
        return False
    if lead.last_followed_at is not None and lead.last_followed_at >= taken:
        return False
    events = Event.objects.filter(record_type="lead", record_id=lead.pk, at__gt=taken, name__in=STEPS)
    return not events.exists()
