"""What counts as the same record and what as a similar one (C11): one level for each evidence of each record type.

The name and the credit code of a customer always block; imports and follow-ups find customers by them. What an
administrator raises to "same" gets a blocking key of its own beside the one by which it is found, so the database
decides between two who save at the same moment, whatever door they come through.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from keyuan.org.administrators import require_administrator
from keyuan.org.models import User
from keyuan.org.settings import set_setting, setting
from keyuan.people import log
from keyuan.records.keys import DuplicateKey, Key, blocking_kind

SAME, SIMILAR, OFF = "same", "similar", "off"
CHOICES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("customer", "phone"): (SAME, SIMILAR, OFF),
    ("customer", "domain"): (SAME, SIMILAR, OFF),
    ("customer", "alike"): (SIMILAR, OFF),
    ("contact", "phone"): (SIMILAR, OFF),
    ("lead", "name"): (SAME, SIMILAR, OFF),
    ("lead", "phone"): (SAME, SIMILAR, OFF),
    ("lead", "domain"): (SAME, SIMILAR, OFF),
    ("lead", "alike"): (SIMILAR, OFF),
}
"""By record type and evidence, what may be chosen. `alike` are names that differ by place, suffix or a few signs."""
ALIKE = {"core", "short"}
"""Kinds of keys that tell of names that are alike."""
SETTING = "duplicate_levels"
_LOCK, _DECIDING = 4_201_108, 4_201_109
"""Of saving records against changing levels; of changing them one after the other."""
_LONGEST = "10min"  # instead of the few seconds of a page: at a million customers it takes half a minute
_CLAIM = """
    INSERT INTO duplicate_key (kind, key, record_type, record_id, live, blocks)
    SELECT %(kind)s, key, record_type, record_id, live, true FROM duplicate_key
    WHERE kind = %(of)s AND record_type = %(type)s AND NOT blocks {among} ORDER BY key, record_id
    ON CONFLICT (kind, key) WHERE live AND blocks DO NOTHING
"""
_DROP_STALE = """
    DELETE FROM duplicate_key b WHERE b.kind = %(kind)s AND b.record_type = %(type)s
    AND b.record_id IN (
        SELECT id FROM {table} WHERE deleted_at IS NULL AND updated_at > {since}
        UNION ALL SELECT id FROM {table} WHERE deleted_at > {since}
    )
    AND NOT EXISTS (
        SELECT FROM duplicate_key k WHERE k.kind = %(of)s AND k.record_type = %(type)s AND k.record_id = b.record_id
        AND k.key = b.key AND k.live = b.live AND NOT k.blocks
    ) RETURNING key
"""
_SINCE = "transaction_timestamp() - interval '10 minutes'"
"""Whoever saves has begun no earlier than this before the levels were decided."""


class Levels(dict[tuple[str, str], str]):
    """The level of each evidence, by record type and name of the evidence."""

    def of(self, module: str, kind: str) -> str:
        """The level of a kind of key of this record type; "" where nobody chooses it."""
        return self.get((module, "alike" if kind in ALIKE else kind), "")

    def raised(self, module: str, keys: Sequence[Key]) -> list[Key]:
        """The blocking keys that follow from `keys`, of what has been raised to the same."""
        found = [Key(blocking_kind(module, one.kind), one.key, True) for one in keys if not one.blocks]
        return [one for one in dict.fromkeys(found) if one.kind in self._raised(module)]

    def _raised(self, module: str) -> set[str]:
        return {blocking_kind(*pair) for pair, level in self.items() if pair[0] == module and level == SAME}


def levels() -> Levels:
    """The levels as they stand."""
    kept: dict[str, str] = setting(SETTING) or {}
    chosen = {pair: kept.get(".".join(pair), "") for pair in CHOICES}
    return Levels({pair: level if level in CHOICES[pair] else SIMILAR for pair, level in chosen.items()})


def levels_for_saving() -> Levels:
    """The same, which nobody changes until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_LOCK])
    return levels()


@transaction.atomic
def decide(wanted: Mapping[tuple[str, str], str], *, by: User) -> bool:
    """Let these levels hold from now on, for what is there already as well; whether anything changed.

    What is there gets its blocking keys while others go on saving; they wait only while what they saved meanwhile is
    added. Records that share an evidence already stay; of them the first blocks others.

    Raises:
        NotAllowed: `by` is no administrator.
    """
    require_administrator(by)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true), pg_advisory_xact_lock(%s)",
                       [_LONGEST, _DECIDING])  # fmt: skip
    before, after = levels(), Levels({pair: wanted.get(pair, SIMILAR) for pair in CHOICES})
    raised = {pair: _claim_held(pair) for pair in CHOICES if after[pair] == SAME != before[pair]}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    set_setting(SETTING, {".".join(pair): level for pair, level in after.items()})
    for pair, mark in raised.items():
        _catch_up(pair, mark)
    for pair in CHOICES:
        if before[pair] == SAME != after[pair]:
            DuplicateKey.objects.filter(kind=blocking_kind(*pair)).delete()
    return log.write_difference("setting", 0, _told(before), _told(after), by=by)


def _claim_held(pair: tuple[str, str]) -> int:
    """Blocking keys for all records that have the evidence; the last key of all before, after which is news."""
    mark: int = DuplicateKey.objects.aggregate(last=Max("pk"))["last"] or 0
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM.format(among=""), _names(pair))
    return mark


def _catch_up(pair: tuple[str, str], mark: int) -> None:
    """Under the lock: what was saved while `_claim_held` ran loses keys that it has no more, and gets its new ones."""
    names = _names(pair)
    with connection.cursor() as cursor:
        cursor.execute(_DROP_STALE.format(table=pair[0], since=_SINCE), names)
        free = [key for (key,) in cursor.fetchall()]
        cursor.execute(_CLAIM.format(among="AND id > %(mark)s"), names | {"mark": mark})
        if free:
            cursor.execute(_CLAIM.format(among="AND key = ANY(%(free)s)"), names | {"free": free})


def _names(pair: tuple[str, str]) -> dict[str, Any]:
    return {"kind": blocking_kind(*pair), "of": pair[1], "type": pair[0]}


def _told(found: Levels) -> dict[str, str]:
    return {f"duplicate_{module}_{evidence}": level for (module, evidence), level in found.items()}
