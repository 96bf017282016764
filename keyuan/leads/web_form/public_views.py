"""The public pages of a form. They need no session, no cookie and no script, and lead nowhere else in the product."""

from __future__ import annotations

import math
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from keyuan.leads.web_form.guarding import STAMP, TRAP, Posts, TooLate, TooSoon, check_stamp, stamp
from keyuan.leads.web_form.models import WebForm
from keyuan.leads.web_form.taking import PublicForm, robot_at, take
from keyuan.records.errors import RuleBroken
from keyuan.ui.audience import public
from keyuan.ui.modules import is_module_off
from keyuan.ui.origin import address_of

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors {ancestors}"
)


@csrf_exempt
@require_http_methods(["GET", "POST"])
@public
def form_page(request: HttpRequest, token: str) -> HttpResponse:
    """The form; a post makes a lead of what was typed, and never tells whether somebody is known here."""
    of = find(token)
    if of is None:
        return closed(request, None)
    if request.method == "POST":
        return post(request, of)
    return shown(request, of, PublicForm(None, of=of, by=robot_at(address_of(request))), stamp(of.token))


@require_GET
@public
def thanks_page(request: HttpRequest, token: str) -> HttpResponse:
    of = find(token)
    return answer(request, of, "web_form/thanks.html", {}) if of is not None else closed(request, None)


def find(token: str) -> WebForm | None:
    """The form of this address, as long as it takes leads."""
    of = WebForm.objects.select_related("campaign", "source", "receiver", "pool").filter(token=token).first()
    return of if of is not None and of.is_open and not is_module_off("leads") else None


def post(request: HttpRequest, of: WebForm) -> HttpResponse:
    posts = Posts(address_of(request))
    until = posts.locked_until()
    if until is not None or (until := posts.came()) is not None:
        wait = max(1, math.ceil((until - timezone.now()).total_seconds()))
        response = refused(request, of, _("Too many forms come from your network. Try again in a few minutes."), 429)
        response.headers["Retry-After"] = str(wait)
        return response
    if request.POST.get(TRAP):
        return thanked(of)  # a robot hears the same as everybody
    given = request.POST.get(STAMP, "")
    form = PublicForm(request.POST, of=of, by=robot_at(address_of(request)))
    valid = form.is_valid()
    try:
        check_stamp(given, of.token)
    except TooSoon:
        return shown(request, of, form, given, _("That was very fast. Press the button once more."))
    except TooLate:
        said = _("This page was open for long. Look at what you wrote and press the button once more.")
        return shown(request, of, form, stamp(of.token), said)
    if not valid:
        return shown(request, of, form, given)
    try:
        take(form, of)
    except RuleBroken as refusal:
        return shown(request, of, form, given, str(refusal))
    return thanked(of)


def thanked(of: WebForm) -> HttpResponse:
    return protected(HttpResponseRedirect(reverse("web_form:thanks", args=[of.token]), status=303), of)


def shown(request: HttpRequest, of: WebForm, form: PublicForm, given: str, said: str = "") -> HttpResponse:
    """The form with what was typed and what is to be mended; `given` is its stamp."""
    context = {"form": form, "stamp": given, "said": said, "trap": TRAP, "inputs": inputs(form)}
    return answer(request, of, "web_form/page.html", context, 422 if form.is_bound else 200)


def inputs(form: PublicForm) -> list[Any]:
    return [form[name] for name in form.fields if name != "consent"]


def refused(request: HttpRequest, of: WebForm, said: str, status: int) -> HttpResponse:
    return answer(request, of, "web_form/closed.html", {"said": said}, status)


def closed(request: HttpRequest, of: WebForm | None) -> HttpResponse:
    """There is no such form, or no longer: both read alike."""
    said = _("This form is not there, or no longer open.")
    return answer(request, of, "web_form/closed.html", {"said": said}, 404)


def answer(
    request: HttpRequest, of: WebForm | None, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    title = of.title if of is not None else pgettext("web form", "Form")
    response = render(request, template, {"of": of, "title": title} | context, status=status)
    return protected(response, of)


def protected(response: HttpResponse, of: WebForm | None) -> HttpResponse:
    """Embedded by the sites that were named, and by nobody else."""
    origins = of.origins if of is not None else []
    response.headers["Content-Security-Policy"] = POLICY.format(ancestors=" ".join(origins) or "'none'")
    if origins:
        response.may_be_embedded = True  # type: ignore[attr-defined]
    response.headers["X-Robots-Tag"] = "noindex"
    return response
