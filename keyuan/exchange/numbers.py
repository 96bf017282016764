"""Ids that are taken from the database in advance, so that rows can be written down before they are written."""

from __future__ import annotations

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


class Numbers:
    """Ids for customers, contacts and their history."""

    def __init__(self) -> None:
        self.customers, self.contacts, self.events = Supply(Customer), Supply(Contact), Supply(Event)

    def provide(self, rows: int) -> None:
        """Enough for rows with one contact each."""
        self.customers.provide(rows)
        self.contacts.provide(rows)
        self.events.provide(2 * rows)
