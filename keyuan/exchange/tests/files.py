"""Files for tests: trial data, and sheets made on the spot."""

import os
from pathlib import Path

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from keyuan.exchange import importing, tasks
from keyuan.exchange.columns import Mapping
from keyuan.exchange.models import Import
from keyuan.exchange.options import Options

DATA = Path(os.environ.get("KEYUAN_TEST_DATA") or Path(__file__).parents[4] / "shared" / "data")


def trial(name):
    """A file of the trial data; without it the test is skipped, in CI it fails."""
    path = DATA / name
    if not path.exists():
        assert "CI" not in os.environ, f"{path} is missing"
        pytest.skip(f"{path} is missing")
    return path


def sheet(path, *rows):
    """An xlsx file with these rows."""
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet()
    for place, row in enumerate(rows):
        page.write_row(place, 0, row)
    book.close()
    return path


def upload(by, *lines, name="customers.csv", mapping=None, kind="customers", **options):
    """An import of these lines, mapped as guessed or as `mapping` says, with `options`; not yet checked."""
    content = lines[0] if isinstance(lines[0], bytes) else "\n".join(lines).encode()
    of = importing.start_import(by, SimpleUploadedFile(name, content), kind)
    if mapping is not None:
        importing.map_columns(of, Mapping(mapping), by=by)
    return importing.choose(of, Options.of(options), by=by)


def checked(of):
    """The import after its check."""
    importing.dry_run(of, by=of.by)
    tasks.check_import(import_id=of.pk)
    return Import.objects.get(pk=of.pk)


def imported(of):
    """The import after its check and its run."""
    importing.confirm(checked(of), by=of.by)
    tasks.write_import(import_id=of.pk)
    return Import.objects.get(pk=of.pk)


def sentences(of):
    """Row number and sentence of everything said about the rows."""
    rows = of.rows.order_by("number")
    return [(row.number, one["text"]) for row in rows for one in row.problems]


__all__ = ["checked", "imported", "sentences", "sheet", "trial", "upload"]
