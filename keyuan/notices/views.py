"""The list of notices, the panel of the rail, the jump to the record, and what one wants to be told."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keyuan.engine import mail
from keyuan.notices import reading
from keyuan.notices.kinds import KINDS
from keyuan.notices.models import Notice, NoticePreferences
from keyuan.notices.preferring import PreferencesForm, prefer
from keyuan.notices.showing import entries
from keyuan.org.http import Request
from keyuan.ui.audience import signed_in
from keyuan.ui.pages import go, page, quiet, render_part, safe_next, toast

IN_PANEL = 20


@require_GET
@signed_in
def notice_list(request: Request) -> HttpResponse:
    """What one has been told, the newest first; `?show=unread` leaves out what is read."""
    show = "unread" if request.GET.get("show") == "unread" else "all"
    before = request.GET.get("before", "")
    found = reading.page_of(request.user, unread_only=show == "unread", before=before)
    unread = reading.unread_count(request.user)
    context = {
        "title": _("Notices"),
        "show": show,
        "entries": entries(request.user, found.notices),
        "unread": unread,
        "newest": f"?show={show}" if before else "",
        "older": f"?show={show}&before={found.after}" if found.after else "",
    }
    return render_part(request, "notices/list.html", "notices/part.html", context)


@require_GET
@signed_in
def panel(request: Request) -> HttpResponse:
    """The newest notices, beside every page."""
    found = reading.page_of(request.user, size=IN_PANEL)
    context = {"entries": entries(request.user, found.notices), "more": bool(found.after)}
    return render(request, "notices/panel.html", context)


@require_GET
@signed_in
def open_notice(request: Request, pk: int) -> HttpResponse:
    """Go to what the notice is about. It is read with that."""
    notice = _notice(request, pk)
    if not hasattr(request, "preview"):  # where the product is only looked at through a role
        reading.mark_read(request.user, notice)
    return redirect(KINDS[notice.kind].address(notice))


@require_POST
@signed_in
def read_one(request: Request, pk: int) -> HttpResponse:
    """Mark one as read and stay."""
    reading.mark_read(request.user, _notice(request, pk))
    return _stay(request)


@require_POST
@signed_in
def read_all(request: Request) -> HttpResponse:
    """Mark all as read."""
    count = reading.mark_all_read(request.user)
    said = ngettext("%(n)d notice was marked as read", "%(n)d notices were marked as read", count) % {"n": count}
    toast(request, said if count else _("There was nothing new"))
    return _stay(request)


def _stay(request: Request) -> HttpResponse:
    if quiet(request):
        count = reading.unread_count(request.user)
        return HttpResponse(headers={"HX-Trigger": json.dumps({"kx:counts-now": {"notices": count}, "kx:notices": {}})})
    return go(request, safe_next(request, "/notices/"))


def _notice(request: Request, pk: int) -> Notice:
    notice = reading.one_of(request.user, pk)
    if notice is None:
        raise Http404
    return notice


@require_GET
@signed_in
def stream(request: Request) -> HttpResponse:
    """The number of unread notices as one event. The web server answers with a stream instead (stream.py)."""
    number = reading.unread_count(request.user)
    text = f'retry: 30000\ndata: {{"unread": {number}, "new": []}}\n\n'
    return HttpResponse(text, content_type="text/event-stream")


@require_http_methods(["GET", "POST"])
@signed_in
def preferences(request: Request) -> HttpResponse:
    """Which kinds, in the product or by mail, and when it is quiet."""
    user = request.user
    now = NoticePreferences.of([user.pk])[user.pk]
    form = PreferencesForm(request.POST or None, user=user, now=now)
    if request.method == "POST" and form.is_valid():
        prefer(user, form.cleaned_data)
        toast(request, _("Saved"))
        return redirect("notices:preferences")
    context: dict[str, Any] = {
        "title": _("Notices: what and when"),
        "form": form,
        "mail_is_ready": mail.is_ready(),
        "has_address": bool(user.email),
    }
    return page(request, "notices/preferences.html", context, status=422 if form.errors else 200)
