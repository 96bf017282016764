"""Erasing values of personal data from history; the seal stays true, and what was erased is told.

The leaf of an event is made of its head and of the salted digest of its values. Erasing replaces the values, keeps that
digest, and blanks the salt, without which nobody finds the values by trying.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db import connection
from django.utils.translation import gettext as _

from keyuan.org.models import User
from keyuan.records.errors import RuleBroken
from keyuan.records.history import Event, Operation, write_event
from keyuan.records.sealing.guard import exception
from keyuan.records.sealing.leaves import LOWEST, SALT, Place, Row, Span, rows, salted
from keyuan.records.sealing.seals import Erasure, Seal

CHUNK = 200
FIND = """
    SELECT e.id, e.txid::text::bigint FROM event e JOIN change c ON c.event_id = e.id AND c.at = e.at
    WHERE e.record_type = %s AND e.record_id = %s AND (c.before ?| %s::text[] OR c.after ?| %s::text[]) ORDER BY e.id
"""
BLANK = """
    UPDATE change SET
        before = before || (SELECT coalesce(jsonb_object_agg(n, NULL), '{}') FROM unnest(%s::text[]) n
            WHERE before ? n),
        after = after || (SELECT coalesce(jsonb_object_agg(n, NULL), '{}') FROM unnest(%s::text[]) n WHERE after ? n)
    WHERE event_id = ANY(%s)
"""
FORGET_SALT = "UPDATE audit_seal SET salts = overlay(salts PLACING %s FROM %s FOR %s) WHERE number = %s"


class Kept(NamedTuple):
    """What replaces the values of one event in the eyes of verification."""

    kept: bytes
    now: bytes


def erase(record_type: str, pk: int, fields: Sequence[str], *, by: User, reason: str) -> int:
    """Replace the values of these fields by null in everything that history tells about one record.

    Args:
        reason: why, such as the request of the person whose data it is; it stands in the log.

    Returns:
        The number of events in which something was erased.

    Raises:
        RuleBroken: some event is younger than a moment, and not sealed yet.
    """
    names = list(fields)
    with exception("erasure"), connection.cursor() as cursor:
        cursor.execute(FIND, [record_type, pk, names, names])
        found = [(event, Place(txid, event)) for event, txid in cursor.fetchall()]
        operation = Operation.begin("audit.erased", by=by)
        for start in range(0, len(found), CHUNK):
            _erase(found[start : start + CHUNK], names, operation, (record_type, pk, reason))
    return len(found)


def _erase(found: list[tuple[int, Place]], names: list[str], operation: Operation, about: tuple[str, int, str]) -> None:
    kept = {event: _kept(event, place) for event, place in found}
    with connection.cursor() as cursor:
        cursor.execute(BLANK, [names, names, list(kept)])
    digests = {event: Kept(kept[event], salted(b"", _row(place).body)) for event, place in found}
    told = {str(event): [one.kept.hex(), one.now.hex()] for event, one in digests.items()}
    record_type, pk, reason = about
    by_event = write_event(
        "erased",
        operation=operation,
        record_type=record_type,
        record_id=pk,
        customer_id=None,
        details={"fields": names, "reason": reason, "events": told},
    )
    Erasure.objects.bulk_create(
        Erasure(event_id=event, by_event=by_event, kept=one.kept, now=one.now) for event, one in digests.items()
    )


def _kept(event: int, place: Place) -> bytes:
    """The salted digest of the body as it was sealed; its salt is forgotten."""
    before = Erasure.objects.filter(event_id=event).order_by("-by_event").first()
    if before:
        return bytes(before.kept)
    seal = _seal_of(place)
    position = next((at for at, line in enumerate(seal.lines()) if int(line[0]) == event), None) if seal else None
    if seal is None or position is None:
        raise RuleBroken(_("Something of this was written just now and is not sealed yet. Try again in a moment."))
    digest = salted(seal.salt_at(position), _row(place).body)
    with connection.cursor() as cursor:
        cursor.execute(FORGET_SALT, [bytes(SALT), position * SALT + 1, SALT, seal.number])
    return digest


def _seal_of(place: Place) -> Seal | None:
    around = Seal.objects.filter(count__gt=0, after_xid__lte=place.xid, to_xid__gte=place.xid, above__lt=place.id)
    fitting = (seal for seal in around.filter(upto__gte=place.id) if seal.span.after < place <= seal.span.to)
    return next(fitting, None)


def _row(place: Place) -> Row:
    return rows(Span(Place(place.xid, place.id - 1), place, LOWEST))[0]


class Erased:
    """What verification knows about erased events. An erasure counts only if a sealed event tells of it."""

    def __init__(self) -> None:
        self.events = set(Erasure.objects.values_list("event_id", flat=True))

    def __contains__(self, event: int) -> bool:
        return event in self.events

    def of(self, event: int) -> Kept | None:
        """What is known about one event; None where nothing was erased from it."""
        if event not in self.events:
            return None
        last = Erasure.objects.filter(event_id=event).order_by("-by_event").first()
        if last is None:
            return None
        kept = Kept(bytes(last.kept), bytes(last.now))
        return kept if self._is_told(event, last.by_event, kept) else None

    def _is_told(self, event: int, by_event: int, kept: Kept) -> bool:
        told: Iterable[dict[str, dict[str, list[str]]]] = Event.objects.filter(pk=by_event, name="erased").values_list(
            "details", flat=True
        )
        return any(one.get("events", {}).get(str(event)) == [kept.kept.hex(), kept.now.hex()] for one in told)
