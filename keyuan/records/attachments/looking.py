"""Many files before the eyes of one person: a query for each type of record, however many there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from keyuan.org.models import User
from keyuan.records.attachments.holders import HOLDERS
from keyuan.records.attachments.models import Attachment
from keyuan.records.models import Record

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
    """Those of visible files that this person may take away: the rule of `Attachment.may_go`."""
    others = [one for one in rows if one.created_by_id != user.pk]
    places = _allowed(others, user, "delete")
    return {one.pk for one in rows if one.created_by_id == user.pk or (one.record_type, one.record_id) in places}


def _allowed(rows: Iterable[Attachment], user: User, operation: str) -> set[Place]:
    wanted: dict[str, set[int]] = {}
    for one in rows:
        if one.record_type in HOLDERS and one.record_id is not None:
            wanted.setdefault(one.record_type, set()).add(one.record_id)
    return {(kind, pk) for kind, pks in wanted.items() for pk in _within(kind, pks, user, operation)}


def _within(kind: str, pks: set[int], user: User, operation: str) -> Iterable[int]:
    rows = HOLDERS[kind].model.objects.allowed(user, operation)
    return rows.filter(pk__in=sorted(pks)).values_list("pk", flat=True)
