"""Sign in, sign out, lock the screen."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from keyuan.org.authentication import find_by_sign_in_name
from keyuan.org.models import User
from keyuan.org.settings import settings as house
from keyuan.org.throttle import Tries
from keyuan.people.doorstep import device_of, remember_device
from keyuan.people.forms import SignInForm, UnlockForm
from keyuan.ui.audience import public, signed_in
from keyuan.ui.middleware import LOCKED
from keyuan.ui.origin import address_of
from keyuan.ui.pages import page, safe_next


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@public
def sign_in(request: HttpRequest) -> HttpResponse:
    onward = safe_next(request)
    if request.user.is_authenticated:
        return redirect(onward)
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = _admitted(request, form, form.cleaned_data["username"], form.cleaned_data["password"])
        if user is not None:
            login(request, user)
            request.session.set_expiry(None if form.cleaned_data["stay"] else 0)
            response = redirect(_first(user, onward))
            remember_device(request, response, user)
            return response
    context: dict[str, Any] = {"title": _("Sign in"), "form": form, "next": onward, "house": _notices()}
    return page(request, "people/sign_in.html", context, status=422 if form.errors else 200)


def _first(user: User, onward: str) -> str:
    """Whoever still has the initial password goes by way of changing it."""
    if not user.must_change_password:
        return onward
    return f"{reverse('people:password')}?{urlencode({'next': onward})}"


@sensitive_variables("password")
def _admitted(request: HttpRequest, form: SignInForm | UnlockForm, name: str, password: str) -> User | None:
    """The person, if name and password are right; else the form says the same for every wrong try."""
    found = find_by_sign_in_name(name)
    tries = Tries(found, name, address=address_of(request), device=device_of(request, found))
    until = tries.locked_until()
    user = None if until else authenticate(request, username=name, password=password)
    if user is not None:
        tries.succeeded()
        return user
    if not until:
        tries.failed()
        until = tries.locked_until()
    form.add_error(None, _too_many(until) if until else _("The user name or the password is wrong."))
    return None


def _too_many(until: datetime) -> str:
    minutes = max(1, round((until - timezone.now()).total_seconds() / 60))
    text = ngettext(
        "Too many wrong passwords. Try again in %(n)d minute, or ask the administrator.",
        "Too many wrong passwords. Try again in %(n)d minutes, or ask the administrator.",
        minutes,
    )
    return text % {"n": minutes}


def _notices() -> dict[str, Any]:
    return house("company_name", "administrator_contact", "safety_notice")


@require_POST
@public
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("people:sign_in")


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@signed_in
def lock(request: HttpRequest) -> HttpResponse:
    """A POST without a password locks, one with the right password unlocks; the session stays (L7)."""
    onward = safe_next(request)
    if request.method == "POST" and "password" not in request.POST:
        request.session[LOCKED] = True
    elif not request.session.get(LOCKED):
        return redirect(onward)
    form = UnlockForm(request.POST if "password" in request.POST else None)
    if form.is_bound and form.is_valid() and _unlocked(request, form):
        del request.session[LOCKED]
        return redirect(onward)
    context = {"title": _("Screen locked"), "form": form, "next": onward}
    return page(request, "people/lock.html", context, status=422 if form.errors else 200)


def _unlocked(request: HttpRequest, form: UnlockForm) -> bool:
    found = _admitted(request, form, request.user.username, form.cleaned_data["password"])
    return found is not None and found.pk == request.user.pk
