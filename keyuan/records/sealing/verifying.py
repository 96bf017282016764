"""`keyuan audit verify`: walks the chain in bounded memory and names what no longer fits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby, pairwise

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from keyuan.records.sealing import comparing, sentences
from keyuan.records.sealing.erasing import Erased
from keyuan.records.sealing.keys import proof_of, read_head
from keyuan.records.sealing.leaves import END, Place, Row, Span, all_rows, leaf, salted
from keyuan.records.sealing.retaining import Dropped
from keyuan.records.sealing.seals import Epoch, Seal

GROUP = 20_000  # events that are compared at once, in at most so many seals:
SEALS = 1_000
LATE = timedelta(minutes=2)  # an event that is older and not sealed says that nobody seals

ORPHANS = """
    SELECT c.event_id, c.at FROM change c
    WHERE NOT EXISTS (SELECT FROM event e WHERE e.id = c.event_id AND e.at = c.at) ORDER BY c.at, c.event_id
"""


@dataclass
class Figures:
    """What was looked at."""

    events: int = 0
    seals: int = 0
    erased: int = 0
    dropped: int = 0
    unsealed: int = 0
    records: int = 0
    since: datetime | None = None
    notes: list[str] = field(default_factory=list)


@dataclass
class Verification:
    """One look at the whole history.

    Args:
        group: how many events are compared at once.
    """

    group: int = GROUP
    figures: Figures = field(default_factory=Figures)

    def findings(self) -> Iterator[str]:
        """A sentence for everything that is wrong, while it is found. `figures` are complete afterwards."""
        head = read_head()  # before the snapshot: the database may be ahead of it, never behind
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL TimeZone = 'UTC'")
            self.dropped, self.erased, self.borders = Dropped.read(), Erased(), _borders()
            yield from self._chain(head)
            yield from self._tails()
            yield from self._orphans()
            yield from comparing.findings(self.figures)

    # The chain

    def _chain(self, head: tuple[int, bytes] | None) -> Iterator[str]:
        last: Seal | None = None
        for _key, group in groupby(self._grouped(), key=lambda pair: pair[0]):
            seals = [seal for _number, seal in group]
            good = []
            for seal in seals:
                wrong = list(self._link(seal, last))
                yield from wrong
                if seal.is_genuine:
                    good.append(seal)
                last = seal
            for _span, run in groupby(good, key=lambda seal: (seal.epoch, seal.upto)):
                yield from self._runs(list(run))
        self._begin(last)
        if head:
            yield from self._end_of_chain(last, head)
        elif last:
            self.figures.notes.append(_("The data folder does not remember the last seal: removed ones go unnoticed."))

    def _grouped(self) -> Iterator[tuple[int, Seal]]:
        """Seals in their order, with the number of the group in which they are compared."""
        number = events = seals = 0
        for seal in Seal.objects.order_by("number").iterator(chunk_size=50):
            if seals and (events + seal.count > self.group or seals >= SEALS):
                number, events, seals = number + 1, 0, 0
            events, seals = events + seal.count, seals + 1
            yield number, seal

    def _link(self, seal: Seal, last: Seal | None) -> Iterator[str]:
        """One link and how it hangs on the one before."""
        self.figures.seals += 1
        if not seal.is_genuine:
            yield sentences.altered_seal(seal)
            return
        expected = last.number + 1 if last else self.dropped.first_seal
        if seal.number != expected:
            yield sentences.missing_seals(expected, seal.number - 1, last.at if last else None, seal.at)
        elif bytes(seal.previous) != (bytes(last.digest) if last else self.dropped.digest):
            yield sentences.torn(seal)
        if seal.note.get("reason") == "restored":
            self.figures.notes.append(sentences.restored(seal))
        if self.figures.since is None:
            self.figures.since = seal.at

    def _begin(self, last: Seal | None) -> None:
        if last is None:
            self.figures.notes.append(_("Nothing is sealed yet."))

    def _end_of_chain(self, last: Seal | None, head: tuple[int, bytes]) -> Iterator[str]:
        number, digest = head
        if last is None or last.number < number:
            yield sentences.missing_seals(last.number + 1 if last else 1, number, last.at if last else None, None)
        elif bytes(Seal.objects.values_list("digest", flat=True).filter(pk=number).first() or b"") != digest:
            yield sentences.other_head(number)

    # The events

    def _runs(self, seals: list[Seal]) -> Iterator[str]:
        """Seals without a gap between them are compared at once."""
        run: list[Seal] = []
        for seal in seals:
            if run and run[-1].span.to != seal.span.after:
                yield from self._compare(run)
                run = []
            run.append(seal)
        yield from self._compare(run)

    def _compare(self, run: list[Seal]) -> Iterator[str]:
        if not run or run[0].span.after == run[-1].span.to:
            return
        first = run[0]
        expected = _Expected(run)
        upto = self.borders.get(first.epoch, first.upto)
        for row in all_rows(Span(first.span.after, run[-1].span.to, first.above, upto)):
            self.figures.events += 1
            yield from self._row(row, expected)
        yield from self._missing(expected)

    def _row(self, row: Row, expected: _Expected) -> Iterator[str]:
        pk = int(row.head.partition(b"\t")[0])
        found = expected.pop(pk)
        if found is None:
            yield sentences.inserted(row)
            return
        seal, place = found
        if not self._fits(row, pk, seal, place):
            yield sentences.altered(row, expected.line(seal, place))
        elif seal.proved and pk > seal.unproved_to and not _is_proved(row):
            yield sentences.inserted(row)

    def _fits(self, row: Row, pk: int, seal: Seal, place: int) -> bool:
        sealed = seal.leaf_at(place)
        erased = self.erased.of(pk)
        if erased is None:
            return leaf(row.head, salted(seal.salt_at(place), row.body)) == sealed
        self.figures.erased += 1
        return leaf(row.head, erased.kept) == sealed and salted(b"", row.body) == erased.now

    def _missing(self, expected: _Expected) -> Iterator[str]:
        for pk, (seal, place) in expected.rest():
            if self.dropped.covers(pk):
                self.figures.dropped += 1
            else:
                yield sentences.deleted(expected.line(seal, place), seal)

    # What lies outside the seals

    def _tails(self) -> Iterator[str]:
        """Rows behind the last seal of each epoch: those of an old epoch are foreign, those of the newest wait."""
        lasts = {seal.epoch: seal for seal in Seal.objects.defer("listed", "leaves", "salts").order_by("number")}
        epochs = {one.number: one for one in Epoch.objects.all()}
        for number, seal in sorted(lasts.items()):
            following = min((one for one in epochs if one > number), default=None)
            if following in lasts:
                for row in all_rows(Span(seal.span.to, END, seal.above, self.borders[number])):
                    yield sentences.inserted(row)
            else:
                yield from self._wait(seal)

    def _wait(self, seal: Seal) -> Iterator[str]:
        """What waits for its seal; a line without proof is foreign already."""
        oldest: datetime | None = None
        for row in all_rows(Span(Place(seal.to_xid, seal.to_id), END, seal.above)):
            self.figures.unsealed += 1
            if seal.proved and int(row.said[0]) > seal.unproved_to and not _is_proved(row):
                yield sentences.inserted(row)
            at = datetime.fromisoformat(row.said[1].decode())
            oldest = min(oldest, at) if oldest else at
        if oldest and oldest < timezone.now() - LATE:
            self.figures.notes.append(sentences.late(self.figures.unsealed, oldest))

    def _orphans(self) -> Iterator[str]:
        with connection.cursor() as cursor:
            cursor.execute(ORPHANS)
            for pk, at in cursor:
                if not self.dropped.covers(pk):
                    yield sentences.orphan(pk, at)


def _borders() -> dict[int, int]:
    """By epoch the last event that is still of it, where another has begun."""
    begun = sorted(set(Seal.objects.order_by().values_list("epoch", "above")))
    return {epoch: above for (epoch, _), (_next, above) in pairwise(begun)}


def _is_proved(row: Row) -> bool:
    said = row.said
    return said[7] == proof_of(said[6])


class _Expected:
    """What the seals of one run say must be there."""

    def __init__(self, run: list[Seal]) -> None:
        self.lines = {seal.number: seal.lines() for seal in run}
        self.places = {
            int(line[0]): (seal, place) for seal in run for place, line in enumerate(self.lines[seal.number])
        }

    def pop(self, pk: int) -> tuple[Seal, int] | None:
        return self.places.pop(pk, None)

    def rest(self) -> Iterator[tuple[int, tuple[Seal, int]]]:
        yield from sorted(self.places.items(), key=lambda one: one[0])

    def line(self, seal: Seal, place: int) -> list[bytes]:
        return self.lines[seal.number][place]
