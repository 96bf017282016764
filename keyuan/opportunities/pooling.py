"""What the clock of a customer asks: follow-ups, opportunities, deals that were won (pools/clock.py)."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from keyuan.customers.fields import CUSTOMER
from keyuan.customers.models import Customer
from keyuan.opportunities.models import Opportunity
from keyuan.pools.kinds import PoolKind
from keyuan.pools.rules import DEAL, FOLLOW_UP, LOCKED, OPEN, OPPORTUNITY, WON

_OF = "FROM opportunity o WHERE o.customer_id = t.id AND o.deleted_at IS NULL"

CUSTOMERS = PoolKind(
    Customer,
    CUSTOMER,
    events={
        FOLLOW_UP: "t.last_followed_at",
        OPPORTUNITY: f"SELECT max(o.created_at) {_OF}",
        DEAL: f"SELECT max(o.closed_on)::timestamp AT TIME ZONE '{settings.TIME_ZONE}' {_OF} AND o.outcome = 'won'",
    },
    exempt={
        LOCKED: "t.is_locked",
        WON: "t.has_bought",
        OPEN: f"EXISTS (SELECT {_OF} AND o.outcome = 'open')",
    },
    uncounted={
        LOCKED: Q(is_locked=True),
        WON: Q(has_bought=True),
        OPEN: Q(Exists(Opportunity.rows.living().filter(customer=OuterRef("pk"), outcome="open"))),
    },
    choices={"category": "category_id", "level": "level_id"},
)
