"""What of an event is sealed: its line, in two parts, and the leaf that is made of them.

The line is what COPY writes of event, operation and change. COPY separates columns by tabs, and writes a tab, a line
end and a backslash within a value by two other characters, and null by `\\N`: no two different rows have one line.
The head is who, when, where and about what; the body holds the values. A leaf holds the salted digest of the body, so
that it stays true when values are erased and their salt with them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db import connection
from psycopg import sql

SALT = LEAF = 16  # bytes
FOREVER = 2**63 - 1
LOWEST = -FOREVER
LINE = sql.SQL("""
    SELECT e.id, e.at, e.name, e.by_id, e.record_type, e.record_id, e.txid, e.proof, e.customer_id, e.source,
        e.operation_id, o.by_id, o.verb, o.source, o.at, o.address, e.details, c.before, c.after
    FROM event e
    LEFT JOIN change c ON c.event_id = e.id AND c.at = e.at
    LEFT JOIN operation o ON o.id = e.operation_id
    WHERE e.txid >= {from_xid}::xid8 AND e.txid <= {to_xid}::xid8
        AND (e.txid, e.id) > ({from_xid}::xid8, {from_id}) AND (e.txid, e.id) <= ({to_xid}::xid8, {to_id})
        AND e.id > {above} AND e.id <= {upto}
    ORDER BY e.txid, e.id LIMIT {most}
""")
BODY_COLUMNS = 3
PAGE = 20_000
STEADY = "SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL bytea_output = 'hex'"


class Place(NamedTuple):
    """A place in the order in which rows are sealed: by transaction, then by id."""

    xid: int
    id: int


BEGINNING, END = Place(0, 0), Place(FOREVER, FOREVER)


class Span(NamedTuple):
    """Rows behind one place up to another, of the ids of one epoch."""

    after: Place
    to: Place
    above: int
    upto: int = FOREVER


class Row(NamedTuple):
    """One event as it stands in the database.

    Attributes:
        head: who, when, where, about what, as COPY writes it.
        body: details and the values before and after.
    """

    head: bytes
    body: bytes

    @property
    def said(self) -> list[bytes]:
        """id, at, name, by, record type, record, txid, proof … as texts."""
        return self.head.split(b"\t")

    @property
    def place(self) -> Place:
        said = self.said
        return Place(int(said[6]), int(said[0]))


def rows(span: Span, most: int = PAGE) -> list[Row]:
    """The first rows of a span, in their order."""
    numbers: dict[str, Any] = {
        "from_xid": str(span.after.xid),
        "from_id": span.after.id,
        "to_xid": str(span.to.xid),
        "to_id": span.to.id,
        "above": span.above,
        "upto": span.upto,
        "most": most,
    }
    query = LINE.format(**{name: sql.Literal(value) for name, value in numbers.items()})
    with connection.cursor() as cursor:
        cursor.execute(STEADY)
        with cursor.copy(sql.SQL("COPY ({}) TO STDOUT").format(query)) as copy:
            return [_row(bytes(line)) for line in copy]


def _row(line: bytes) -> Row:
    head, *body = line.rstrip(b"\n").rsplit(b"\t", BODY_COLUMNS)
    return Row(head, b"\t".join(body))


def all_rows(span: Span, most: int = PAGE) -> Iterator[Row]:
    """All rows of a span, so many in memory at once."""
    while True:
        found = rows(span, most)
        yield from found
        if len(found) < most:
            return
        span = span._replace(after=found[-1].place)


def salted(salt: bytes, body: bytes) -> bytes:
    return hashlib.sha256(salt + body).digest()


def leaf(head: bytes, digest: bytes) -> bytes:
    """The leaf of one event. The digest has one length, so the two parts can't be shifted against each other."""
    return hashlib.sha256(head + digest).digest()[:LEAF]
