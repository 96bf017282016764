"""Change the password: forced at the first sign-in, or because one wants to."""

from typing import Any

from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.hashers import check_password
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from keyuan.engine.home import forget_initial_password
from keyuan.org.accounts import PasswordRefused, change_password
from keyuan.org.http import Request
from keyuan.org.passwords import problems, rules
from keyuan.org.protection import is_too_old, protection_of
from keyuan.people import log
from keyuan.people.forms import PasswordForm
from keyuan.ui.admitting import Refused, admit
from keyuan.ui.audience import signed_in
from keyuan.ui.pages import page, safe_next, toast


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@signed_in
def password_change(request: Request) -> HttpResponse:
    user = request.user
    forced = user.must_change_password
    form = PasswordForm(request.POST or None, user=user)
    onward = safe_next(request, "/" if forced else "/account/")
    if request.method == "POST" and _is_complete(form) and _changed(request, form):
        toast(request, _("The password was changed"), more=_("Other devices are signed out"))
        return redirect(onward)
    asked = rules(user, protection_of(user).policy)
    context: dict[str, Any] = {
        "title": _("Set a new password") if forced else _("Change password"),
        "form": form,
        "forced": forced,
        "next": onward,
        "late": not forced and is_too_old(user),
        "days": protection_of(user).policy.rotation,
        "rules": asked,
        "facts": {rule.key: rule.facts for rule in asked if rule.facts is not None},
        "is_length_first": protection_of(user).policy.classes < 2,
    }
    return page(request, "people/password.html", context, status=422 if form.errors else 200)


def _is_complete(form: PasswordForm) -> bool:
    """Where the form is not, all that is wrong with the new password is said at once."""
    if form.is_valid():
        return True
    if password := form.cleaned_data.get("password"):
        for sentence in problems(password, form.user):
            form.add_error("password", sentence)
    return False


def _refused(request: Request, old: str) -> str:
    """Why the old password is not taken; wrong ones are counted, or a found session could try all of them."""
    try:
        admit(request, request.user.username, old, refusal="confirm_refused")
    except Refused as refused:
        return str(refused)
    return ""


def _changed(request: Request, form: PasswordForm) -> bool:
    user = request.user
    if "old" in form.fields and (said := _refused(request, form.cleaned_data["old"])):
        form.add_error("old", said)
        return False
    initial = user.initial_password
    try:
        with transaction.atomic():
            change_password(user, form.cleaned_data["password"])
            log.write("user", user.pk, "password_changed", by=user)
    except PasswordRefused as refused:
        form.add_error("password", refused.sentences)
        return False
    update_session_auth_hash(request, user)
    forget_initial_password(lambda text: bool(initial) and check_password(text, initial))
    return True
