"""Pages of files: the block of a record, what is uploaded, fetched, deleted and brought back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keyuan.org.http import Request
from keyuan.records.attachments import pictures
from keyuan.records.attachments.attaching import attach, upload
from keyuan.records.attachments.holders import HOLDERS
from keyuan.records.attachments.models import Attachment
from keyuan.records.attachments.storage import open_content
from keyuan.records.errors import RuleBroken
from keyuan.records.models import Record
from keyuan.ui.attachments.finding import file_of, record_of
from keyuan.ui.attachments.shown import Files, chip
from keyuan.ui.audience import signed_in
from keyuan.ui.downloads import attachment, inline_picture
from keyuan.ui.pages import go, quiet, render_part, safe_next, toast


@require_http_methods(["GET", "POST"])
@signed_in
def of_record(request: Request, module: str, pk: int) -> HttpResponse:
    """The files of one record; a POST attaches more."""
    record = record_of(request, module, pk)
    if request.method == "POST":
        return _attached(request, record)
    return _block(request, record)


def _attached(request: Request, record: Record) -> HttpResponse:
    files = request.FILES.getlist("file")
    if not files:
        raise RuleBroken(_("Choose a file first."))
    with transaction.atomic():  # all of them or none
        for one in files:
            attach(record, one, request.user)
    if quiet(request):
        return HttpResponse(status=204)
    toast(request, ngettext("%(n)d file is attached", "%(n)d files are attached", len(files)) % {"n": len(files)})
    return go(request, _page_of(record))


def _page_of(record: Record) -> str:
    return f"{HOLDERS[record.module].address}{record.pk}/#attachments"


def _block(request: Request, record: Record) -> HttpResponse:
    files = Files(record, request.user, everything="all" in request.GET)
    context = {"title": _("Attachments"), "files": files, "record": record, "back": _page_of(record)}
    return render_part(request, "ui/attachments/page.html", "ui/attachments/block.html", context)


@require_POST
@signed_in
def new(request: Request) -> HttpResponse:
    """Take in a file that waits for its form to be saved; the chip that stands for it there."""
    file = request.FILES.get("file")
    if file is None:
        raise RuleBroken(_("Choose a file first."))
    return render(request, "ui/attachments/chip.html", chip(upload(file, request.user)), status=201)


@require_GET
@signed_in
def fetch(request: Request, pk: UUID) -> HttpResponseBase:
    """The file itself, to be saved; the right is asked now."""
    found = file_of(request, pk)
    return attachment(_content(found), found.name, found.media_type)


def _content(found: Attachment) -> Any:
    try:
        return open_content(found.digest)
    except FileNotFoundError as error:
        raise Http404 from error


@require_GET
@signed_in
def picture(request: Request, pk: UUID) -> HttpResponseBase:
    """A picture as we have written it anew, to be looked at; `size` is thumb or view."""
    found, size = file_of(request, pk), request.GET.get("size", "view")
    if not found.is_picture or size not in pictures.SIZES:
        raise Http404
    try:
        return inline_picture(pictures.picture(found.digest, size).open("rb"), found.name_parts[0])
    except (pictures.NoPicture, FileNotFoundError) as error:
        raise Http404 from error


@require_POST
@signed_in
def delete(request: Request, pk: UUID) -> HttpResponse:
    """Take a file away, with the way back; what waited goes for good."""
    found = file_of(request, pk)
    found.delete_by(request.user)
    if found.is_pending:
        return HttpResponse(status=204) if quiet(request) else go(request, safe_next(request))
    toast(request, _("“%(name)s” is deleted") % {"name": found.name}, undo=reverse("attachments:restore", args=[pk]))
    return _block_after(request, found)


@require_POST
@signed_in
def restore(request: Request, pk: UUID) -> HttpResponse:
    """Put a deleted file back."""
    found = file_of(request, pk, deleted=True)
    if found.is_pending:
        raise Http404
    found.restore(by=request.user)
    if quiet(request):
        return HttpResponse(status=204)
    toast(request, _("“%(name)s” is back") % {"name": found.name})
    return _block_after(request, found)


def _block_after(request: Request, found: Attachment) -> HttpResponse:
    """The block again for a script, which says on which page it stands; else that page."""
    module, _slash, pk = request.POST.get("block", "").partition("/")
    on = (module, int(pk)) if pk.isdecimal() and len(pk) < 18 else (found.record_type or "", found.record_id or 0)
    record = record_of(request, *on)
    return _block(request, record) if quiet(request) else go(request, _page_of(record))
