"""The page on which administrators choose the rules for passwords and sessions (L4, L7)."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from keyuan.org.http import Request
from keyuan.org.protection import PRESETS, protection
from keyuan.people.forms import ProtectionForm
from keyuan.people.protecting import protect
from keyuan.ui.audience import administrators
from keyuan.ui.pages import page, toast
from keyuan.ui.stepup import confirmed


@require_http_methods(["GET", "POST"])
@administrators
@confirmed
def security(request: Request) -> HttpResponse:
    now = protection()
    form = ProtectionForm(request.POST or None, now=now)
    if request.method == "POST" and form.is_valid():
        protect(form.wanted(), by=request.user)
        toast(request, _("Saved"))
        return redirect("people:security")
    context: dict[str, Any] = {
        "title": _("Sign-in and passwords"),
        "form": form,
        "presets": {key: {name: getattr(one, name) for name in form.NUMBERS} for key, one in PRESETS.items()},
    }
    return page(request, "people/security.html", context, status=422 if form.errors else 200)
