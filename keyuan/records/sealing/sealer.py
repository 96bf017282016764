"""Sealing: whatever no running transaction can touch any more becomes the next link of the chain."""

from __future__ import annotations

import logging
import os
import threading
import zlib
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import Max
from django.utils import timezone

from keyuan.records.sealing.keys import read_head, write_head
from keyuan.records.sealing.leaves import BEGINNING, FOREVER, SALT, Place, Row, Span, leaf, rows, salted
from keyuan.records.sealing.seals import Epoch, Seal

BATCH = 20_000  # events of one seal: bounds memory, and how long one sealing takes
PAUSE = 1.0  # seconds
LOCK = 20260103  # advisory: one process seals at a time
LISTED = 6  # the first columns of a head: id, at, name, by, record type, record
LOG = logging.getLogger(__name__)

NOW = """
    SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, coalesce(current_setting('keyuan.writer', true), '')
"""


def seal_all(batch: int = BATCH) -> int:
    """Seal what can be sealed now; how many events."""
    count = 0
    while (sealed := seal_next(batch)) is not None:
        count += sealed
    return count


def seal_next(batch: int = BATCH) -> int | None:
    """Make the next seal.

    Returns:
        How many events it holds; None where there is nothing to do, or somebody else is at it.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return None
        # The border is read before the rows: whatever lies below it is committed, and is seen by the next statement.
        cursor.execute(NOW)
        border, writer = cursor.fetchone()
        seal = _make(border, bool(writer), batch)
        if seal is not None:
            seal.save(force_insert=True)
    if seal is None:
        return None
    write_head(seal.number, bytes(seal.digest))
    return seal.count


def _make(border: int, proved: bool, batch: int) -> Seal | None:
    last = Seal.objects.defer("listed", "leaves", "salts").order_by("-number").first()
    seal = _begun(last, proved)
    following = Epoch.objects.filter(number__gt=last.epoch if last else 0).order_by("number").first()
    if last is None:
        return _open(seal, following or Epoch.objects.create(number=1))
    seal.epoch, seal.above, seal.unproved_to = last.epoch, last.above, last.unproved_to
    after = Place(last.to_xid, last.to_id)
    to = Place(border - 1, FOREVER)
    if following:  # another database than the one that counted these transactions: all of them are over
        to, seal.upto = Place(FOREVER, FOREVER), following.above
    found = rows(Span(after, to, seal.above, seal.upto), batch)
    if not found:
        return _open(seal, following) if following else None
    if len(found) == batch:
        to = found[-1].place
    return _close(seal, found, after, to)


def _begun(last: Seal | None, proved: bool) -> Seal:
    """The next link. A number that the data folder remembers is not used twice: removed seals leave a gap."""
    head = read_head()
    number = max(last.number if last else 0, head[0] if head else 0) + 1
    if head and last and last.number == head[0] and bytes(last.digest) != head[1]:
        number += 1  # not the seal that was remembered: the chain shows a gap here, too
    return Seal(number=number, at=timezone.now(), proved=proved, previous=bytes(last.digest) if last else b"")


def _open(seal: Seal, epoch: Epoch) -> Seal:
    """An empty seal that begins an epoch and vouches for where it begins."""
    seal.epoch, seal.above, seal.upto, seal.unproved_to = epoch.number, epoch.above, FOREVER, epoch.unproved_to
    seal.note = {"reason": epoch.reason, "begun_at": epoch.begun_at.isoformat(), **epoch.details}
    return _close(seal, [], BEGINNING, BEGINNING)


def _close(seal: Seal, found: list[Row], after: Place, to: Place) -> Seal:
    seal.count = len(found)
    (seal.after_xid, seal.after_id), (seal.to_xid, seal.to_id) = after, to
    listed = (b"\t".join(row.head.split(b"\t", LISTED)[:LISTED]) for row in found)
    seal.listed = zlib.compress(b"\n".join(listed), 1) if found else b""
    seal.salts = os.urandom(SALT * len(found))
    seal.leaves = b"".join(
        leaf(row.head, salted(seal.salts[place * SALT : (place + 1) * SALT], row.body))
        for place, row in enumerate(found)
    )
    seal.digest = seal.signature()
    return seal


def seal_for_ever(ending: threading.Event) -> None:
    """Seal each second until asked to end. What the database refuses is tried again."""
    while not ending.wait(PAUSE):
        try:
            seal_all()
        except (DatabaseError, OSError) as error:
            LOG.warning("Sealing history: %s", str(error).strip())
            connection.close()


def unsealed_since() -> Any:
    """The moment of the last seal; None before the first."""
    return Seal.objects.aggregate(at=Max("at"))["at"]
