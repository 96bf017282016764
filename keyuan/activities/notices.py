"""The kinds of notices about follow-ups and plans: who may see them, and what they say."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keyuan.activities.models import FollowUp, Plan
from keyuan.activities.telling import CANCELLED, FOLLOWED, INVITED, MOVED, OVERDUE, REMINDED
from keyuan.notices.kinds import NoticeKind, declare
from keyuan.notices.models import Notice
from keyuan.org.models import User
from keyuan.records.namebook import NameBook
from keyuan.ui import formats


def declare_activity_kinds() -> None:
    """Called once, when the process starts."""
    for name, label, icon, tone, sentence, by_mail in (
        (REMINDED, gettext_lazy("Reminder of a plan"), "alarm", "accent", _reminded, False),
        (INVITED, gettext_lazy("Somebody takes you into a plan"), "calendar-plus", "accent", _invited, False),
        (MOVED, gettext_lazy("A plan of yours is moved"), "calendar-due", "warn", _moved, False),
        (CANCELLED, gettext_lazy("A plan of yours is cancelled"), "calendar-x", "neutral", _cancelled, False),
        (OVERDUE, gettext_lazy("A plan of your people is overdue"), "hourglass", "bad", _overdue, False),
    ):
        declare(NoticeKind(name, label, icon, tone, sentence, _plan_page, _plans_seen, by_mail))
    label = gettext_lazy("A colleague follows up your customer")
    declare(NoticeKind(FOLLOWED, label, "message", "neutral", _followed, _follow_up_page, _follow_ups_seen))


def _plans_seen(user: User, ids: Collection[int]) -> set[int]:
    return set(Plan.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))


def _follow_ups_seen(user: User, ids: Collection[int]) -> set[int]:
    return set(FollowUp.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))


def _plan_page(notice: Notice) -> str:
    return f"/activities/plans/{notice.record_id}/"


def _follow_up_page(notice: Notice) -> str:
    return f"/activities/follow-ups/{notice.record_id}/"


def _what(notice: Notice) -> SafeString:
    """The subject, and whose customer it is about."""
    subject, customer = notice.details.get("subject", ""), notice.details.get("customer", "")
    return format_html("<b>{}</b> · {}", subject, customer) if customer else format_html("<b>{}</b>", subject)


def _when(notice: Notice) -> str:
    at = parse_datetime(notice.details.get("at") or "")
    if at is None:
        return _("without a time")
    return formats.until(formats.as_date(at) if notice.details.get("all_day") else at)


def _who(notice: Notice, book: NameBook) -> str:
    return str(book.person(notice.by_id) or "")


def _reminded(notice: Notice, book: NameBook) -> SafeString:
    return format_html("{} {}", _what(notice), _when(notice))


def _invited(notice: Notice, book: NameBook) -> SafeString:
    return format_html(_("<b>{}</b> takes you into {}, {}"), _who(notice, book), _what(notice), _when(notice))


def _moved(notice: Notice, book: NameBook) -> SafeString:
    return format_html(_("<b>{}</b> moved {} to {}"), _who(notice, book), _what(notice), _when(notice))


def _cancelled(notice: Notice, book: NameBook) -> SafeString:
    return format_html(_("<b>{}</b> cancelled {}, {}"), _who(notice, book), _what(notice), _when(notice))


def _overdue(notice: Notice, book: NameBook) -> SafeString:
    owner = str(book.person(notice.details.get("owner")) or "")
    return format_html(_("{}: {} is {} days late"), owner, _what(notice), notice.details.get("days", 0))


def _followed(notice: Notice, book: NameBook) -> SafeString:
    customer, content = notice.details.get("customer", ""), notice.details.get("content", "")
    return format_html(_("<b>{}</b> followed up “{}”: {}"), _who(notice, book), customer, content)
