"""The template that people fill in, and the file of rows that were refused."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext as _

from keyuan.exchange.counting import Report
from keyuan.exchange.kinds import ImportKind
from keyuan.exchange.models import Import, ImportRow
from keyuan.exchange.targets import Target
from keyuan.exchange.writer import Sheet
from keyuan.org.models import User
from keyuan.records.kinds import Choice, Choices, Fixed
from keyuan.records.namebook import NameBook

CHUNK = 2000
LEFT_OUT = {"parent", "contact.is_primary", "contact.has_left", "contact.reports_to"}


def write_template(path: Path, user: User, kind: ImportKind) -> None:
    """An empty sheet with a header per field, a star on those required, and drop-downs where there are lists."""
    book = NameBook(user)
    targets = [one for one in kind.targets(user).values() if one.key not in LEFT_OUT]
    with Sheet(path, str(user), title=str(kind.label)) as sheet:
        sheet.widths([18] * len(targets))
        sheet.header([starred(one) for one in targets])
        for place, one in enumerate(targets):
            sheet.choices(place, offered(one, book))


def starred(target: Target) -> str:
    """The header of a field; a contact is not required, so nothing of it is."""
    return f"{target.label} *" if target.field.required and not target.is_contact else target.label


def offered(target: Target, book: NameBook) -> list[str]:
    """The words of a list, as the form offers them."""
    kind = target.field.kind
    if isinstance(kind, Choice) and not isinstance(kind, Choices):
        return [str(option) for option in kind.offered(book)]
    return [str(label) for label in kind.choices.labels] if isinstance(kind, Fixed) else []


def write_errors(path: Path, of: Import, user: User) -> None:
    """The refused rows as they came, with a column that says why: mend them and upload the file again."""
    report = Report(of)
    with Sheet(path, str(user), title=_("Refused rows")) as sheet:
        sheet.widths([44, 8, *[18] * len(of.header)])
        sheet.header([_("Reason"), _("Row"), *of.header])
        rows = ImportRow.objects.filter(of=of, outcome__in=("refused", "skipped")).order_by("number")
        for row in rows.iterator(chunk_size=CHUNK):
            reasons = [told(report, one) for one in row.problems if one["level"] != "warn"]
            sheet.row(["；".join(reasons), str(row.number), *row.cells])


def told(report: Report, problem: dict[str, object]) -> str:
    """The sentence, with the header of the column where it is about one."""
    if "column" not in problem:
        return str(problem["text"])
    return f"{report.column(int(str(problem['column'])))}：{problem['text']}"
