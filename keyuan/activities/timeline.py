"""The time line of a customer: follow-ups and changes, newest first, one query for a page (A7)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from keyuan.activities.fields import FOLLOW_UP
from keyuan.activities.models import FollowUp
from keyuan.customers.fields import CONTACT, CUSTOMER
from keyuan.leads.fields import LEAD
from keyuan.leads.models import Lead
from keyuan.opportunities.fields import OPPORTUNITY
from keyuan.opportunities.models import Opportunity
from keyuan.org.models import User
from keyuan.records.attachments.models import Attachment
from keyuan.records.history import Change, Event
from keyuan.records.namebook import NameBook
from keyuan.records.search import match
from keyuan.records.story import HANDS, STEPS, Story, stories
from keyuan.records.veil import veil
from keyuan.ui.attachments.shown import chip

CATALOGUES = {"customer": CUSTOMER, "contact": CONTACT, "opportunity": OPPORTUNITY, "lead": LEAD}
OF_CUSTOMER, OF_LEAD = "customer_id = %(customer)s", "lead_id = %(lead)s"
EVENTS_OF_LEAD = "record_type = 'lead' AND record_id = %(lead)s"
SIZE = 20
COUNTED = 1000
EVENT, FOLLOWED = 1, 2  # of two lines of the same moment the second stands above
KINDS = ("all", "follow_ups", "changes", "files")
FILES = ("attached", "detached")

_FOLLOW_UPS = """
    SELECT 2 AS rank, id, at FROM follow_up
    WHERE {of} AND deleted_at IS NULL {more}
    ORDER BY at DESC, id DESC LIMIT %(size)s
"""
_EVENTS = """
    SELECT 1 AS rank, id, at FROM event
    WHERE {of} AND record_type NOT IN ('follow_up', 'plan')
        AND record_type = ANY(%(types)s) {more}
    ORDER BY at DESC, id DESC LIMIT %(size)s
"""
_WITH_FILES = """
    SELECT record_id FROM attachment
    WHERE customer_id = %(customer)s AND record_type = 'follow_up' AND deleted_at IS NULL
"""
_WITH_FILES_OF_LEAD = """
    SELECT record_id FROM attachment JOIN follow_up f ON f.id = record_id
    WHERE f.lead_id = %(lead)s AND record_type = 'follow_up' AND attachment.deleted_at IS NULL
"""
_BEFORE = "AND at <= %(at)s AND (at, {rank}, id) < (%(at)s, %(rank)s, %(id)s)"
_PAGE = """
    WITH line AS MATERIALIZED (
        SELECT rank, id, at FROM ({arms}) AS every ORDER BY at DESC, rank DESC, id DESC LIMIT %(size)s
    )
    SELECT line.rank, line.id, line.at,
        f.author_id, f.kind_id, f.minutes, f.contacts, f.content, f.result_id, f.place, f.is_effective, f.created_at,
        f.version, f.opportunity_id, f.lead_id,
        e.name, e.by_id, e.operation_id, e.record_type, e.record_id, e.source, e.details, c.before, c.after
    FROM line
    LEFT JOIN follow_up f ON line.rank = 2 AND f.id = line.id
    LEFT JOIN event e ON line.rank = 1 AND e.id = line.id AND e.at = line.at
    LEFT JOIN change c ON c.event_id = e.id AND c.at = e.at
    ORDER BY line.at DESC, line.rank DESC, line.id DESC
