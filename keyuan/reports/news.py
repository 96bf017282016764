"""What happened lately on the customers somebody looks after: follow-ups and changes, by whomever."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.db.utils import OperationalError
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from keyuan.activities.fields import FOLLOW_UP
from keyuan.activities.models import FollowUp
from keyuan.customers.fields import CONTACT, CUSTOMER
from keyuan.customers.models import Contact, Customer
from keyuan.leads.models import Lead
from keyuan.org.models import User
from keyuan.records.history import Event
from keyuan.records.listing import COUNT_MILLISECONDS, within_time
from keyuan.records.namebook import NameBook
from keyuan.records.probe import FEW, among
from keyuan.records.story import Story, stories, with_changes
from keyuan.records.veil import veil
from keyuan.reports.asked import Asked

SHOWN = 8
DAYS = 30
TOLD = ("created", "edited", "lost", "won_back")
CATALOGUES = {"customer": CUSTOMER, "contact": CONTACT}


@dataclass(frozen=True)
class News:
    """One line: who, what, when."""

    at: datetime
    by: Any
    text: SafeString


def news_of(asked: Asked, book: NameBook) -> list[News]:
    """The latest lines of the last 30 days, newest first."""
    if not asked.user.may("customer", "view"):
        return []
    of = _mine(asked.user) if asked.is_mine else None
    lines = [*_follow_ups(asked, book, of), *_changes(asked, book, of)]
    return sorted(lines, key=lambda one: one.at, reverse=True)[:SHOWN]


def _since() -> datetime:
    return timezone.now() - timedelta(days=DAYS)


def _soon(rows: QuerySet[Any]) -> list[Any]:
    """The rows, or nothing where they take longer than a page may."""
    try:
        with within_time(COUNT_MILLISECONDS):
            return list(rows)
    except OperationalError:
        return []


def _mine(user: User) -> Q:
    """On the customers of one owner: by number where they are few, else among all that happened lately."""
    mine = Customer.objects.visible_to(user).filter(owner=user).order_by()
    few = list(mine.values_list("pk", flat=True)[: FEW + 1])
    return among(few, "customer_id") if len(few) <= FEW else Q(customer_id__in=mine.values("pk"))


# Follow-ups


def _follow_ups(asked: Asked, book: NameBook, of: Q | None) -> Iterator[News]:
    rows = FollowUp.objects.visible_to(asked.user).filter(at__gte=_since(), at__lte=timezone.now())
    found = _soon(
        (rows if of is None else rows.filter(of)).select_related("customer", "lead").order_by("-at", "-pk")[:SHOWN]
    )
    book.meet(one.author_id for one in found)
    veil(FOLLOW_UP, found, asked.user)
    veil(CUSTOMER, [one.customer for one in found if one.customer], asked.user)
    for one in found:
        text = format_html(
            _("<b>{who}</b> logged for {customer}: {kind}, {content}"),
            who=str(book.person(one.author_id) or ""),
            customer=_link(one.about),
            kind=str(book.option(one.kind_id) or ""),
            content=str(one),
        )
        yield News(one.at, book.person(one.author_id), text)


def _link(customer: Customer | Lead) -> SafeString:
    url = reverse("leads:detail" if isinstance(customer, Lead) else "customers:detail", args=[customer.pk])
    return format_html('<a class="txt" href="{}" lang="zh-Hans">{}</a>', url, customer.short_or_name)


# Changes


def _changes(asked: Asked, book: NameBook, of: Q | None) -> Iterator[News]:
    seen = Customer.objects.visible_to(asked.user)
    of = Q(customer_id__in=seen.order_by().values("pk")) if of is None else of
    types = [one for one in CATALOGUES if asked.user.may(one, "view")]
    events = Event.objects.filter(of, at__gte=_since(), name__in=TOLD, record_type__in=types)
    # What the machine brings in by thousands is no news; the rest is as the index on events of customers says it.
    events = events.exclude(by__is_robot=True)
    events = events.exclude(record_type__in=("follow_up", "plan")).exclude(customer_id=None)
    found = _soon(with_changes(events).order_by("-at", "-pk")[:SHOWN])
    customers = seen.in_bulk({one.customer_id for one in found})
    veil(CUSTOMER, customers.values(), asked.user)
    names = book.meet_records(Contact, (one.record_id for one in found if one.record_type == "contact"))
    for story in stories(found, CATALOGUES, book):
        customer = customers.get(story.event.customer_id or 0)
        text = _sentence(story, customer, names) if customer else None
        if text:
            yield News(story.at, book.person(story.event.by_id), text)


def _sentence(story: Story, customer: Customer, names: dict[int, str]) -> SafeString | None:
    """What happened, with the first of the fields that changed; None where the reader sees none of them."""
    given = {"who": story.who, "customer": _link(customer)}
    if story.event.record_type == "contact":
        name = names.get(story.event.record_id)
        return _about_contact(story, given | {"contact": name}) if name else None
    if story.event.name == "created":
        return format_html(_("<b>{who}</b> created {customer}"), **given)
    if story.event.name == "lost":
        return format_html(_("<b>{who}</b> marked {customer} as lost"), **given)
    if story.event.name == "won_back":
        return format_html(_("<b>{who}</b> won {customer} back"), **given)
    return _edited(story, given)


def _about_contact(story: Story, given: dict[str, Any]) -> SafeString | None:
    if story.event.name == "created":
        return format_html(_("<b>{who}</b> added the contact {contact} to {customer}"), **given)
    if not story.lines:
        return None
    fields = pgettext("between names", ", ").join(line.label for line in story.lines[:3])
    return format_html(_("<b>{who}</b> changed {contact} of {customer}: {fields}"), fields=fields, **given)


def _edited(story: Story, given: dict[str, Any]) -> SafeString | None:
    if not story.lines:
        return None
    first, more = story.lines[0], len(story.lines) - 1
    change = {"field": first.label, "before": first.before, "after": first.after}
    text = format_html(_("<b>{who}</b> changed “{field}” of {customer} from {before} to {after}"), **change, **given)
    return format_html(_("{} and {} more"), text, more) if more else text
