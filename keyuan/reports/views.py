"""The home page: what is to do, who waits, the figures of a period, what happened, and what to begin with."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from keyuan.customers.models import Customer
from keyuan.opportunities.stages import offered_pipelines
from keyuan.org.http import Request
from keyuan.org.models import User
from keyuan.records.namebook import NameBook
from keyuan.reports import sales_page, sources_page, waiting
from keyuan.reports.asked import Asked
from keyuan.reports.figures import figures
from keyuan.reports.first_day import done_of, first_steps
from keyuan.reports.news import news_of
from keyuan.reports.sales_page import SalesAsked, SalesPage
from keyuan.reports.soon import soon_context
from keyuan.reports.todo import todo_context
from keyuan.ui.audience import signed_in
from keyuan.ui.formats import AtLeast
from keyuan.ui.frame import SCRIPTED
from keyuan.ui.modules import is_on
from keyuan.ui.pages import page


@require_GET
@signed_in
def home(request: Request) -> HttpResponse:
    asked = Asked.of(request)
    context: dict[str, Any] = {
        "title": _("Home"),
        "greeting": greeting(timezone.localtime().hour),
        "asked": asked,
        **head_context(asked),
        **done_of(first_steps(request.user)),
    }
    context["sees_deals"] = request.user.may("opportunity", "view")
    context["sees_leads"] = request.user.may("lead", "view") and is_on("leads", request.user)
    if SCRIPTED not in request.COOKIES:
        context |= funnel_context(asked) if context["sees_deals"] else {}
        context |= sources_page.home_context(asked) if context["sees_leads"] else {}
    if context["has_customers"]:
        # These take longer than the page; a script asks for them, and nobody without one goes without them.
        context |= {} if SCRIPTED in request.COOKIES else _later(asked)
    return page(request, "reports/home.html", context)


def _later(asked: Asked) -> dict[str, Any]:
    return figures_context(asked) | news_context(asked) | soon_context(asked)


def head_context(asked: Asked) -> dict[str, Any]:
    """The day, with what the cards of to-dos and of waiting customers tell."""
    seen = {"sees_plans": asked.user.may("plan", "view"), "has_customers": has_customers(asked.user)}
    todo = todo_context(asked) if seen["sees_plans"] else {}
    wait = waiting_context(asked) if seen["has_customers"] else {}
    return {**todo, **wait, **seen, "today": timezone.localtime()}


def has_customers(user: User) -> bool:
    return bool(user.may("customer", "view") and Customer.objects.visible_to(user).exists())


def greeting(hour: int) -> str:
    """What one says at this hour."""
    if hour < 5 or hour >= 22:
        return _("It is late")
    if hour < 12:
        return _("Good morning")
    return _("Good afternoon") if hour < 18 else _("Good evening")


@require_GET
@signed_in
def card(request: Request, name: str) -> HttpResponse:
    """One card again, when what it tells has changed."""
    if name not in CARDS:
        raise Http404
    make, may = CARDS[name]
    asked = Asked.of(request)
    context = make(asked) if may is None or request.user.may(*may) else {}
    return render(request, f"reports/{name}.html", {"asked": asked, **context})


def figures_context(asked: Asked) -> dict[str, Any]:
    return {"figures": figures(asked), "counted": True}


def waiting_context(asked: Asked) -> dict[str, Any]:
    book = NameBook(asked.user)
    found = waiting.count_of(asked)
    return {
        "waiting": waiting.rows_of(asked, book),
        "waiting_count": found.number if found.exact else AtLeast(found.number),
        "waiting_url": waiting.url_of(asked),
        "names": book,
    }


def news_context(asked: Asked) -> dict[str, Any]:
    return {"news": news_of(asked, NameBook(asked.user)), "told": True}


def funnel_context(asked: Asked) -> dict[str, Any]:
    """The funnel of mine, or of whatever I see, in the period of the page."""
    book = NameBook(asked.user)
    pipeline = next((one.pk for one in offered_pipelines(book)), 0)
    sales = SalesAsked(asked.user, asked.period, sales_page.ME if asked.is_mine else "", pipeline, "month")
    shown = SalesPage(sales, book, with_stays=False)
    return {
        "funnel_rows": shown.funnel_rows(),
        "funnel_url": sales.url(),
        "funnel_amounts": shown.sees_amounts,
        "funnel_told": True,
    }


CARDS: dict[str, Any] = {
    "home_funnel": (funnel_context, ("opportunity", "view")),
    "home_sources": (sources_page.home_context, ("lead", "view")),
    "home_soon": (soon_context, None),
    "head": (head_context, None),
    "figures": (figures_context, ("customer", "view")),
    "todo": (todo_context, ("plan", "view")),
    "waiting": (waiting_context, ("customer", "view")),
    "news": (news_context, ("customer", "view")),
}
