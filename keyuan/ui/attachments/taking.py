"""Files that come with a form: uploaded beforehand and named by id, or in the form itself where no script runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from keyuan.org.models import User
from keyuan.records.attachments.attaching import attach, claim_pending
from keyuan.records.attachments.models import Attachment
from keyuan.records.history import Operation
from keyuan.records.models import Record
from keyuan.ui.attachments.shown import chip

IDS, FILES = "attachment", "files"
MOST = 100


@dataclass(frozen=True)
class Pending:
    """What somebody wants to attach with a form. False where there is nothing."""

    ids: tuple[UUID, ...]
    files: tuple[UploadedFile, ...]
    by: User

    def __bool__(self) -> bool:
        return bool(self.ids or self.files)

    def attach_to(self, record: Record, *, operation: Operation | None = None) -> list[Attachment]:
        """Put all of them on the record, in the caller's transaction.

        Args:
            operation: that of the record's own saving, so that undoing one undoes the other.

        Raises:
            NotAllowed: `by` may not attach to this record.
            RuleBroken: one of them is refused or no longer there; then none is attached.
        """
        claimed = claim_pending(self.ids, record, self.by, operation=operation)
        return [*claimed, *(attach(record, one, self.by, operation=operation) for one in self.files)]

    def chips(self) -> list[dict[str, Any]]:
        """Those that wait on the server, for ui/attachments/input.html in a form that is shown again."""
        found = {one.pk: one for one in Attachment.objects.pending(self.by).filter(pk__in=self.ids)}
        return [chip(found[pk]) for pk in self.ids if pk in found]


def take_files(request: HttpRequest) -> Pending:
    """The files of this form; ids that are none are left out, like those of somebody else."""
    ids = [_uuid(text) for text in request.POST.getlist(IDS)[:MOST]]
    files = [one for one in request.FILES.getlist(FILES)[:MOST] if isinstance(one, UploadedFile)]
    return Pending(tuple(one for one in dict.fromkeys(ids) if one), tuple(files), request.user)  # type: ignore[arg-type]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
