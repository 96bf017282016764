"""Spreadsheets: xlsx and xls, the first sheet that is visible. Nothing is unpacked before its size is known."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from keyuan.exchange.reading.errors import Unreadable

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MOST_EXPANDED, MOST_MEMBERS, MOST_AREA = 300 * 1024 * 1024, 5000, 10_000_000
_CELL = re.compile(rb'<(?:x:)?c\s[^>]*?r="([A-Z]{1,3})(\d{1,7})"')


def read_sheet(path: Path) -> tuple[Iterator[list[str]], dict[str, str]]:
    """The rows of the first visible sheet, from row 1 and column A on.

    Raises:
        Unreadable: damaged, protected by a password, or much larger inside than outside.
    """
    with path.open("rb") as file:
        is_zip = file.read(4) == ZIP
    if is_zip:
        check_archive(path)
    try:
        with path.open("rb") as file:
            book = CalamineWorkbook.from_filelike(file)
        sheet = _first_visible(book)
    except (CalamineError, OSError, ValueError) as error:
        raise _damaged(str(error), is_zip) from error
    _check_area(sheet.total_height, sheet.total_width)
    return _rows(sheet), {"format": "xlsx" if is_zip else "xls", "sheet": sheet.name}


def check_archive(path: Path) -> None:
    """Whether a zip file holds a spreadsheet of bearable size. Reads its directory, and the places of its cells."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_EXPANDED:
                raise Unreadable(_("Unpacked, this file is larger than 300 MB. Split it, or save it as csv."))
            if not any(member.filename.startswith(("xl/", "content.xml")) for member in members):
                raise Unreadable(_("This is an archive, not a spreadsheet. Unpack it and upload the file in it."))
            for member in members:
                if re.fullmatch(r"xl/worksheets/[^/]+\.xml", member.filename):
                    _check_cells(archive, member)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise _damaged(str(error), True) from error


def _check_cells(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """A cell far outside would make a small file fill the memory; what the sheet says of its size is not believed."""
    last_row, last_column, rest, read = 0, 0, b"", 0
    with archive.open(member) as stream:
        while piece := stream.read(4 * 1024 * 1024):
            read += len(piece)
            if read > MOST_EXPANDED:
                raise Unreadable(_("Unpacked, this file is larger than 300 MB. Split it, or save it as csv."))
            places = _CELL.findall(rest + piece)
            rest = piece[-200:]
            if places:
                last_row = max(last_row, int(places[-1][1]))
                last_column = max(last_column, max(map(_column, {letters for letters, _row in places})))
            _check_area(last_row, last_column)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _check_area(rows: int, columns: int) -> None:
    if rows * columns > MOST_AREA:
        place = {"rows": rows, "columns": columns}
        raise Unreadable(
            _("The sheet reaches to row %(rows)d and column %(columns)d. Delete what stands far outside.") % place
        )


def _first_visible(book: CalamineWorkbook) -> CalamineSheet:
    for sheet in book.sheets_metadata:
        if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet:
            return book.get_sheet_by_name(sheet.name)
    raise Unreadable(_("The file has no visible sheet."))


def _damaged(reason: str, is_zip: bool) -> Unreadable:
    if "password" in reason.lower() or "encrypt" in reason.lower() or (not is_zip and "Workbook" in reason):
        return Unreadable(_("The file is protected by a password. Save it without one."))
    return Unreadable(
        _("The file is damaged or not finished (%(reason)s). Open it, save it again and upload it.")
        % {"reason": reason[:120]}
    )


def _rows(sheet: CalamineSheet) -> Iterator[list[str]]:
    start = sheet.start or (0, 0)
    for _number in range(start[0]):
        yield []
    for row in sheet.to_python(skip_empty_area=True):
        yield [""] * start[1] + [as_text(value) for value in row]


def as_text(value: Any) -> str:
    """A cell as a person reads it: whole numbers without a point, days as 2025-06-12."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time.min else value.isoformat(" ", "seconds")
    return value.isoformat() if isinstance(value, (date, time)) else str(value)
