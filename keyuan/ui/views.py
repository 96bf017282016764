"""The frame's own addresses: the part of the quick menu that comes later, preferences, and the components page."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keyuan.org.http import Request
from keyuan.ui import samples
from keyuan.ui.audience import public, signed_in
from keyuan.ui.frame import Frame
from keyuan.ui.middleware import LANGUAGE_COOKIE
from keyuan.ui.pages import go, page, quiet, safe_next, stays_here, toast

SWITCHES = ("side_collapsed", "rail_open", "rail_home", "shortcuts", "toured", "has_begun")
CHOICES: dict[str, dict[str, Any]] = {
    "theme": {"auto": "auto", "light": "light", "dark": "dark"},
    "density": {
        "compact": "compact",
        "standard": "standard",
        "comfortable": "comfortable",
    },
    "language": {code: code for code, _name in settings.LANGUAGES},
    "home_who": {"me": "me", "department": "department"},
    **{name: {one: one for one in ("board", "list")} for name in ("leads_as", "opportunities_as")},
    "home_period": {one: one for one in ("week", "month", "quarter", "year")},
    **{name: {"on": True, "off": False} for name in SWITCHES},
}
COOKIES = {"language": LANGUAGE_COOKIE, "theme": "keyuan_theme"}
YEAR = 365 * 24 * 3600


@signed_in
@require_GET
def side(request: Request) -> HttpResponse:
    """The quick menu with counts, favourites and what was opened last, for the page `at`."""
    at = request.GET.get("at", "/")
    belongs = request.GET.get("belongs", "")
    frame = Frame(request, at=at if stays_here(at) else "/", counted=True, belongs=belongs)
    counts = {panel.key: panel.count(request) for panel in frame.panels if panel.count}
    return render(request, "ui/shell/side.html", {"frame": frame, "counts": counts})


@public
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Remember how the frame looks: in the account, or before signing in as cookies for language and theme."""
    chosen = {name: values[request.POST[name]] for name, values in CHOICES.items() if request.POST.get(name) in values}
    response = HttpResponse(status=204) if quiet(request) else redirect(safe_next(request))
    user: Any = request.user
    if user.is_authenticated and chosen:
        user.prefer(**chosen)
    for name in COOKIES.keys() & chosen.keys():
        secure = settings.SESSION_COOKIE_SECURE
        response.set_cookie(
            COOKIES[name],
            chosen[name],
            max_age=YEAR,
            samesite="Lax",
            httponly=True,
            secure=secure,
        )
    return response


@signed_in
@require_GET
def components(request: HttpRequest) -> HttpResponse:
    """Every component in every state, with invented data."""
    if "toast" in request.GET:
        toast(request, samples.saved(), more=samples.undo_period(), undo="/ui/undo/")
    return page(request, "ui/components.html", samples.context())


@signed_in
@require_http_methods(["GET", "POST"])
def drawer(request: HttpRequest) -> HttpResponse:
    """A form that saves nothing, to show the drawer."""
    form = samples.SampleForm(request.POST or None, auto_id="drawer_%s")
    if request.method == "POST" and form.is_valid():
        toast(request, samples.saved())
        return go(request, "ui:components")
    context: dict[str, Any] = {
        "form": form,
        "title": samples.form_title(),
        "back": "/ui/",
    }
    return page(request, "ui/components_form.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Takes back what the sample toast did: nothing."""
    return go(request, "ui:components")
