"""The page of sources, and its card on the home page."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from keyuan.org.http import Request
from keyuan.records.namebook import NameBook
from keyuan.reports.asked import PERIODS, Asked
from keyuan.reports.sources import GROUPS, Row, Sources, SourcesAsked
from keyuan.ui import formats
from keyuan.ui.audience import signed_in
from keyuan.ui.pages import page

AT_HOME = 5


@require_GET
@signed_in
def sources(request: Request) -> HttpResponse:
    """Leads, customers and deals by source or campaign."""
    shown = Sources(SourcesAsked.of(request), NameBook(request.user))
    if not shown.columns:
        raise Http404
    asked = shown.asked
    context: dict[str, Any] = {
        "title": _("Sources and conversion"),
        "asked": asked,
        "now": timezone.localtime(),
        "periods": [(one.key, one.label) for one in PERIODS.values()],
        "groups": [(label, asked.url(group=key), key == asked.group) for key, label in GROUPS.items()],
        **table_of(shown),
    }
    return page(request, "reports/sources.html", context)


def table_of(shown: Sources, most: int | None = None) -> dict[str, Any]:
    """Head and lines as the page draws them, and the total where all lines are there."""
    names = [name for name, _label in shown.columns]
    rows = shown.rows[:most]
    longest = max((row.of(names[0]) for row in rows), default=0) or 1
    lines = [
        {"label": row.label, "cells": cells_of(row, names), "part": row.of(names[0]) * 100 // longest} for row in rows
    ]
    return {
        "head": [label for _name, label in shown.columns],
        "lines": lines,
        "total": cells_of(shown.total(), names) if most is None else [],
    }


def cells_of(row: Row, names: list[str]) -> list[dict[str, Any]]:
    """The figures of one line, with how many of those before came so far."""
    shares = {"valid": "leads", "customers": "leads", "won": "deals"}
    return [
        {
            "value": formats.money_short(row.of(name)) if name == "amount" else f"{row.of(name):,}",
            "url": row.urls.get(name, ""),
            "share": row.share(name, shares[name]) if shares.get(name) in names else "",
            "has_share": shares.get(name) in names,
        }
        for name in names
    ]


def home_context(asked: Asked) -> dict[str, Any]:
    """The card of the home page: the first few sources of the period."""
    shown = Sources(SourcesAsked(asked.user, asked.period, "source", asked.is_mine), NameBook(asked.user))
    if not shown.columns:
        return {}
    return {"sources_url": shown.asked.url(), "sources_told": True, **table_of(shown, AT_HOME)}