"""


@dataclass(frozen=True)
class Asked:
    """What somebody looks for in a time line.

    Attributes:
        kind: one of KINDS.
        q: words that the follow-up, or the name of the file, holds.
        contact: only the follow-ups with this contact.
        before: the mark at which the page above ended.
        opportunity: only what belongs to this opportunity.
        follow_ups: False for who does not see the customer, whom they follow.
        lead: the lead whose time line it is, instead of that of a customer.
    """

    kind: str = "all"
    q: str = ""
    contact: int | None = None
    before: str = ""
    opportunity: int | None = None
    follow_ups: bool = True
    lead: int | None = None


@dataclass(frozen=True)
class Line:
    """One line: a follow-up, or a story of a change, with the name of the opportunity that it is about."""

    at: datetime
    follow_up: FollowUp | None = None
    story: Story | None = None
    about: str = ""

    @property
    def is_file(self) -> bool:
        return self.story is not None and self.story.event.name in FILES


@dataclass(frozen=True)
class Page:
    """Lines of one page, newest first, and the mark from which the next one goes on ("" at the end)."""

    lines: list[Line]
    more: str

    def by_day(self) -> list[tuple[Any, list[Line]]]:
        return [(day, list(lines)) for day, lines in groupby(self.lines, key=lambda one: timezone.localdate(one.at))]


def page_of(customer: int | None, book: NameBook, asked: Asked, size: int = SIZE) -> Page:
    """One page of the time line of a customer, or of the lead that is asked for, that the reader may see."""
    arms, given = _arms(customer, book, asked)
    if not arms:
        return Page([], "")
    given["size"] = size + 1
    with connection.cursor() as cursor:
        cursor.execute(_PAGE.format(arms=" UNION ALL ".join(f"({arm})" for arm in arms)), given)
        rows = cursor.fetchall()
    more = _mark(rows[size - 1]) if len(rows) > size else ""
    return Page(_lines(rows[:size], customer, book), more)


def _arms(customer: int | None, book: NameBook, asked: Asked) -> tuple[list[str], dict[str, Any]]:
    """The arms that this reader and this question need, with what they are given."""
    user = book.user
    types = types_for(user)
    given: dict[str, Any] = {"customer": customer, "lead": asked.lead, "types": types, "files": list(FILES)}
    of, of_events = (OF_CUSTOMER, OF_CUSTOMER) if asked.lead is None else (OF_LEAD, EVENTS_OF_LEAD)
    arms = []
    if asked.kind != "changes" and asked.follow_ups and user.may("follow_up", "view"):
        arms.append((_FOLLOW_UPS, of, _narrowed_follow_ups(book, asked, given), FOLLOWED))
    if asked.kind != "follow_ups" and types:
        arms.append((_EVENTS, of_events, _narrowed_events(asked, given), EVENT))
    return [sql.format(of=of, more=f"{more} {_from(asked, rank, given)}") for sql, of, more, rank in arms], given


def _narrowed_follow_ups(book: NameBook, asked: Asked, given: dict[str, Any]) -> str:
    more = ""
    if asked.contact is not None:
        given["contact"] = [asked.contact]
        more += " AND contacts @> %(contact)s::bigint[]"
    if asked.opportunity is not None:
        given["deal"] = asked.opportunity
        more += " AND opportunity_id = %(deal)s"
    if asked.kind == "files":
        more += f" AND id IN ({_WITH_FILES if asked.lead is None else _WITH_FILES_OF_LEAD})"
    if asked.q.strip():
        given["found"] = _found(book, asked, given["customer"])
        more += " AND id = ANY(%(found)s)"
    return more


def _found(book: NameBook, asked: Asked, customer: int | None) -> list[int]:
    """The follow-ups of a customer or lead that hold these words and that the reader may find by them."""
    found = match(asked.q, FOLLOW_UP, book.user)
    whose = {"customer": customer} if asked.lead is None else {"lead": asked.lead}
    rows = FollowUp.rows.living().filter(**whose)
    return list(rows.filter(found.condition).values_list("pk", flat=True)[:COUNTED]) if found else []


def _narrowed_events(asked: Asked, given: dict[str, Any]) -> str:
    more = ""
    if asked.contact is not None:
        given["one"] = asked.contact
        more += " AND record_type = 'contact' AND record_id = %(one)s"
    if asked.opportunity is not None:
        given["deal"] = asked.opportunity
        more += " AND record_type = 'opportunity' AND record_id = %(deal)s"
    if asked.q.strip():
        given["words"] = asked.q.strip().lower()
        return f"{more} AND name = ANY(%(files)s) AND strpos(lower(details->>'file'), %(words)s) > 0"
    if asked.kind == "files":
        return f"{more} AND name = ANY(%(files)s)"
    return f"{more} AND name <> ALL(%(files)s)" if asked.kind == "changes" else more


def _from(asked: Asked, rank: int, given: dict[str, Any]) -> str:
    mark = _read_mark(asked.before)
    if mark is None:
        return ""
    given["at"], given["rank"], given["id"] = mark
    return _BEFORE.format(rank=rank)


def _mark(row: Sequence[Any]) -> str:
    return f"{row[2].isoformat()},{row[0]},{row[1]}"


def _read_mark(text: str) -> tuple[datetime, int, int] | None:
    """The mark in an address; None for none and for what is not one of ours. A bare moment is one, too."""
    at, _comma, rest = text.replace(" ", "+").partition(",")
    rank, _comma, pk = rest.partition(",")
    try:
        moment = parse_datetime(at) if at else None
    except ValueError:
        moment = None
    if moment is None or timezone.is_naive(moment):
        return None
    whole = rank.isdecimal() and pk.isdecimal() and len(rank) < 3 and len(pk) < 19
    return (moment, int(rank), int(pk)) if whole else (moment, 0, 0)


# From rows to lines


def _lines(rows: list[Any], customer: int | None, book: NameBook) -> list[Line]:
    follow_ups = {row[1]: _follow_up(row, customer) for row in rows if row[0] == FOLLOWED}
    load_follow_ups(list(follow_ups.values()), book)
    told = stories([_event(row) for row in rows if row[0] == EVENT], CATALOGUES, book)
    names = deal_names(told, book)
    following = iter(told)
    return [
        Line(row[2], follow_up=follow_ups[row[1]]) if row[0] == FOLLOWED else _told(next(following), names)
        for row in rows
    ]


def deal_names(told: Sequence[Story], book: NameBook) -> dict[int, str]:
    """The names of the opportunities that these stories are about, as far as the reader sees them."""
    pks = [one.event.record_id for one in told if one.event.record_type == "opportunity"]
    return book.meet_records(Opportunity, pks) if pks else {}


def _told(story: Story, names: dict[int, str]) -> Line:
    hands = story.event.name in HANDS
    kept = [] if hands else [one for one in story.lines if one.field != "taken_at"]  # whose it is says it
    story = replace(story, lines=kept)
    if story.event.record_type != "opportunity":
        return Line(story.at, story=story)
    lines = [one for one in story.lines if one.field == "stage"] if story.event.name in STEPS else story.lines
    lines = [one for one in lines if not one.field.endswith("_is_manual")]
    return Line(story.at, story=replace(story, lines=lines), about=names.get(story.event.record_id, ""))


def _follow_up(row: Any, customer: int | None) -> FollowUp:
    (
        _rank,
        pk,
        at,
        author,
        kind,
        minutes,
        contacts,
        content,
        result,
        place,
        effective,
        created,
        version,
        deal,
        lead,
        *_event,
    ) = row
    return FollowUp(
        pk=pk,
        customer_id=customer,
        at=at,
        author_id=author,
        kind_id=kind,
        minutes=minutes,
        contacts=contacts,
        content=content,
        result_id=result,
        place=place,
        is_effective=effective,
        created_at=created,
        version=version,
        opportunity_id=deal,
        lead_id=lead,
    )


def meet_follow_ups(rows: list[FollowUp], book: NameBook) -> None:
    """The authors and contacts of these follow-ups, a query each; what the reader may not see is blank."""
    book.meet(one.author_id for one in rows)
    book.meet_records(FOLLOW_UP.fields["contacts"].kind.link.model, (pk for one in rows for pk in one.contacts))  # type: ignore[attr-defined]
    veil(FOLLOW_UP, rows, book.user)
    meet_deals(rows, book)
    meet_leads(rows, book)


def meet_deals(rows: Sequence[Any], book: NameBook) -> None:
    """The opportunities of these follow-ups or plans, at once; one that the reader does not see is not told."""
    pks = {one.opportunity_id for one in rows if one.opportunity_id}
    found = Opportunity.objects.visible_to(book.user).in_bulk(pks) if pks else {}
    for one in rows:
        one._state.fields_cache["opportunity"] = found.get(one.opportunity_id)


def meet_leads(rows: Sequence[Any], book: NameBook) -> None:
    """The leads of these follow-ups or plans, at once; one that the reader does not see is not told."""
    pks = {one.lead_id for one in rows if one.lead_id}
    found = Lead.objects.visible_to(book.user).in_bulk(pks) if pks else {}
    for one in rows:
        one._state.fields_cache["lead"] = found.get(one.lead_id)


def load_follow_ups(rows: list[FollowUp], book: NameBook) -> None:
    """The authors, contacts and files of these follow-ups, a query each; what the reader may not see is blank."""
    meet_follow_ups(rows, book)
    attached: dict[int, list[Attachment]] = {}
    found = Attachment.objects.living().filter(record_type="follow_up", record_id__in=[one.pk for one in rows])
    for file in found.order_by("created_at", "pk"):
        attached.setdefault(file.record_id or 0, []).append(file)
    for one in rows:
        one.files = [chip(file) for file in attached.get(one.pk, [])]


def _event(row: Any) -> Event:
    name, by, operation, record_type, record, source, details, before, after = row[15:]
    event = Event(
        pk=row[1],
        at=row[2],
        name=name,
        by_id=by,
        operation_id=operation,
        record_type=record_type,
        record_id=record,
        source=source,
        details=_json(details) or {},
    )
    if before is None:
        Event._meta.get_field("change").set_cached_value(event, None)
    else:
        Change(event=event, at=event.at, before=_json(before), after=_json(after))
    return event


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def types_for(user: User) -> list[str]:
    """The types of records whose changes this person reads."""
    return [one for one in CATALOGUES if user.may(one, "view")]


# Counts

_COUNTS = """
    SELECT (SELECT count(*) FROM (
            SELECT FROM follow_up WHERE {of} AND deleted_at IS NULL {contact} LIMIT %(most)s) f),
        (SELECT count(*) FROM (
            SELECT FROM event WHERE {of_events} AND record_type NOT IN ('follow_up', 'plan')
                AND record_type = ANY(%(types)s) {of_contact} LIMIT %(most)s) e)
