"""The kinds of notices about follow-ups and plans: who may see them, and what they say.

What they say is read when it is shown, as the reader may see it then: a corrected follow-up has its new words, and
whoever may see a plan but not its customer is not told the name.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keyuan.activities.fields import FOLLOW_UP, PLAN
from keyuan.activities.models import FollowUp, Plan
from keyuan.activities.seeing import follow_up_pairs, plan_pairs
from keyuan.activities.telling import CANCELLED, FOLLOWED, INVITED, MOVED, OVERDUE, REMINDED
from keyuan.customers.fields import CUSTOMER
from keyuan.leads.fields import LEAD
from keyuan.notices.kinds import NoticeKind, declare
from keyuan.notices.models import Notice
from keyuan.org.models import User
from keyuan.pools.deputies import ABSENT, absent, is_for_another
from keyuan.records.catalogue import Catalogue
from keyuan.records.namebook import NameBook
from keyuan.records.readers import Asked, shown_to
from keyuan.ui import formats

SNIPPET = 80

NAMED = {OVERDUE: ("owner",), REMINDED: (ABSENT,)}
"""By kind, the keys of the details that hold a person."""


def declare_activity_kinds() -> None:
    """Called once, when the process starts."""
    for name, label, icon, tone, sentence in (
        (REMINDED, gettext_lazy("Reminder of a plan"), "alarm", "accent", _reminded),
        (INVITED, gettext_lazy("Somebody takes you into a plan"), "calendar-plus", "accent", _invited),
        (MOVED, gettext_lazy("A plan of yours is moved"), "calendar-due", "warn", _moved),
        (CANCELLED, gettext_lazy("A plan of yours is cancelled"), "calendar-x", "neutral", _cancelled),
        (OVERDUE, gettext_lazy("A plan of your people is overdue"), "hourglass", "bad", _overdue),
    ):
        declare(NoticeKind(
            name, label, icon, tone, sentence, _plan_page, _plans_seen,
            may=("plan", "view"), pairs=plan_pairs, about=about_plans, people=NAMED.get(name, ()),
        ))  # fmt: skip
    declare(NoticeKind(
        FOLLOWED, gettext_lazy("A colleague follows up your customer"), "message", "neutral",
        _followed, _follow_up_page, _follow_ups_seen,
        may=("follow_up", "view"), pairs=follow_up_pairs, about=about_follow_ups,
    ))  # fmt: skip


def _plans_seen(user: User, ids: Collection[int]) -> set[int]:
    return set(Plan.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))


def _follow_ups_seen(user: User, ids: Collection[int]) -> set[int]:
    return set(FollowUp.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))


def _plan_page(notice: Notice) -> str:
    return f"/activities/plans/{notice.record_id}/"


def _follow_up_page(notice: Notice) -> str:
    return f"/activities/follow-ups/{notice.record_id}/"


@dataclass(frozen=True)
class About:
    """A plan or follow-up as one reader sees it, and the name of its customer or lead, "" where that is hidden."""

    record: Any
    customer: str


def about_plans(asked: Asked) -> dict[tuple[int, int], About]:
    return _about(PLAN, asked, "subject", "starts_at", "is_all_day", "customer", "lead")


def about_follow_ups(asked: Asked) -> dict[tuple[int, int], About]:
    return _about(FOLLOW_UP, asked, "content", "customer", "lead")


def _about(catalogue: Catalogue, asked: Asked, *columns: str) -> dict[tuple[int, int], About]:
    """The records of all these readers in one query, their customers in another."""
    people = {user.pk: user for user, _pk in asked}
    rows = shown_to(catalogue, asked, *columns)
    named = {(people[reader], row.customer_id) for (reader, _pk), row in rows.items() if row.customer_id}
    customers = shown_to(CUSTOMER, list(named), "name")
    of_leads = {(people[reader], row.lead_id) for (reader, _pk), row in rows.items() if row.lead_id}
    leads = shown_to(LEAD, list(of_leads), "company", "name") if of_leads else {}
    found = {}
    for (reader, pk), row in rows.items():
        about = customers.get((reader, row.customer_id)) or leads.get((reader, row.lead_id))
        found[reader, pk] = About(row, str(about or ""))
    return found


def _what(notice: Notice) -> SafeString:
    """The subject, and whose customer it is about."""
    subject, customer = notice.about.record.subject, notice.about.customer
    return format_html("<b>{}</b> · {}", subject, customer) if customer else format_html("<b>{}</b>", subject)


def _when(at: Any, is_all_day: Any) -> str:
    if at is None:
        return _("without a time")
    return formats.until(formats.as_date(at) if is_all_day else at)


def _begins(notice: Notice) -> str:
    plan = notice.about.record
    return _when(plan.starts_at, plan.is_all_day)


def _who(notice: Notice, book: NameBook) -> str:
    return str(book.person(notice.by_id) or "")


def _reminded(notice: Notice, book: NameBook) -> SafeString:
    if is_for_another(notice):
        said = _("Plan of <b>{}</b>, who is away until {}: {} {}")
        return format_html(said, *absent(notice, book), _what(notice), _begins(notice))
    return format_html("{} {}", _what(notice), _begins(notice))


def _invited(notice: Notice, book: NameBook) -> SafeString:
    return format_html(_("<b>{}</b> takes you into {}, {}"), _who(notice, book), _what(notice), _begins(notice))


def _moved(notice: Notice, book: NameBook) -> SafeString:
    """To when this person moved it then; it may have been moved since."""
    told = notice.details if "starts_at" in PLAN.visible_fields(book.user) else {}
    to = _when(parse_datetime(told.get("at") or ""), told.get("all_day"))
    return format_html(_("<b>{}</b> moved {} to {}"), _who(notice, book), _what(notice), to)


def _cancelled(notice: Notice, book: NameBook) -> SafeString:
    return format_html(_("<b>{}</b> cancelled {}, {}"), _who(notice, book), _what(notice), _begins(notice))


def _overdue(notice: Notice, book: NameBook) -> SafeString:
    owner = str(book.person(notice.details.get("owner")) or "")
    return format_html(_("{}: {} is {} days late"), owner, _what(notice), notice.details.get("days", 0))


def _followed(notice: Notice, book: NameBook) -> SafeString:
    customer, content = notice.about.customer, notice.about.record.content[:SNIPPET]
    return format_html(_("<b>{}</b> followed up “{}”: {}"), _who(notice, book), customer, content)
