"""The log of everything that happened, as a page of it is asked for: newest first, from one place on.

Period, person and kind walk an index. Verb, source, address and text look at so many events at once and go on from
there, so that no question is slow, however rare what it asks for is.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models.expressions import RawSQL
from django.http import QueryDict
from django.utils import timezone
from psycopg import sql

from keyuan.org.models import User
from keyuan.records.history import Change, Event
from keyuan.records.veil import covered
from keyuan.ui.lists.installed import LISTS
from keyuan.ui.signing_log import KIND as SIGN_IN

DAYS, PAGE, SCANNED = 30, 50, 20_000
SOURCES = ("web", "api", "import", "job", "command")
FILTERS = ("since", "until", "person", "kind", "verb", "source", "address", "q")

WINDOW = sql.SQL("""
    SELECT id, at, name, by_id, operation_id, record_type, record_id, customer_id, source, details
    FROM event WHERE {conditions} ORDER BY at DESC, id DESC
""")
FOUND = sql.SQL("""
    SELECT w.*, o.address AS place FROM ({window} LIMIT {scanned}) w
    LEFT JOIN operation o ON o.id = w.operation_id {values} WHERE {rest} ORDER BY w.at DESC, w.id DESC LIMIT {most}
""")
VALUES = sql.SQL("LEFT JOIN change c ON c.event_id = w.id AND c.at = w.at")
TEXT = sql.SQL("""
    (concat_ws(' ', ({before})::text, ({after})::text) ILIKE {word} AND {seen}
    OR CASE WHEN w.record_type = ANY({lists}) THEN concat_ws(' ', w.details->>'reason', w.details->>'fields')
    ELSE w.details::text END ILIKE {word})
