"""The kinds of fields that only leads have."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils import timezone

from keyuan.leads.models.standing import OPEN
from keyuan.records.catalogue import Field
from keyuan.records.kinds import Asked, YesNo


class Late(YesNo):
    """Whether somebody should have been in touch by now, and nothing has happened since."""

    sortable = False

    def read(self, field: Field, record: Any) -> bool:
        due = record.next_contact_at
        return bool(due and due < timezone.now() and record.is_open)

    def where(self, field: Field, op: str, value: Any, asked: Asked) -> Q:
        late = Q(next_contact_at__lt=asked.now, state__in=OPEN)
        return late if self.asked_value(field, value, asked) == (op == "=") else ~late
