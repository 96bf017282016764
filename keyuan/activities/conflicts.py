"""Who has another plan at the same time. A warning, never a refusal."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from keyuan.activities.models import Plan
from keyuan.activities.models.plan import LONGEST_DAYS
from keyuan.org.models import User
from keyuan.records.namebook import NameBook
from keyuan.ui import formats

SHOWN = 6
USUAL = timedelta(minutes=30)
"""How long a plan without an end takes."""


@dataclass(frozen=True)
class Clash:
    """One person who is busy. `subject` is empty where the reader may not see the other plan."""

    who: str
    starts_at: datetime
    ends_at: datetime
    subject: str

    def __str__(self) -> str:
        when = formats.clock_range(self.starts_at, self.ends_at)
        return f"{self.who} {when} {self.subject or _('busy')}"


def involving(people: Collection[int]) -> Q:
    """Plans of these people, and those in which they take part."""
    return Q(owner__in=people) | Q(participants__overlap=list(people))


def clashes(
    people: Collection[int],
    starts_at: datetime,
    ends_at: datetime | None,
    *,
    reader: User,
    but: Iterable[int] = (),
) -> list[Clash]:
    """The open plans with a time of these people that overlap with this time.

    Args:
        reader: of plans that they may not see nothing is told but when somebody is busy.
        but: ids of plans that do not count, such as the one that is being edited.
    """
    ends_at = max(ends_at or starts_at + USUAL, starts_at + timedelta(minutes=1))
    busy = Plan.objects.unscoped(reason="that a colleague is busy is told, and nothing else of what one may not see")
    rows = busy.open().filter(
        involving(people),
        is_all_day=False,
        starts_at__lt=ends_at,
        starts_at__gt=starts_at - timedelta(days=LONGEST_DAYS),
        due_at__gt=starts_at - USUAL,
    )
    found = list(rows.exclude(pk__in=list(but)).order_by("starts_at", "pk")[:50])
    seen = set(Plan.objects.visible_to(reader).filter(pk__in=[one.pk for one in found]).values_list("pk", flat=True))
    book = NameBook(reader)
    book.meet(people)
    told = [clash for one in found for clash in _of(one, people, seen, book) if clash.ends_at > starts_at]
    return told[:SHOWN]


def _of(plan: Plan, people: Collection[int], seen: Collection[int], book: NameBook) -> list[Clash]:
    assert plan.starts_at is not None
    ends = max(plan.ends_at or plan.starts_at + USUAL, plan.starts_at)
    who = [pk for pk in people if pk == plan.owner_id or pk in plan.participants]
    subject = plan.subject if plan.pk in seen else ""
    return [Clash(str(book.person(pk) or ""), plan.starts_at, ends, subject) for pk in who]


def warning(plan: Plan, *, reader: User) -> str:
    """What is said when a plan is saved that overlaps with others; "" where none does."""
    if plan.starts_at is None or plan.is_all_day or plan.starts_at < timezone.now():
        return ""
    people = [pk for pk in dict.fromkeys([plan.owner_id, *plan.participants]) if pk]
    found = clashes(people, plan.starts_at, plan.ends_at, reader=reader, but=[plan.pk])
    if not found:
        return ""
    more = len(found) - 1
    first = _("At the same time: %(clash)s") % {"clash": found[0]}
    return f"{first} {ngettext('and %(n)d more', 'and %(n)d more', more) % {'n': more}}" if more else first