"""


def counts_of(customer: int | None, book: NameBook, asked: Asked) -> dict[str, int]:
    """How many follow-ups and changes there are, each counted to 1,000."""
    types = types_for(book.user)
    given: dict[str, Any] = {
        "customer": customer,
        "types": types,
        "most": COUNTED,
        "contact": [asked.contact],
        "one": asked.contact or asked.opportunity,
        "lead": asked.lead,
    }
    of_one = {"contact": "", "of_contact": "", "of": OF_CUSTOMER, "of_events": OF_CUSTOMER}
    if asked.lead is not None:
        of_one |= {"of": OF_LEAD, "of_events": EVENTS_OF_LEAD}
    if asked.contact is not None:
        of_one["contact"] = "AND contacts @> %(contact)s::bigint[]"
        of_one["of_contact"] = "AND record_type = 'contact' AND record_id = %(one)s"
    if asked.opportunity is not None:
        of_one["contact"] = "AND opportunity_id = %(one)s"
        of_one["of_contact"] = "AND record_type = 'opportunity' AND record_id = %(one)s"
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS.format(**of_one), given)
        follow_ups, events = cursor.fetchone()
    if not asked.follow_ups or not book.user.may("follow_up", "view"):
        follow_ups = 0
    return {"follow_ups": follow_ups, "changes": events}
