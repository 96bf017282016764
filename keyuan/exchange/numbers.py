"""Ids that are taken from the database in advance, so that rows can be written down before they are written."""

from __future__ import annotations

import os
import time

from django.db import models

from keyuan.customers.models import Contact, Customer
from keyuan.records.adding import next_ids
from keyuan.records.history import Event

AT_ONCE = 100


class Supply:
    """Ids of one table. What is left over at the end is lost, as sequences may."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model
        self.left: list[int] = []

    def provide(self, count: int) -> None:
        """Have at least so many in hand."""
        if count > len(self.left):
            self.left = next_ids(self.model, count - len(self.left))[::-1] + self.left

    def next(self) -> int:
        """One id; asks the database only where nothing is in hand."""
        if not self.left:
            self.provide(AT_ONCE)
        return self.left.pop()


class People:
    """Ids of persons: UUIDs of version 7 (RFC 9562), of which those made together lie together in the index.

    Chance is fetched for many at once: each call lets go of the interpreter and takes it back at once, and a thread
    that waits for it never gets it while such calls follow each other.
    """

    def __init__(self) -> None:
        self.chances = b""

    def next(self) -> str:
        if not self.chances:
            self.chances = os.urandom(10 * 10 * AT_ONCE)
        chance, self.chances = int.from_bytes(self.chances[:10], "big"), self.chances[10:]
        number = (time.time_ns() // 1_000_000) << 80 | chance
        return f"{number & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62:032x}"


class Numbers:
    """Ids for customers, contacts and their history, and for the persons behind contacts."""

    def __init__(self) -> None:
        self.people = People()
        self.customers, self.contacts, self.events = Supply(Customer), Supply(Contact), Supply(Event)

    def provide(self, rows: int) -> None:
        """Enough for rows with one contact each."""
        self.customers.provide(rows)
        self.contacts.provide(rows)
        self.events.provide(2 * rows)
