"""The recycle bin."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from keyuan.exchange import recycling
from keyuan.exchange.making import LISTS
from keyuan.exchange.recycling import KINDS
from keyuan.org.models import User
from keyuan.records.errors import RuleBroken
from keyuan.ui.audience import administrators, may
from keyuan.ui.lists.asked import Asked
from keyuan.ui.pages import belongs_to, page, toast
from keyuan.ui.stepup import confirmed

SIZE = 50
ANY = tuple(one for one in KINDS if one != "customer")


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _kind(text: str, user: User) -> str:
    """The kind asked for, else the first that this person may delete."""
    mine = [one for one in KINDS if user.may(one, "delete")]
    return text if text in mine else next(iter(mine), "customer")


@require_GET
@may("customer", "delete", ANY)
def bin_list(request: HttpRequest) -> HttpResponse:
    return _page(request, _kind(request.GET.get("kind", ""), _user(request)), [], 200)


def _page(request: HttpRequest, kind: str, refused: list[str], status: int) -> HttpResponse:
    user, q = _user(request), request.GET.get("q", "").strip()[:100]
    belongs_to(request, reverse(LISTS[kind].route))
    asked = Asked(reverse("recycle:list"), {"kind": kind, **({"q": q} if q else {})})
    text = request.GET.get("page", "1")
    number = min(int(text), 500) if text.isdecimal() and len(text) < 9 and int(text) else 1
    start, kept = (number - 1) * SIZE, recycling.days()
    found = list(recycling.binned(user, kind, q)[start : start + SIZE + 1])
    context: dict[str, Any] = {
        "title": _("Recycle bin"),
        "kind": kind,
        "q": q,
        "title_field": KINDS[kind].fields[KINDS[kind].title].label,
        "tabs": _tabs(kind, user),
        "lines": [recycling.line(record, kept, user) for record in found[:SIZE]],
        "days": kept,
        "previous": asked.url(page=number - 1) if number > 1 else "",
        "next": asked.url(page=number + 1) if len(found) > SIZE else "",
        "first": start + 1,
        "last": start + min(len(found), SIZE),
        "refused": refused,
    }
    return page(request, "exchange/recycling/list.html", context, status=status)


def _tabs(kind: str, user: User) -> list[dict[str, Any]]:
    address = reverse("recycle:list")
    return [
        {"label": LISTS[one].title, "url": f"{address}?kind={one}", "current": one == kind, "count": None}
        for one in KINDS
        if user.may(one, "delete")
    ]


def _chosen(request: HttpRequest, kind: str) -> Any:
    ids = [int(one) for one in request.POST.getlist("ids") if one.isdecimal() and len(one) < 18]
    if not ids:
        raise RuleBroken(_("Choose at least one line."))
    return recycling.binned(_user(request), kind).filter(pk__in=ids)


@require_POST
@may("customer", "delete", ANY)
def bin_restore(request: HttpRequest) -> HttpResponse:
    """Bring back those chosen; those that can't come back are named with the reason."""
    kind = _kind(request.POST.get("kind", ""), _user(request))
    count, refused = recycling.restore_all(_chosen(request, kind), by=_user(request))
    if count:
        said = ngettext("%(n)d was restored", "%(n)d were restored", count)
        toast(request, said % {"n": count})
    if refused:
        return _page(request, kind, refused, 409)
    return redirect(f"{reverse('recycle:list')}?kind={kind}")


@require_POST
@administrators
@confirmed
def bin_purge(request: HttpRequest) -> HttpResponse:
    """Delete those chosen for good. Whoever does it has typed how many there are."""
    kind = _kind(request.POST.get("kind", ""), _user(request))
    rows = _chosen(request, kind)
    number = rows.count()
    if request.POST.get("number", "").strip() != str(number):
        text = _("Nothing was deleted: type %(number)d, the number of lines chosen.") % {"number": number}
        return _page(request, kind, [text], 422)
    count = recycling.purge(rows.order_by("pk"), by=_user(request))
    said = ngettext("%(n)d was deleted for good", "%(n)d were deleted for good", count)
    toast(request, said % {"n": count})
    return redirect(f"{reverse('recycle:list')}?kind={kind}")
