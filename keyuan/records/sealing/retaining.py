"""Retention: whole months of history go when they are old enough, and that they went is told and sealed.

Nothing younger than seven months ever goes: the Cybersecurity Law of the PRC (article 21, 3) wants network logs, which
sign-ins are, kept for at least six months.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Exists, OuterRef
from django.utils import timezone

from keyuan.org.models import User
from keyuan.org.settings import setting
from keyuan.records.history import PARTITIONED, Event, Operation, make_partitions, month_after, write_event
from keyuan.records.sealing.guard import PARTITIONS, exception
from keyuan.records.sealing.keys import proof_of
from keyuan.records.sealing.leaves import FOREVER
from keyuan.records.sealing.seals import Seal

LEAST_MONTHS = 7
AHEAD = 12  # months for which partitions are made in advance
CHUNK = 5000
LAST_DROP = """
    SELECT details, txid::text, proof FROM event WHERE record_type = 'audit' AND name = 'dropped'
    ORDER BY at DESC, id DESC
"""
REST = "SELECT id FROM event WHERE id <= %s AND NOT (at >= %s AND at < %s) ORDER BY id"


@dataclass(frozen=True)
class Dropped:
    """What retention has taken, as its last event tells.

    Attributes:
        until: the first day that is still there; None where nothing went.
        ranges: ids of events that are gone, from and to.
        first_seal, digest: where the chain begins now, and what its first seal follows.
    """

    until: date | None = None
    ranges: tuple[tuple[int, int], ...] = ()
    first_seal: int = 1
    digest: bytes = b""

    @classmethod
    def read(cls) -> Dropped:
        with connection.cursor() as cursor:
            cursor.execute(LAST_DROP)
            for details, txid, proof in cursor:
                if _text(proof) == proof_of(txid.encode()):  # one that somebody has written by hand excuses nothing
                    return cls._of(details)
        return cls()

    @classmethod
    def _of(cls, details: str) -> Dropped:
        told = json.loads(details)
        ranges = tuple((int(first), int(last)) for first, last in told["ranges"])
        return cls(date.fromisoformat(told["until"]), ranges, told["first_seal"], bytes.fromhex(told["digest"]))

    def covers(self, event: int) -> bool:
        """Whether this event went with its month."""
        place = bisect_right(self.ranges, (event, FOREVER)) - 1
        return place >= 0 and self.ranges[place][1] >= event


def _text(proof: Any) -> bytes:
    return b"\\\\x" + bytes(proof).hex().encode() if proof is not None else b""


def keep_up(today: date | None = None) -> list[date]:
    """Make the partitions that will be needed, and drop the months that are too old; which went."""
    today = today or timezone.now().date()
    make_partitions(today, AHEAD)
    kept = str(setting("history_months"))
    months = int(kept) if kept.isdecimal() else 0
    if months < LEAST_MONTHS:
        return []
    border = _months_before(today, months)
    return [month for month in _months() if month < border and drop_month(month)]


def _months_before(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def _months() -> list[date]:
    """The months for which there are partitions, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(PARTITIONS, ["event"])
        names = [name.removeprefix("event_") for (name,) in cursor.fetchall()]
    return sorted(date(int(name[:4]), int(name[5:]), 1) for name in names if name[:4].isdecimal())


def drop_month(month: date) -> bool:
    """Drop one month of history, if all of it is sealed; whether it went."""
    following = month_after(month)
    last = Seal.objects.defer("listed", "leaves", "salts").order_by("-number").first()
    if last is None or last.at < datetime(following.year, following.month, 2, tzinfo=UTC):
        return False
    robot = User.objects.robot()
    robot.source = "job"
    with exception("retention"):
        ranges = _ranges(month, following)
        with connection.cursor() as cursor:
            for table in PARTITIONED:
                cursor.execute(f"DROP TABLE {table}_{month:%Y_%m}")
        _drop_operations(following)
        first, digest = _drop_seals(Dropped(ranges=ranges), last.number)
        write_event(
            "dropped",
            operation=Operation.begin("audit.dropped", by=robot),
            record_type="audit",
            record_id=0,
            customer_id=None,
            details={"until": following, "ranges": ranges, "first_seal": first, "digest": digest.hex()},
        )
    return True


def _ranges(month: date, following: date) -> tuple[tuple[int, int], ...]:
    """Ids of events that will be gone: all up to the highest of the month but those of other months."""
    gone = Dropped.read()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(id), 0) FROM event_{month:%Y_%m}")
        highest = max(cursor.fetchone()[0], gone.ranges[-1][1] if gone.ranges else 0)
        start, end = (f"{day:%Y-%m-%d} 00:00+00" for day in (month, following))
        cursor.execute(REST, [highest, start, end])
        stays = [pk for (pk,) in cursor.fetchall()]
    ranges, low = [], 0
    for pk in [*stays, highest + 1]:
        if low < pk:
            ranges.append((low, pk - 1))
        low = pk + 1
    return tuple(ranges)


def _drop_operations(before: date) -> None:
    """Operations of which nothing is left, and to which nothing points."""
    old = Operation.objects.filter(at__lt=datetime(before.year, before.month, 1, tzinfo=UTC))
    old = old.exclude(Exists(Event.objects.filter(operation=OuterRef("pk"))))
    for model in apps.get_models():
        for one in model._meta.concrete_fields if model._meta.managed else ():
            if one.related_model is Operation:
                old = old.exclude(Exists(model._base_manager.filter(**{one.attname: OuterRef("pk")})))
    while pks := list(old.order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        Operation.objects.filter(pk__in=pks)._raw_delete("default")


def _drop_seals(dropped: Dropped, newest: int) -> tuple[int, bytes]:
    """Seals at the beginning of the chain that hold nothing any more; where the chain begins now."""
    gone: list[int] = []
    first, digest = Dropped.read().first_seal, Dropped.read().digest
    for seal in Seal.objects.order_by("number").iterator(chunk_size=50):
        if seal.number == newest or not all(dropped.covers(int(line[0])) for line in seal.lines()):
            break
        gone.append(seal.number)
        first, digest = seal.number + 1, bytes(seal.digest)
    Seal.objects.filter(number__in=gone)._raw_delete("default")
    return first, digest
