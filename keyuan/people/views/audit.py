"""The log of operations, the log of sign-ins, and one's own."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from keyuan.org.http import Request
from keyuan.org.models import User
from keyuan.people import audit_words, auditing
from keyuan.people.auditing import Asked
from keyuan.ui import signing_log
from keyuan.ui.audience import may, signed_in
from keyuan.ui.pages import page


@require_GET
@may("audit", "view")
def operation_log(request: Request) -> HttpResponse:
    """Everything that happened, through the field policy of the reader."""
    asked = Asked.of(request.GET)
    found = auditing.page_of(asked, reader=request.user)
    context = _context(asked, found) | {
        "title": _("Operation log"),
        "entries": audit_words.entries(found.events, request.user, asked.q),
        "people": _people(),
        "kinds": audit_words.kinds(),
        "verbs": audit_words.verbs(),
        "sources": audit_words.SOURCES.items(),
        "may_export": request.user.may("audit", "export"),
    }
    return page(request, "people/audit/operations.html", context)


@require_GET
@may("audit", "view")
def sign_in_log(request: Request) -> HttpResponse:
    """Who came in, who was refused, from where."""
    asked = Asked.of(request.GET, sign_ins=True)
    if asked.person is not None:
        asked.about, asked.person = asked.person, None
    context = _sign_ins(asked, request.user) | {
        "title": _("Sign-in log"),
        "people": _people(),
        "may_export": request.user.may("audit", "export"),
    }
    return page(request, "people/audit/sign_ins.html", context)


@require_GET
@signed_in
def own_sign_ins(request: Request) -> HttpResponse:
    """When and from where one's own account was used."""
    asked = Asked.of(request.GET, sign_ins=True)
    asked.person, asked.about = None, request.user.pk
    context = _sign_ins(asked, request.user) | {"title": _("My sign-ins"), "is_own": True}
    return page(request, "people/audit/sign_ins.html", context)


def _sign_ins(asked: Asked, reader: User) -> dict[str, Any]:
    found = auditing.page_of(asked, reader=reader)
    return _context(asked, found) | {
        "entries": audit_words.sign_ins(found.events, reader),
        "verbs": sorted(signing_log.HAPPENED.items(), key=lambda one: str(one[1])),
    }


def _context(asked: Asked, found: auditing.Page) -> dict[str, Any]:
    return {
        "asked": asked,
        "given": asked.given,
        "newest": f"?{urlencode(asked.given)}" if asked.before else "",
        "older": f"?{urlencode(asked.given | {'before': found.after})}" if found.after else "",
        "is_cut": found.is_cut,
        "query": urlencode(asked.given),
    }


def _people() -> Any:
    return User.objects.order_by("-is_active", "name").only("pk", "name", "username", "is_robot")
