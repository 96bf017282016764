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
from keyuan.org.models import User
from keyuan.org.passwords import LONGEST, SHORTEST, common_passwords
from keyuan.people import log
from keyuan.people.forms import PasswordForm
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
    if request.method == "POST" and form.is_valid() and _changed(request, form):
        toast(request, _("The password was changed"), more=_("Other devices are signed out"))
        return redirect(onward)
    context: dict[str, Any] = {
        "title": _("Set a new password") if forced else _("Change password"),
        "form": form,
        "forced": forced,
        "next": onward,
        "least": SHORTEST,
        "rules": _rules(user),
    }
    return page(request, "people/password.html", context, status=422 if form.errors else 200)


def _changed(request: Request, form: PasswordForm) -> bool:
    user = request.user
    if "old" in form.fields and not user.check_password(form.cleaned_data["old"]):
        form.add_error("old", _("The old password is wrong."))
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


def _rules(user: User) -> dict[str, Any]:
    """What the page checks while one types; the server checks again, and the initial password only here."""
    return {
        "least": SHORTEST,
        "most": LONGEST,
        "name": user.username.lower() if len(user.username) >= 3 else "",
        "phone": user.phone[-6:] if len(user.phone) >= 6 else "",
        "common": sorted(one for one in common_passwords() if len(one) >= SHORTEST),
    }
