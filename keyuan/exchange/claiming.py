"""Duplicate keys for many records at once. The database decides between two that save at the same moment."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from django.db import connection

from keyuan.records.adding import as_json
from keyuan.records.keys import DuplicateKey, Key

_CLAIM = """
    INSERT INTO duplicate_key (kind, key, record_type, record_id, live, blocks)
    SELECT kind, key, %s, record_id, true, blocks
    FROM jsonb_to_recordset(%s::jsonb) AS given(kind text, key text, record_id bigint, blocks bool)
    ORDER BY kind, key, record_id
    ON CONFLICT (kind, key) WHERE live AND blocks DO NOTHING
    RETURNING record_id, kind, key, blocks
"""

Claim = tuple[str, str, int, bool]


def claim_keys(record_type: str, wanted: Mapping[int, Sequence[Key]], held: Collection[Claim] = ()) -> set[int]:
    """Insert the keys of these records that they do not hold yet.

    Returns:
        The records that lost: another living record has one of their blocking keys. They get no new keys.
    """
    claims = {(key.kind, key.key[:300], pk, key.blocks) for pk, keys in wanted.items() for key in keys} - set(held)
    if not claims:
        return set()
    given = [{"kind": kind, "key": key, "record_id": pk, "blocks": blocks} for kind, key, pk, blocks in claims]
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [record_type, as_json(given)])
        got = {(kind, key, pk, blocking) for pk, kind, key, blocking in cursor.fetchall()}
    losers = {pk for _kind, _key, pk, blocking in claims - got if blocking}
    _give_back(record_type, [claim for claim in got if claim[2] in losers])
    return losers


def _give_back(record_type: str, claims: Sequence[Claim]) -> None:
    for kind, key, pk, _blocks in claims:
        DuplicateKey.objects.filter(record_type=record_type, record_id=pk, kind=kind, key=key).delete()


def held_by(record_type: str, pks: Collection[int]) -> set[Claim]:
    """The keys that these records hold."""
    rows = DuplicateKey.objects.filter(record_type=record_type, record_id__in=list(pks))
    return set(rows.values_list("kind", "key", "record_id", "blocks"))


def release_others(record_type: str, wanted: Mapping[int, Sequence[Key]], held: Collection[Claim]) -> None:
    """Delete the keys that these records hold, but no longer have."""
    kept = {(key.kind, key.key[:300], pk, key.blocks) for pk, keys in wanted.items() for key in keys}
    _give_back(record_type, [claim for claim in held if claim[2] in wanted and claim not in kept])
