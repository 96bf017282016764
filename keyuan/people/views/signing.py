"""Sign in, sign out, lock the screen."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from keyuan.engine import mail
from keyuan.org.models import User
from keyuan.org.protection import must_change_password
from keyuan.org.settings import settings as house
from keyuan.people import tasks
from keyuan.people.forms import SignInForm, UnlockForm
from keyuan.ui import guard, signing_log
from keyuan.ui.admitting import Refused, admit
from keyuan.ui.audience import public, signed_in
from keyuan.ui.doorstep import begin_session, remember_device
from keyuan.ui.pages import page, quiet, safe_next
from keyuan.ui.stepup import FIELD, confirm_by, question


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@public
def sign_in(request: HttpRequest) -> HttpResponse:
    onward = safe_next(request)
    if request.user.is_authenticated:
        return redirect(onward)
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (user := _admitted(request, form)):
        place = begin_session(request, user, stays=form.cleaned_data["stay"])
        if place and mail.is_ready():
            tasks.tell_place.defer(place_id=place.pk)
        response = redirect(_first(user, onward))
        remember_device(request, response, user)
        return response
    context: dict[str, Any] = {"title": _("Sign in"), "form": form, "next": onward, "house": _notices()}
    return page(request, "people/sign_in.html", context, status=422 if form.errors else 200)


def _first(user: User, onward: str) -> str:
    """Whoever still has the initial password, or one that is too old, goes by way of changing it."""
    if not must_change_password(user):
        return onward
    return f"{reverse('people:password')}?{urlencode({'next': onward})}"


def _admitted(request: HttpRequest, form: SignInForm) -> User | None:
    """The person, if name and password are right; else the form says the same for every wrong try."""
    given = form.cleaned_data
    try:
        return admit(request, given["username"], given["password"])
    except Refused as refused:
        form.add_error(None, str(refused))
        return None


def _notices() -> dict[str, Any]:
    return house("company_name", "administrator_contact", "safety_notice")


@require_POST
@public
def sign_out(request: HttpRequest) -> HttpResponse:
    """Nothing of the pages that were seen stays in the browser (Clear-Site-Data, where it is known)."""
    if isinstance(request.user, User):
        signing_log.write(request, "signed_out", request.user)
    logout(request)
    response = redirect("people:sign_in")
    response["Clear-Site-Data"] = '"cache"'
    return response


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@signed_in
def lock(request: HttpRequest) -> HttpResponse:
    """A POST without a password locks, one with the right password unlocks; the session stays (L7)."""
    onward = safe_next(request)
    if request.method == "POST" and "password" not in request.POST:
        if not guard.is_locked(request):
            guard.lock(request)
    elif not guard.is_locked(request):
        return redirect(onward)
    form = UnlockForm(request.POST if "password" in request.POST else None)
    if form.is_bound and form.is_valid() and _unlocked(request, form):
        return HttpResponse(status=204) if quiet(request) else redirect(onward)
    if quiet(request) and request.method == "POST":
        said = "".join(str(one) for one in form.non_field_errors()) if form.is_bound else ""
        return HttpResponse(said, status=422 if said else 204, content_type="text/plain; charset=utf-8")
    context = {"title": _("Screen locked"), "form": form, "next": onward}
    return page(request, "people/lock.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in
def alive(request: HttpRequest) -> HttpResponse:
    """The page's reader is at work, though the page asks for nothing."""
    return HttpResponse(status=204)


def _unlocked(request: HttpRequest, form: UnlockForm) -> bool:
    try:
        user = admit(request, request.user.username, form.cleaned_data["password"], refusal="unlock_refused")
    except Refused as refused:
        form.add_error(None, str(refused))
        return False
    guard.confirm(request)
    signing_log.write(request, "unlocked", user)
    return True


@sensitive_post_parameters(FIELD)
@require_http_methods(["GET", "POST"])
@signed_in
def confirm(request: HttpRequest) -> HttpResponse:
    """Gives this session a fresh confirmation and goes on; a script gets 204, or 422 with the sentence."""
    onward = safe_next(request)
    if request.method == "GET":
        return question(request, onward=onward)
    said = confirm_by(request, request.POST.get(FIELD, ""))
    if quiet(request):
        return HttpResponse(said, status=422 if said else 204, content_type="text/plain; charset=utf-8")
    return question(request, said, onward=onward) if said else redirect(onward)
