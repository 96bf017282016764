"""Forgot the password: whom to ask and, where mails can be sent, a link that works once (L8)."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from keyuan.engine import mail
from keyuan.org import throttle
from keyuan.org.accounts import PasswordRefused, change_password
from keyuan.org.authentication import find_by_sign_in_name
from keyuan.org.links import find_link, use_link
from keyuan.org.models import User
from keyuan.org.passwords import rules
from keyuan.org.protection import protection
from keyuan.org.settings import setting
from keyuan.people import log, tasks
from keyuan.people.forms import LinkPasswordForm
from keyuan.ui import signing_log
from keyuan.ui.audience import public
from keyuan.ui.origin import address_of
from keyuan.ui.pages import page, toast


@require_http_methods(["GET", "POST"])
@public
def forgotten(request: HttpRequest) -> HttpResponse:
    """The answer is the same whoever is asked for."""
    context: dict[str, Any] = {
        "title": _("Forgot password"),
        "contact": setting("administrator_contact"),
        "by_mail": mail.is_ready(),
        "sent": request.method == "POST" and mail.is_ready(),
    }
    if context["sent"]:
        _ask(request, request.POST.get("username", "")[:254])
    return page(request, "people/forgotten.html", context)


def _ask(request: HttpRequest, name: str) -> None:
    """The same writes whether somebody has the name or not."""
    asks = throttle.Asks(address_of(request))
    if asks.locked_until():
        return
    found = find_by_sign_in_name(name)
    with transaction.atomic():
        asks.failed()
        signing_log.write(request, "link_asked", found)
        tasks.send_link.defer(user_id=found.pk if found else 0)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@public
def password_link(request: HttpRequest, token: str) -> HttpResponse:
    """Set a new password by the link of a mail. Looking at it does not use it up: mail scanners look, too."""
    found = find_link(token)
    if found is None:
        context: dict[str, Any] = {"title": _("This link no longer works"), "expired": True}
        return page(request, "people/forgotten.html", context, status=404)
    form = LinkPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _changed(request, form, found.user, token):
        toast(request, _("The password was changed"), more=_("Other devices are signed out"))
        return redirect("people:sign_in")
    asked = rules(found.user, protection().policy)
    context = {
        "title": _("Set a new password"),
        "form": form,
        "person": found.user,
        "rules": asked,
        "facts": {rule.key: rule.facts for rule in asked if rule.facts is not None},
        "is_length_first": protection().policy.classes < 2,
        "address": request.path,
    }
    return page(request, "people/password.html", context, status=422 if form.errors else 200)


def _changed(request: HttpRequest, form: LinkPasswordForm, user: User, token: str) -> bool:
    try:
        with transaction.atomic():
            if not use_link(token):
                raise PasswordRefused([_("This link was used just now.")])
            change_password(user, form.cleaned_data["password"])
            throttle.unlock(user)
            log.write("user", user.pk, "password_changed", by=user)
            signing_log.write(request, "link_used", user)
    except PasswordRefused as refused:
        for sentence in refused.sentences:
            form.add_error("password", sentence)
        return False
    return True
