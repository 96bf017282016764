"""Epochs, seals and erasures: what is kept of the sealing itself."""

from __future__ import annotations

import hashlib
import json
import zlib
from typing import ClassVar

from django.db import models
from django.utils import timezone

from keyuan.records.sealing.keys import signed
from keyuan.records.sealing.leaves import FOREVER, LEAF, LOWEST, SALT, Place, Span


class Epoch(models.Model):
    """A span of the database's life in which its transactions are numbered upwards. A restore begins the next.

    Attributes:
        above: the last event of the epochs before; events of this one have higher ids.
        unproved_to: up to this event, rows carry no proof of their writer: they are older than the proof.
    """

    number = models.PositiveIntegerField(primary_key=True)
    begun_at = models.DateTimeField(default=timezone.now)
    above = models.BigIntegerField(default=LOWEST)
    unproved_to = models.BigIntegerField(default=0)
    reason = models.CharField(max_length=20, default="installed")
    details = models.JSONField(default=dict)

    objects: ClassVar = models.Manager()

    class Meta:
        db_table = "audit_epoch"

    def __str__(self) -> str:
        return f"epoch {self.number}"


class Seal(models.Model):
    """One link of the chain: the leaves of all events from one place to another.

    Attributes:
        place, to: from behind the one place up to the other, each a transaction and an id.
        upto: the last event of the epoch, where a later one has begun.
        listed: of each event a line, compressed: id, at, name, by, record type, record.
        leaves, salts: 16 bytes of each event. Salts are not signed: erasure blanks them.
        proved: whether the connection that sealed carried the proof of writers.
        previous, digest: of the seal before, and of this one.
    """

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    epoch = models.PositiveIntegerField()
    above = models.BigIntegerField()
    upto = models.BigIntegerField(default=FOREVER)
    unproved_to = models.BigIntegerField(default=0)
    after_xid = models.BigIntegerField()
    after_id = models.BigIntegerField()
    to_xid = models.BigIntegerField()
    to_id = models.BigIntegerField()
    count = models.PositiveIntegerField()
    proved = models.BooleanField()
    listed = models.BinaryField()
    leaves = models.BinaryField()
    salts = models.BinaryField()
    note = models.JSONField(default=dict)
    previous = models.BinaryField()
    digest = models.BinaryField()

    objects: ClassVar = models.Manager()

    class Meta:
        db_table = "audit_seal"
        ordering: ClassVar = ["number"]

    def __str__(self) -> str:
        return f"seal {self.number}"

    @property
    def span(self) -> Span:
        return Span(Place(self.after_xid, self.after_id), Place(self.to_xid, self.to_id), self.above, self.upto)

    def signature(self) -> bytes:
        """What `digest` must be."""
        said = [
            self.number,
            self.at.isoformat(),
            [self.epoch, self.above, self.upto, self.unproved_to],
            [self.after_xid, self.after_id, self.to_xid, self.to_id],
            [self.count, self.proved, self.note],
            *(hashlib.sha256(part).hexdigest() for part in (self.listed, self.leaves)),
            bytes(self.previous).hex(),
        ]
        return signed(json.dumps(said, sort_keys=True).encode())

    @property
    def is_genuine(self) -> bool:
        return self.signature() == bytes(self.digest)

    def lines(self) -> list[list[bytes]]:
        """Of each event: id, at, name, by, record type, record."""
        if not self.count:
            return []
        return [line.split(b"\t") for line in zlib.decompress(bytes(self.listed)).split(b"\n")]

    def leaf_at(self, place: int) -> bytes:
        return bytes(self.leaves[place * LEAF : (place + 1) * LEAF])

    def salt_at(self, place: int) -> bytes:
        return bytes(self.salts[place * SALT : (place + 1) * SALT])


class Erasure(models.Model):
    """Values of one event that were erased: what the seal's leaf was made of, and what stands there now.

    Attributes:
        kept: the salted digest of the body that was sealed; its salt is gone.
        now: the digest of the body since.
        by_event: the event that tells of the erasure; sealed like any other, it holds both digests.
    """

    event_id = models.BigIntegerField()
    by_event = models.BigIntegerField()
    kept = models.BinaryField()
    now = models.BinaryField()

    objects: ClassVar = models.Manager()

    class Meta:
        db_table = "audit_erasure"
        constraints: ClassVar = [
            models.UniqueConstraint("event_id", "by_event", name="an_event_is_erased_once_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"erasure of {self.event_id}"
