"""Find records by any of their words: one or two characters, pinyin, initials, last digits, old names."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import Exists, F, FloatField, Func, IntegerField, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.expressions import RawSQL
from django.db.models.lookups import Exact

from keyuan.records.grams import query_grams
from keyuan.records.probe import FEW, among, probe
from keyuan.records.search_limits import SearchLimits
from keyuan.records.search_text import Kind, SearchText
from keyuan.records.text import digits, normalise

if TYPE_CHECKING:
    from keyuan.org.models import User
    from keyuan.records.catalogue import Catalogue
    from keyuan.records.kinds.kind import Asked

LONGEST, MOST_WORDS = 100, 6
COMMON, VERY_COMMON = 20_000, 300_000
"""A gram that more rows hold is not worth a probe: reading its bitmap costs more than walking the list. Two of
them together are, up to the second number: the index reads both lists and few rows are in both."""

_PHONE = re.compile(r"[\d\s()+.\-–]{3,}")


@dataclass(frozen=True)
class Match:
    """What a simple search means.

    Attributes:
        words: the normalised words that all must match.
        condition: on the records themselves.
        ids: at most 2,000 ids that match, or None where there are more.
    """

    words: tuple[str, ...]
    condition: Q
    ids: list[int] | None


def words_of(query: str) -> tuple[str, ...]:
    """The normalised words of a query; digits with blanks and hyphens between them are one word."""
    text = normalise(query[:LONGEST])
    if _PHONE.fullmatch(text) and len(digits(text)) >= 3:
        return (digits(text),)
    return tuple(dict.fromkeys(text.split()))[:MOST_WORDS]


def match(query: str, catalogue: Catalogue, user: User) -> Match | None:
    """What `query` finds in `catalogue` by the fields that `user` sees, before rights; None for an empty query."""
    words = words_of(query)
    if not words:
        return None
    condition, ids, limits = Q(), None, catalogue.search_limits(user)
    for word in sorted(words, key=len, reverse=True):
        if len(word) == 1 and catalogue.begins:
            condition &= _begins(word)
            continue
        kinds = _kinds(word, limits)
        rows = holding(catalogue.search, word, kinds)
        if ids is not None:
            own = rows.filter(record_id__in=ids).values_list("record_id", flat=True)
            ids = sorted({*own, *_others(word, catalogue, limits).intersection(ids)})
        elif is_common(catalogue.search, word):
            condition &= Q(Exists(_holding_by_row(catalogue.search, word, kinds)))
        else:
            ids, expected = _few(catalogue.search, word, rows)
            if ids is not None:
                ids = sorted(_others(word, catalogue, limits).union(ids))
            elif expected < max(COMMON, statistics_of(catalogue.search).rows / 200):
                condition &= Q(pk__in=rows.values("record_id"))
            else:
                condition &= Q(Exists(_holding_by_row(catalogue.search, word, kinds)))
    if limits is not None and ids is not None:
        ids = limits.kept(ids, words)
    elif limits is not None and limits.hides_words:
        condition &= reduce(Q.__and__, (limits.named(word) for word in words), Q())
    if ids is not None:
        condition &= among(ids)
    return Match(words, condition, ids)


def _few(search: type[SearchText], word: str, rows: QuerySet[Any]) -> tuple[list[int] | None, float]:
    """The ids of these rows, or None where there are more than 2,000; and about how many there are.

    Hits come in the order in which they lie in the table, so the place of the last says how dense they are.
    """
    grams, known = query_grams(word), statistics_of(search)
    alone = known.frequencies.get(grams[0], 0) if len(grams) == 1 else 0
    if alone > 2 * FEW:
        return None, alone
    found = list(rows.annotate(block=_BLOCK).values_list("record_id", "block")[: FEW + 1])
    if len(found) <= FEW:
        return sorted({pk for pk, _block in found}), len(found)
    return None, len(found) * known.blocks / (max(block for _pk, block in found) + 1)


def _others(word: str, catalogue: Catalogue, limits: SearchLimits | None) -> set[int]:
    """Ids of records that other rows lead to, or a whole number where parts of one may not."""
    return catalogue.found_through(word) | (limits.whole(word) if limits else set())


def _kinds(word: str, limits: SearchLimits | None) -> list[str]:
    kinds = [Kind.TEXT.value]
    if word.isdecimal() and len(word) >= 3:
        kinds.append(Kind.PHONE.value)
    if word.isascii() and len(word) >= 3:
        kinds.append(Kind.EMAIL.value)
    return [kind for kind in kinds if limits is None or kind in limits.kinds]


def _begins(character: str) -> Q:
    """One character means the beginning of a name, or of its pinyin."""
    if character.isascii():
        return Q(sort_name__startswith=character)
    return Q(name__startswith=character)


def holding(search: type[SearchText], word: str, kinds: list[str]) -> QuerySet[Any]:
    """Rows of the search table whose text holds `word`: grams by the index, the whole word on what remains."""
    grams = Func(F("body"), function="grams", output_field=ArrayField(TextField()))
    rows = search.objects.filter(kind__in=kinds)  # type: ignore[attr-defined]
    wanted = rare(search, query_grams(word))
    if wanted:
        rows = rows.alias(grams=grams).filter(grams__contains=wanted)
    return rows.filter(_holds(word))


def _holds(word: str) -> Q:
    if len(word) <= 2 and word.isascii():
        return Q(body__regex=rf"(^|[^a-z0-9]){re.escape(word)}")
    # LIKE would make PostgreSQL expect a single row where the grams have found thousands, and “> 0” a third of them.
    place = Func(F("body"), Value(word), function="strpos", output_field=IntegerField())
    return ~Q(Exact(place, 0))


def _holding_by_row(search: type[SearchText], word: str, kinds: list[str]) -> QuerySet[Any]:
    """The same, asked of one record at a time, for words that many rows hold."""
    return search.objects.filter(_holds(word), record_id=OuterRef("pk"), kind__in=kinds)  # type: ignore[attr-defined]


def has_text(text: str, asked: Asked, kind: str = "text") -> Q:
    """The condition that the search text of a record holds `text`, for the filter language."""
    condition = Q()
    for word in words_of(text):
        if len(word) > 1:
            condition &= probe(holding(asked.catalogue.search, word, [kind]), "record", asked.under_or)
    return condition


def has_phone(number: str, asked: Asked) -> Q:
    """The condition that one of a record's numbers holds these digits."""
    wanted = digits(number)
    if len(wanted) < 3:
        return Q(pk__in=[])
    return probe(holding(asked.catalogue.search, wanted, [Kind.PHONE.value]), "record", asked.under_or)


