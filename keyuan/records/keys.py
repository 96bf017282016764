"""Duplicate keys: what makes two records the same, decided by the database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import ClassVar, NamedTuple

from django.db import IntegrityError, connection, models, transaction
from django.db.models import Q

from keyuan.records.errors import Duplicate


class DuplicateKey(models.Model):
    """One key of one record. Two living records never share a blocking key."""

    kind = models.CharField(max_length=20, db_collation="C")
    key = models.CharField(max_length=300, db_collation="C")
    record_type = models.CharField(max_length=30, db_collation="C")
    record_id = models.BigIntegerField()
    live = models.BooleanField(default=True)
    blocks = models.BooleanField(default=False)

    class Meta:
        db_table = "duplicate_key"
        indexes: ClassVar = [
            models.Index(fields=["kind", "key"], name="duplicate_key_lookup"),
            models.Index(fields=["record_type", "record_id"], name="duplicate_key_record"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "kind", "key", condition=Q(live=True, blocks=True), name="living_records_share_no_blocking_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"


class Key(NamedTuple):
    """One key that a record has, or would have."""

    kind: str
    key: str
    blocks: bool = False


def blocking_kind(record_type: str, kind: str) -> str:
    """The kind of a blocking key beside the one of `kind` by which a record is found."""
    return f"{record_type}={kind}"


_NOBODY_WAITS: ContextVar[bool] = ContextVar("nobody waits for a refusal", default=False)


@contextmanager
def refusing_nothing() -> Iterator[None]:
    """What is written inside takes no blocking key that another record holds, instead of being refused.

    For what a stranger sends, who could do nothing about it and must not learn of it.
    """
    token = _NOBODY_WAITS.set(True)
    try:
        yield
    finally:
        _NOBODY_WAITS.reset(token)


def write_keys(record_type: str, record_id: int, keys: Iterable[Key]) -> None:
    """Make `keys` the keys of this record.

    Raises:
        Duplicate: another living record holds one of the blocking ones, which this one did not share with it before.
    """
    wanted = {(key.kind, key.key[:300], key.blocks) for key in keys}
    mine = DuplicateKey.objects.filter(record_type=record_type, record_id=record_id)
    held = {(row.kind, row.key, row.blocks): row.pk for row in mine}
    gone = [pk for key, pk in held.items() if key not in wanted]
    if gone:
        DuplicateKey.objects.filter(pk__in=gone).delete()
    added = wanted - held.keys()
    rows = [DuplicateKey(kind=k, key=v, blocks=b, **_of(record_type, record_id)) for k, v, b in sorted(added)]
    had = {(blocking_kind(record_type, kind), key) for kind, key, _blocks in held}
    _insert(rows, {pair for pair in had if pair in {(row.kind, row.key) for row in rows}})


def _of(record_type: str, record_id: int) -> dict[str, str | int]:
    return {"record_type": record_type, "record_id": record_id}


def _insert(rows: list[DuplicateKey], shared: Collection[tuple[str, str]]) -> None:
    """Insert these, without those of `shared` where another record holds one of them."""
    if not rows:
        return
    try:
        with transaction.atomic():
            DuplicateKey.objects.bulk_create(rows)
    except IntegrityError as error:
        spared = [row for row in rows if (row.kind, row.key) not in shared]
        if _NOBODY_WAITS.get():
            spared = [row for row in rows if not row.blocks]
        if len(spared) == len(rows):
            raise Duplicate(_holders(rows)) from error
        _insert(spared, ())


def _holders(rows: Iterable[DuplicateKey]) -> list[object]:
    condition = Q()
    for row in rows:
        if row.blocks:
            condition |= Q(kind=row.kind, key=row.key)
    return list(DuplicateKey.objects.filter(condition, live=True, blocks=True)) if condition else []


def release_keys(record_type: str, record_ids: Sequence[int]) -> None:
    """Deleted records no longer block."""
    DuplicateKey.objects.filter(record_type=record_type, record_id__in=record_ids).update(live=False)


def revive_keys(record_type: str, record_ids: Sequence[int]) -> None:
    """Restored records block again.

    Raises:
        Duplicate: another living record holds one of their blocking keys now.
    """
    rows = DuplicateKey.objects.filter(record_type=record_type, record_id__in=record_ids)
    try:
        with transaction.atomic():
            rows.update(live=True)
    except IntegrityError as error:
        raise Duplicate(_holders(rows)) from error


def holders_of(keys: Iterable[Key], *, limit: int = 200) -> list[DuplicateKey]:
    """Every record, living or deleted, that holds one of these keys.

    Args:
        limit: at most so many rows; a domain or phone shared by thousands says nothing.
    """
    pairs = sorted({(key.kind, key.key[:300]) for key in keys})
    if not pairs:
        return []
    statement = """
        SELECT d.* FROM unnest(%s::text[], %s::text[]) AS wanted(kind, key)
        CROSS JOIN LATERAL (
            SELECT * FROM duplicate_key k WHERE k.kind = wanted.kind AND k.key = wanted.key LIMIT %s
        ) d
    """
    assert connection.vendor == "postgresql"
    kinds, values = zip(*pairs, strict=True)
    return list(DuplicateKey.objects.raw(statement, [list(kinds), list(values), limit]))
