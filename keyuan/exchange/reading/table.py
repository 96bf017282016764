"""One table out of a file: its header and its rows, all as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from keyuan.exchange.reading.errors import Unreadable
from keyuan.exchange.reading.separated import read_separated
from keyuan.exchange.reading.sheets import OLE, ZIP, read_sheet

MOST_ROWS, MOST_COLUMNS, MOST_CELLS = 200_000, 500, 10_000_000

Row = tuple[int, list[str]]

__all__ = ["Row", "Table", "Unreadable", "column_letter", "read_table"]


@dataclass
class Table:
    """A header, the rows below it with their numbers as people count them, and how the file was read."""

    header: list[str]
    rows: list[Row]
    reading: dict[str, str]


def read_table(path: Path) -> Table:
    """Read a file by its content, whatever its name says.

    Raises:
        Unreadable: with a sentence that names the place and the reason.
    """
    with path.open("rb") as file:
        magic = file.read(8)
    if magic.startswith(ZIP) or magic.startswith(OLE):
        lines, reading = read_sheet(path)
    else:
        lines, reading = read_separated(path.read_bytes())
    return _table(lines, reading)


def _table(lines: Iterable[Sequence[str]], reading: dict[str, str]) -> Table:
    """The first line that is not blank is the header; blank lines are left out, but counted."""
    header: list[str] = []
    rows: list[Row] = []
    width = cells = 0
    for number, line in enumerate(lines, 1):
        texts = _trimmed(line)
        if not texts:
            continue
        width, cells = max(width, len(texts)), cells + len(texts)
        _check(number, len(texts), len(rows), cells)
        if header:
            rows.append((number, texts))
        else:
            header = texts
    if not header:
        raise Unreadable(_("The file has no rows."))
    if not rows:
        raise Unreadable(_("The file has a header, but no rows below it."))
    header += [""] * (width - len(header))
    return Table([" ".join(text.split()) for text in header], rows, reading)


def _trimmed(line: Sequence[str]) -> list[str]:
    """The cells without those at the end that are blank; PostgreSQL takes no NUL."""
    texts = [text.replace("\0", "") if "\0" in text else text for text in line]
    while texts and not texts[-1].strip():
        texts.pop()
    return texts


def _check(number: int, width: int, rows: int, cells: int) -> None:
    if width > MOST_COLUMNS:
        place = {"number": number, "width": width, "most": MOST_COLUMNS}
        raise Unreadable(_("Row %(number)d has %(width)d columns; at most %(most)d can be read.") % place)
    if rows > MOST_ROWS:
        raise Unreadable(_("There are more than 200,000 rows. Split the file."))
    if cells > MOST_CELLS:
        raise Unreadable(_("There are more than 10,000,000 cells. Split the file."))


def column_letter(place: int) -> str:
    """The letters above a column of a spreadsheet: 0 is A, 26 is AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
