"""What the clock of a lead asks: when it was followed up last, as long as something is to be done (pools/clock.py)."""

from __future__ import annotations

from django.db.models import Q

from keyuan.leads.fields import LEAD
from keyuan.leads.models import Lead
from keyuan.leads.models.standing import State
from keyuan.pools.kinds import PoolKind
from keyuan.pools.rules import FOLLOW_UP

DONE = (State.INVALID, State.CONVERTED)

POOLED_LEADS = PoolKind(
    Lead,
    LEAD,
    events={FOLLOW_UP: "t.last_followed_at"},
    choices={"rating": "rating_id"},
    settled=Q(state__in=DONE),
    named_by=("company", "name"),
    ending=tuple(f"t.state = '{state.value}'" for state in DONE),
)
