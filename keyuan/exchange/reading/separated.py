"""Text with separators: which encoding, which separator, and its cells."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from keyuan.engine.later import Later
from keyuan.exchange.reading.errors import Unreadable
from keyuan.exchange.writer import unescaped

if TYPE_CHECKING:
    import charset_normalizer
else:
    charset_normalizer = Later("charset_normalizer")

SEPARATORS = {",": "comma", "\t": "tab", ";": "semicolon", "|": "pipe"}
TRIED = 30  # records that decide which separator it is

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def read_separated(content: bytes) -> tuple[Iterator[list[str]], dict[str, str]]:
    """The records of a text, and how it was read.

    Raises:
        Unreadable: no encoding fits, or a quotation mark is never closed.
    """
    text, encoding = decode(content)
    if text[:4].lower() == "sep=":  # Excel's own first line
        first, _end, text = text.partition("\n")
        separator = first.strip()[4:5] or ","
    else:
        separator = find_separator(text)
    reading = {"format": "csv", "encoding": encoding, "separator": SEPARATORS.get(separator, separator)}
    return map(_bare, _records(text, separator)), reading


def _bare(record: list[str]) -> list[str]:
    """Without the apostrophes that keep cells from being formulas."""
    return [unescaped(text) if text[:1] == "'" else text for text in record]


def decode(content: bytes) -> tuple[str, str]:
    """The text and the name of its encoding: strict decoders first, a guess last.

    UTF-8 with or without a mark, UTF-16 with or without one, GB 18030 (which holds GBK and GB 2312).
    """
    for mark, name in _MARKS:
        if content.startswith(mark):
            return _strictly(content, name), name.removesuffix("-sig")
    if name := _unmarked_utf16(content):
        return _strictly(content, name), "utf-16"
    for name in ("utf-8", "gb18030"):
        try:
            return content.decode(name), name
        except UnicodeDecodeError:
            continue
    best = charset_normalizer.from_bytes(content[:1_000_000]).best()
    if best is None or "\0" in str(best)[:1000]:
        raise Unreadable(
            _("This is neither a spreadsheet nor a text in a known encoding. Save it as xlsx or UTF-8 csv.")
        )
    return _strictly(content, best.encoding), best.encoding


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise Unreadable(
            _("Line %(line)d can't be read as %(encoding)s. Save the file as xlsx or UTF-8 csv.")
            % {"line": line, "encoding": encoding.upper()}
        ) from error


def _unmarked_utf16(content: bytes) -> str:
    """Latin text in UTF-16 has a zero in every second byte."""
    head = content[:2000]
    if len(head) < 4 or b"\0" not in head:
        return ""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > len(head) // 10 and odd > 3 * even:
        return "utf-16-le"
    return "utf-16-be" if even > len(head) // 10 and even > 3 * odd else ""


def find_separator(text: str) -> str:
    """The separator by which the first records fall into the same number of cells, of several the one with most."""
    return max(SEPARATORS, key=lambda one: _score(text, one))


def _score(text: str, separator: str) -> tuple[float, int]:
    try:
        widths = [
            len(record) for record in islice(csv.reader(io.StringIO(text, newline=""), delimiter=separator), TRIED)
        ]
    except csv.Error:
        return 0.0, 0
    widths = [width for width in widths if width]
    if not widths or widths[0] < 2:
        return 0.0, 0
    return sum(width == widths[0] for width in widths) / len(widths), widths[0]


def _records(text: str, separator: str) -> Iterator[list[str]]:
    """The records; a stray quotation mark is taken as written, one that is never closed is refused."""
    try:
        yield from list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        number = _record_of(text, separator, error)
        if "end of data" in str(error):
            raise Unreadable(
                _("A quotation mark in row %(number)d is never closed. Close it and upload again.") % {"number": number}
            ) from error
        if "field limit" in str(error):
            raise Unreadable(_("A cell in row %(number)d is too long.") % {"number": number}) from error
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator)


def _record_of(text: str, separator: str, error: csv.Error) -> int:
    """The number of the record in which strict reading fails."""
    number = 1
    try:
        for _record in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True):
            number += 1
    except csv.Error:
        pass
    return number
