"""What is to do today, with the list behind it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from keyuan.activities.views.today import done_today, due_today, today_context
from keyuan.reports.asked import Asked
from keyuan.ui.formats import AtLeast
from keyuan.ui.lists.asked import as_param

SHOWN = 8
MOST = 99


def today_url() -> str:
    """The list of one's own open plans for today and before."""
    until = {"field": "starts_at", "op": "<=", "value": timezone.localdate().isoformat()}
    return f"{reverse('activities:plan_list')}?{urlencode({'view': 'mine', 'filter': as_param(until)})}"


def todo_context(asked: Asked) -> dict[str, Any]:
    """What is planned for today and what is done of it. A plan is its owner's, whoever else is looked at."""
    to_do = due_today(asked.user).order_by()[: MOST + 1].count()
    done = done_today(asked.user).order_by()[: MOST + 1].count()
    return {
        **today_context(asked.user, SHOWN),
        "to_do": _at_most(to_do),
        "done_count": _at_most(done),
        "all_count": _at_most(to_do + done),
        "todo_url": today_url(),
    }


def _at_most(number: int) -> int:
    return number if number <= MOST else AtLeast(MOST)
