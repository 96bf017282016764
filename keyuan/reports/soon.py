"""What comes back into a pool soon of what the reader has, as a card at home."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from keyuan.pools.lists import WARNED, soon_card, soon_of
from keyuan.pools.membership import home_pool
from keyuan.pools.sentences import rule_sentence
from keyuan.reports.asked import Asked
from keyuan.ui.modules import is_on

KINDS = {"customer": "customers", "lead": "leads"}
"""Kinds of records that lie in pools, with their modules."""


def soon_context(asked: Asked) -> dict[str, Any]:
    """The soonest of each kind, of oneself, whoever else is looked at."""
    return {"soon": [found for kind in KINDS if (found := _of_kind(asked.user, kind))], "soon_told": True}


def _of_kind(user: Any, kind: str) -> dict[str, Any] | None:
    module = KINDS[kind]
    pool = home_pool(user.pk, kind) if user.may(kind, "view") and is_on(module, user) else None
    if pool is None or not pool.rules.recycles:
        return None
    rows = soon_of(user, pool)
    cards = [soon_card(one, pool) for one in rows[:WARNED]]
    if not cards:
        return None
    return {
        "kind": kind,
        "cards": cards,
        "count": rows.count() if len(cards) == WARNED else len(cards),
        "rule": rule_sentence(pool.rules),
        "url": f"{reverse(f'{module}:list')}?view=soon",
    }
