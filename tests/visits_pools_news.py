"""How requests for more days are made and decided with success: a part of the table of the access matrix."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from keyuan.customers.models import Customer
from keyuan.leads.models import Lead
from keyuan.pools.extending import ExtensionRequest, ask
from tests.make import make_pool
from tests.visiting import CHIEF, Visit

PAGE = "/pools/extensions/"


def coming_back(kind: str) -> Any:
    """The owner's record comes back in two days to a pool that the boss and the administrator manage."""

    def make(world: SimpleNamespace, records: SimpleNamespace) -> None:
        managers = [world.people[one] for one in (CHIEF, "boss")]
        make_pool(kind, records.owner, managers=managers, recycles=True)
        model = {"customer": Customer, "lead": Lead}[kind]
        due = timezone.localdate() + timedelta(days=2)
        model.rows.filter(pk=getattr(records, kind).pk).update(due_on=due, taken_at=None)

    return make


def not_asked_yet(kind: str) -> Any:
    def make(world: SimpleNamespace, records: SimpleNamespace) -> None:
        coming_back(kind)(world, records)
        ExtensionRequest.objects.filter(asked_by=records.owner).delete()

    return make


def asked(kind: str) -> Any:
    """The owner has asked for more days of it."""

    def make(world: SimpleNamespace, records: SimpleNamespace) -> None:
        not_asked_yet(kind)(world, records)
        ask(getattr(records, kind), by=records.owner, reason="流程")

    return make


WAITS: Any = {"before": coming_back("customer"), "about": "extension"}
WHY = {"text": "客户还在走流程"}
POOL_NEWS_VISITS = {
    f"GET {PAGE}": Visit(CHIEF, before=coming_back("customer")),
    f"GET {PAGE}customers/<int:pk>/": Visit(before=not_asked_yet("customer")),
    f"POST {PAGE}customers/<int:pk>/": Visit(before=not_asked_yet("customer"), data=WHY, to="/customers/"),
    f"GET {PAGE}leads/<int:pk>/": Visit(before=not_asked_yet("lead"), about="lead"),
    f"POST {PAGE}leads/<int:pk>/": Visit(before=not_asked_yet("lead"), about="lead", data=WHY, to="/leads/"),
    f"POST {PAGE}customers/<int:pk>/withdraw/": Visit(before=asked("customer"), to="/customers/"),
    f"POST {PAGE}leads/<int:pk>/withdraw/": Visit(before=asked("lead"), about="lead", to="/leads/"),
    f"POST {PAGE}<int:pk>/grant/": Visit(CHIEF, to=PAGE, **WAITS),
    f"GET {PAGE}<int:pk>/refuse/": Visit(CHIEF, **WAITS),
    f"POST {PAGE}<int:pk>/refuse/": Visit(CHIEF, to=PAGE, data=WHY, **WAITS),
}
