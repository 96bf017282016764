"""What counts as the same record and what as a similar one (C11): one level for each evidence of each record type.

The name and the credit code of a customer always block; imports and follow-ups find customers by them. What an
administrator raises to "same" gets a blocking key of its own beside the one by which it is found, so the database
decides between two who save at the same moment, whatever door they come through.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import connection, transaction

from keyuan.org.administrators import require_administrator
from keyuan.org.models import User
from keyuan.org.settings import set_setting, setting
from keyuan.people import log
from keyuan.records.keys import Key, blocking_kind

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
_LOCK = 4_201_108
"""Of saving records against changing levels."""
_CLAIM_HELD = """
    INSERT INTO duplicate_key (kind, key, record_type, record_id, live, blocks)
    SELECT %s, key, record_type, record_id, live, true FROM duplicate_key
    WHERE kind = %s AND record_type = %s AND NOT blocks ORDER BY key, record_id
    ON CONFLICT (kind, key) WHERE live AND blocks DO NOTHING
"""


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

    Waits for those who are saving. Records that share an evidence already stay; of them the first blocks others.

    Raises:
        NotAllowed: `by` is no administrator.
    """
    require_administrator(by)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    before, after = levels(), Levels({pair: wanted.get(pair, SIMILAR) for pair in CHOICES})
    set_setting(SETTING, {".".join(pair): level for pair, level in after.items()})
    for pair in CHOICES:
        if (before[pair] == SAME) != (after[pair] == SAME):
            _rewrite(pair, after[pair] == SAME)
    return log.write_difference("setting", 0, _told(before), _told(after), by=by)


def _rewrite(pair: tuple[str, str], blocks: bool) -> None:
    kind = blocking_kind(*pair)
    with connection.cursor() as cursor:
        if blocks:
            cursor.execute(_CLAIM_HELD, [kind, pair[1], pair[0]])
        else:
            cursor.execute("DELETE FROM duplicate_key WHERE kind = %s", [kind])


def _told(found: Levels) -> dict[str, str]:
    return {f"duplicate_{module}_{evidence}": level for (module, evidence), level in found.items()}
