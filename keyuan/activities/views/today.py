"""To do today, in the rail and on the home page: what one has planned for today or has let pass (A4, U4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from keyuan.activities.lists import load_plan_rows
from keyuan.activities.models import Plan
from keyuan.org.http import Request
from keyuan.org.models import User
from keyuan.records.namebook import NameBook
from keyuan.records.relative_dates import start_of
from keyuan.ui.audience import may

SHOWN = 12
MOST = 99


def due_today(user: User) -> Any:
    """One's own open plans for today, and those of before that are still open."""
    tomorrow = start_of(timezone.localdate() + timedelta(days=1))
    return Plan.objects.visible_to(user).open().filter(owner=user, starts_at__lt=tomorrow)


def done_today(user: User) -> Any:
    """What one has done of it today."""
    today = start_of(timezone.localdate())
    return Plan.objects.visible_to(user).filter(owner=user, state=Plan.State.DONE, done_at__gte=today)


def today_count(request: Request) -> int:
    return due_today(request.user).order_by()[:MOST].count()


@require_GET
@may("plan", "view")
def today(request: Request) -> HttpResponse:
    """The list with a button that ticks off."""
    return render(request, "activities/today.html", today_context(request.user, SHOWN))


def today_context(user: User, size: int) -> dict[str, Any]:
    """What the list of today needs: open plans, the latest due last, and those done."""
    book = NameBook(user)
    rows = list(due_today(user).select_related("customer").order_by("starts_at", "pk")[: size + 1])
    done = list(done_today(user).select_related("customer").order_by("-done_at")[:size])
    load_plan_rows([*rows, *done], book)
    today = timezone.localdate()
    return {"plans": rows[:size], "more": len(rows) > size, "done": done, "book": book, "today": today}