""")
"""Only in what the reader is told: how many events hold a word, and which, would tell a hidden value bit by bit."""


@dataclass
class Asked:
    """What somebody wants to see of the log. What makes no sense is as if it was not asked.

    Attributes:
        since, until: days of the organisation's zone, both included.
        before: moment and id of the last event of the page above.
        about: only events about this record of the kind.
        sign_ins: the log of sign-ins instead of that of operations.
    """

    since: date
    until: date
    person: int | None = None
    kind: str = ""
    verb: str = ""
    source: str = ""
    address: str = ""
    q: str = ""
    before: tuple[datetime, int] | None = None
    about: int | None = None
    sign_ins: bool = False
    given: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, query: QueryDict, *, sign_ins: bool = False) -> Asked:
        given = {name: query.get(name, "").replace("\0", "").strip()[:100] for name in (*FILTERS, "before")}
        until = _day(given["until"]) or timezone.localdate()
        since = _day(given["since"]) or until - timedelta(days=DAYS)
        return cls(
            since=min(since, until),
            until=until,
            person=_number(given["person"]),
            kind=given["kind"][:30],
            verb=given["verb"][:60],
            source=given["source"] if given["source"] in SOURCES else "",
            address=given["address"][:45],
            q=given["q"],
            before=_place(given["before"]),
            sign_ins=sign_ins,
            given={name: given[name] for name in FILTERS if given[name]},
        )

    def from_place(self, text: str) -> Asked:
        """The same from where a page ended."""
        return replace(self, before=_place(text))

    def conditions(self) -> sql.Composed:
        """What an index knows."""
        start, end = (_midnight(day) for day in (self.since, self.until + timedelta(days=1)))
        found = [sql.SQL("at >= {}").format(start), sql.SQL("at < {}").format(end)]
        if self.sign_ins or self.kind:
            found.append(sql.SQL("record_type = {}").format(SIGN_IN if self.sign_ins else self.kind))
        if not self.sign_ins:
            found.append(sql.SQL("record_type <> {}").format(SIGN_IN))
        if self.about is not None:
            found.append(sql.SQL("record_id = {}").format(self.about))
        if self.person is not None:
            found.append(sql.SQL("by_id = {}").format(self.person))
        if self.before:
            at, pk = self.before
            found.append(sql.SQL("at <= {0} AND (at < {0} OR id < {1})").format(at, pk))
        return sql.SQL(" AND ").join(found)

    def rest(self, reader: User | None) -> list[sql.Composable]:
        """What has to be looked at event by event."""
        found: list[sql.Composable] = []
        if self.verb:
            found.append(sql.SQL("w.name = {}").format(self.verb))
        if self.source:
            found.append(sql.SQL("w.source = {}").format(self.source))
        if self.address:
            found.append(sql.SQL("coalesce(w.details->>'address', o.address) = {}").format(self.address))
        if self.q:
            assert reader is not None
            found.append(_text(self.q, reader))
        return found


def _text(word: str, reader: User) -> sql.Composed:
    hidden = {module: names for module, spec in LISTS.items() if (names := covered(spec.catalogue, reader))}
    before, after = (
        _by_kind(values, {module: sql.SQL("{} - {}::text[]").format(values, names) for module, names in hidden.items()})
        for values in (sql.SQL("c.before"), sql.SQL("c.after"))
    )
    seen = _by_kind(sql.SQL("true"), {module: _seen(module, reader) for module in LISTS})
    return TEXT.format(before=before, after=after, seen=seen, lists=list(LISTS), word=f"%{_escaped(word)}%")


def _by_kind(otherwise: sql.SQL, arms: dict[str, sql.Composable]) -> sql.Composable:
    if not arms:
        return otherwise
    whens = [sql.SQL("WHEN {} THEN {}").format(module, arm) for module, arm in arms.items()]
    return sql.SQL("CASE w.record_type {} ELSE {} END").format(sql.SQL(" ").join(whens), otherwise)


def _seen(module: str, reader: User) -> sql.Composable:
    """Whether the reader may see the record, or could if it were still there (as audit_words tells it)."""
    if reader.reach(module, "view").everything:
        return sql.SQL("true")
    rows = LISTS[module].catalogue.model.objects.visible_to(reader).filter(pk=RawSQL("w.record_id", ()))
    try:
        asked = rows.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return sql.SQL("false")
    composed = connection.ops.compose_sql(*asked)  # type: ignore[attr-defined]
    return sql.SQL("EXISTS ({})").format(sql.SQL(composed))


@dataclass
class Page:
    """Events with the address of their operation as `place`, and where the next page begins.

    Attributes:
        after: `before` of the next page; "" at the end.
        is_cut: the looking stopped before the page was full.
    """

    events: list[Any]
    after: str = ""
    is_cut: bool = False


def page_of(asked: Asked, size: int = PAGE, *, reader: User | None = None) -> Page:
    """One page of the log.

    Args:
        reader: who searches; needed where a text is asked for.
    """
    window, rest = WINDOW.format(conditions=asked.conditions()), asked.rest(reader)
    query = FOUND.format(
        window=window,
        scanned=SCANNED if rest else size + 1,
        values=VALUES if asked.q else sql.SQL(""),
        rest=sql.SQL(" AND ").join(rest) if rest else sql.SQL("true"),
        most=size + 1,
    )
    events = _read(query)
    if len(events) > size:
        return Page(events[:size], mark(events[size - 1]))
    return _cut(events, window) if rest else Page(events)


def _read(query: sql.Composed) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        names = [column.name for column in cursor.description or ()]
        return [_event(dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


def _event(row: dict[str, Any]) -> Any:
    place, details = row.pop("place"), row.pop("details")
    event: Any = Event(**row, details=json.loads(details) if isinstance(details, str) else details)
    event.place = place
    return event


def _cut(events: list[Any], window: sql.Composed) -> Page:
    """The page is not full: behind the last event that was looked at there may be more."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("{} OFFSET {} LIMIT 1").format(window, SCANNED - 1))
        row = cursor.fetchone()
    return Page(events, f"{row[1].isoformat()}_{row[0]}", True) if row else Page(events)


def mark(event: Any) -> str:
    """Where a page ends, for the address of the next one."""
    return f"{event.at.isoformat()}_{event.pk}"


def _place(text: str) -> tuple[datetime, int] | None:
    at, _sep, pk = text.replace(" ", "+").partition("_")
    try:
        return datetime.fromisoformat(at).astimezone(), int(pk) if len(pk) < 19 else 0
    except (ValueError, OverflowError):
        return None


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year < 2200 else None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 18 else None


def _escaped(text: str) -> str:
    for sign in "\\%_":
        text = text.replace(sign, f"\\{sign}")
    return text


def with_changes(events: Sequence[Any]) -> None:
    """Read the values of these events, in one query."""
    if not events:
        return
    days = [event.at for event in events]
    found = Change.objects.filter(event__in=[event.pk for event in events], at__gte=min(days), at__lte=max(days))
    changes = {one.event_id: one for one in found}
    for event in events:
        event.values = changes.get(event.pk)
