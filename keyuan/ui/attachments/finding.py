"""Records that hold files, and files, for somebody who sees them now. What they may not see does not exist."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404

from keyuan.org.http import Request
from keyuan.records.attachments.holders import HOLDERS
from keyuan.records.attachments.models import Attachment
from keyuan.records.models import Record
from keyuan.ui.editing import record_or_404
from keyuan.ui.frame import INSTALLED
from keyuan.ui.modules import is_off


def record_of(request: Request, record_type: str, pk: int) -> Record:
    """The record. Raises Http404 for foreign ones, types that hold no files and modules that are switched off."""
    if record_type not in HOLDERS or _is_off(request, record_type):
        raise Http404
    record: Record = record_or_404(HOLDERS[record_type].model, request, pk)
    return record


def file_of(request: Request, pk: UUID, *, deleted: bool = False) -> Attachment:
    """The file; deleted ones only where they are asked for. Raises Http404."""
    rows = Attachment.objects.all() if deleted else Attachment.objects.living()
    found: Attachment | None = rows.filter(pk=pk).first()
    if found is None or _is_off(request, found.record_type) or not found.is_visible_to(request.user):
        raise Http404
    return found


def _is_off(request: Request, record_type: str | None) -> bool:
    holder = HOLDERS.get(record_type or "")
    return holder is not None and is_off(INSTALLED.modules, holder.address, request.user)
