"""Many files before the eyes of one person: a query for each type of record, however many there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from keyuan.org.models import User
from keyuan.records.attachments.holders import HOLDERS
from keyuan.records.attachments.models import Attachment
from keyuan.records.models import Record, RecordQuerySet

MOST = 2000  # of one customer with everything that hangs on it
Place = tuple[str | None, int | None]


def files_of(record: Record, user: User) -> list[Attachment]:
    """The files on this record that the person sees, the latest first; on a customer also those below it."""
    rows = Attachment.objects.living().select_related("created_by")
    is_customer = record.customer_column == "id"
    rows = rows.filter(customer_id=record.pk) if is_customer else rows.on(record.module, record.pk)
    return visible(list(rows.order_by("-created_at", "-pk")[:MOST]), user)


def visible(rows: Sequence[Attachment], user: User) -> list[Attachment]:
    """Those whose records this person sees now."""
    places = _allowed(rows, user, "view")
    return [one for one in rows if (one.record_type, one.record_id) in places]


def removable(rows: Sequence[Attachment], user: User) -> set[UUID]:
    """Those of visible files that this person may take away: the rule of `Attachment.may_go`, on open records."""
    others = [one for one in rows if one.created_by_id != user.pk]
    places, closed = _allowed(others, user, "delete"), _closed(rows, user)
    mine = {one.pk for one in rows if one.created_by_id == user.pk or _place(one) in places}
    return {one.pk for one in rows if one.pk in mine and _place(one) not in closed}


def _place(one: Attachment) -> Place:
    return one.record_type, one.record_id


def _closed(rows: Iterable[Attachment], user: User) -> set[Place]:
    """Where nothing can be changed any more."""
    found: set[Place] = set()
    for kind, pks in _by_kind(rows).items():
        before = HOLDERS[kind].model.closed_before()
        if before is not None:
            closed = _within(kind, pks, user, "view").filter(created_at__lt=before)
            found |= {(kind, pk) for pk in closed.values_list("pk", flat=True)}
    return found


def _allowed(rows: Iterable[Attachment], user: User, operation: str) -> set[Place]:
    wanted = _by_kind(rows)
    return {
        (kind, pk)
        for kind, pks in wanted.items()
        for pk in _within(kind, pks, user, operation).values_list("pk", flat=True)
    }


def _by_kind(rows: Iterable[Attachment]) -> dict[str, set[int]]:
    wanted: dict[str, set[int]] = {}
    for one in rows:
        if one.record_type in HOLDERS and one.record_id is not None:
            wanted.setdefault(one.record_type, set()).add(one.record_id)
    return wanted


def _within(kind: str, pks: set[int], user: User, operation: str) -> RecordQuerySet:
    return HOLDERS[kind].model.objects.allowed(user, operation).filter(pk__in=sorted(pks))
