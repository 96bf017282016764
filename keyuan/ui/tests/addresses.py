"""Addresses that do what can go wrong."""

import psycopg
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.http import require_POST

from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.ui.audience import administrators, may, public, signed_in
from keyuan.ui.pages import page, toast


@public
def anybody(request: HttpRequest) -> HttpResponse:
    return page(request, "ui/plain.html", {"title": "Open"})


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    return page(request, "ui/shell.html", {"title": "Home"})


@may("customer", "view")
def customers(request: HttpRequest) -> HttpResponse:
    return page(request, "ui/shell.html", {"title": "Customers"})


@administrators
def settings(request: HttpRequest) -> HttpResponse:
    return HttpResponse("settings")


@signed_in
def broken(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError("never shown")


@signed_in
def ruled_out(request: HttpRequest) -> HttpResponse:
    raise RuleBroken("Somebody else was faster.")


@signed_in
def refused(request: HttpRequest) -> HttpResponse:
    raise NotAllowed("You may not transfer this customer.")


@signed_in
def away(request: HttpRequest) -> HttpResponse:
    raise OperationalError("connection refused")


@signed_in
def slow(request: HttpRequest) -> HttpResponse:
    raise OperationalError("too slow") from psycopg.errors.QueryCanceled("statement timeout")


@signed_in
@require_POST
def told(request: HttpRequest) -> HttpResponse:
    toast(request, "已转移 3 家客户", undo="/undo/7/")
    return HttpResponse("done")


urlpatterns = [
    path("", include("keyuan.ui.urls")),
    path("attachments/", include("keyuan.ui.attachments.urls")),
    path("", home),
    path("open/", anybody, name="open"),
    path("customers/", customers),
    path("customers/<int:pk>/", customers),
    path("settings/", settings),
    path("broken/", broken),
    path("ruled-out/", ruled_out),
    path("refused/", refused),
    path("away/", away),
    path("slow/", slow),
    path("told/", told),
    path("sign-out/", signed_in(lambda request: HttpResponse("bye")), name="sign-out"),
    path("password/change/", signed_in(lambda request: HttpResponse("choose")), name="password"),
    path("lock/", signed_in(lambda request: HttpResponse("locked")), name="lock"),
    path("api/v1/things/", anybody),
]
handler400 = "keyuan.ui.errors.bad_request"
handler403 = "keyuan.ui.errors.forbidden"
handler404 = "keyuan.ui.errors.not_found"
handler500 = "keyuan.ui.errors.server_error"
