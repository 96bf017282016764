"""The one writer of tables for people: xlsx and csv in which no cell is ever a formula."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from keyuan.engine.later import Later

if TYPE_CHECKING:
    import xlsxwriter
else:
    xlsxwriter = Later("xlsxwriter")

MOST_ROWS = 1_048_575  # below the header, in one sheet of xlsx
LONGEST_CELL = 32_767
NEVER = ("strings_to_formulas", "strings_to_numbers", "strings_to_urls")

_SIGNS, _LINE = set("=+-@"), set("\t\r\n")
_UNSEEN = re.compile("^[\\s\u200b-\u200f\u2060\ufeff]+")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def escaped(text: str) -> str:
    """A cell of a csv file: what a spreadsheet might run as a formula gets an apostrophe before it.

    Also behind blanks of any width and characters that cannot be seen, and with full-width signs.
    """
    bare = text.lstrip("'")  # one that begins with an apostrophe already keeps it
    start = unicodedata.normalize("NFKC", _UNSEEN.sub("", bare)[:1])
    return "'" + text if (bare[:1] and bare[:1] in _LINE) or start in _SIGNS else text


def unescaped(text: str) -> str:
    """The cell as it was before `escaped`."""
    return text[1:] if text.startswith("'") and escaped(text[1:]) != text[1:] else text


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """UTF-8 with a mark, so that Excel reads Chinese; how many rows."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(map(escaped, header))
        for row in rows:
            writer.writerow([escaped(text) for text in row])
            count += 1
    return count


class Sheet:
    """An xlsx file with one sheet, written row by row in constant memory.

    Args:
        who: the person for whom it is made; the watermark says it in the properties and on every printed page.
        choices: for columns of a template, the words that may stand there.
    """

    def __init__(self, path: Path, who: str, *, title: str = "", at: datetime | None = None) -> None:
        self.book = xlsxwriter.Workbook(str(path), {"constant_memory": True, **dict.fromkeys(NEVER, False)})
        moment = f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
        mark = _("Exported by %(name)s at %(at)s") % {"name": who, "at": moment}
        self.book.set_properties({"title": title, "author": who, "comments": mark})
        self.book.set_custom_property("watermark", mark)
        self.sheet = self.book.add_worksheet((title or "Sheet1")[:31])
        self.sheet.set_header(f"&L{mark.replace('&', '&&')}")
        self.sheet.set_footer(f"&L{mark.replace('&', '&&')}&R&P / &N")
        self.sheet.repeat_rows(0)
        self.sheet.freeze_panes(1, 0)
        self.head = self.book.add_format({"bold": True, "bg_color": "#EEF1F6", "bottom": 1, "num_format": "@"})
        self.text = self.book.add_format({"num_format": "@"})
        self.rows = 0

    def widths(self, widths: Sequence[int]) -> None:
        for place, width in enumerate(widths):
            self.sheet.set_column(place, place, width, self.text)

    def header(self, texts: Sequence[str]) -> None:
        for place, text in enumerate(texts):
            self.sheet.write_string(0, place, clean(text), self.head)

    def row(self, texts: Sequence[str]) -> None:
        """One row; every cell is text, whatever it looks like."""
        self.rows += 1
        for place, text in enumerate(texts):
            if text:
                self.sheet.write_string(self.rows, place, clean(text), self.text)

    def choices(self, place: int, words: Sequence[str], rows: int = 1000) -> None:
        """A drop-down with these words below the header of a column, where they fit into one."""
        if words and sum(map(len, words)) + len(words) <= 255:
            self.sheet.data_validation(
                1, place, rows, place, {"validate": "list", "source": list(words), "error_type": "warning"}
            )

    def close(self) -> None:
        self.book.close()

    def __enter__(self) -> Sheet:
        return self

    def __exit__(self, *_exc: Any) -> None:
        self.close()


def clean(text: str) -> str:
    """What the format can hold: no control characters, at most 32,767 characters."""
    return _CONTROL.sub("", text)[:LONGEST_CELL]