# How common grams are, from the statistics that PostgreSQL keeps of the index


@dataclass(frozen=True)
class Statistics:
    """What PostgreSQL knows of a search table.

    Attributes:
        frequencies: about how many rows hold each of the most common grams.
        blocks: how long the table is.
        rows: about how many it has, one for each kind of text of a record.
    """

    frequencies: dict[str, float]
    blocks: int
    rows: float


_BLOCK = RawSQL("(ctid::text::point)[0]", (), output_field=FloatField())
_KNOWN: dict[str, tuple[float, Statistics]] = {}
_KEPT_FOR = 300.0


def statistics_of(search: type[SearchText]) -> Statistics:
    """The statistics of a search table, read again every five minutes."""
    table = search._meta.db_table
    kept = _KNOWN.get(table)
    if kept is None or time.monotonic() - kept[0] > _KEPT_FOR:
        kept = _KNOWN[table] = time.monotonic(), Statistics(_read_frequencies(table), *_read_size(table))
    return kept[1]


def _read_size(table: str) -> tuple[int, float]:
    statement = """
        SELECT pg_relation_size(oid) / current_setting('block_size')::int, reltuples
        FROM pg_class WHERE oid = %s::regclass
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, [table])
        blocks, rows = cursor.fetchone()
        return int(blocks), float(rows)


def _read_frequencies(table: str) -> dict[str, float]:
    statement = """
        SELECT elem, freq * c.reltuples FROM pg_stats s JOIN pg_class c ON c.relname = %s,
        unnest(s.most_common_elems::text::text[], s.most_common_elem_freqs) AS t(elem, freq)
        WHERE s.tablename = %s AND s.attname = 'grams' AND elem IS NOT NULL
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, [table, f"{table}_grams"])
        return {gram: float(rows) for gram, rows in cursor.fetchall()}


def rare(search: type[SearchText], grams: list[str]) -> list[str]:
    """The grams worth asking: without those that a great many rows hold, as long as others remain; else two."""
    common = statistics_of(search).frequencies
    kept = [gram for gram in grams if common.get(gram, 0) < COMMON]
    return kept or sorted(grams, key=lambda gram: common.get(gram, 0))[:2]


def is_common(search: type[SearchText], word: str) -> bool:
    """Whether even the rarest grams of `word` are held by a great many rows."""
    common = statistics_of(search).frequencies
    counts = sorted(common.get(gram, 0) for gram in query_grams(word))
    return bool(counts) and counts[0] >= (COMMON if len(counts) == 1 else VERY_COMMON)
