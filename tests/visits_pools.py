"""How the routes of pools are called with success: a part of the table of the access matrix."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from keyuan.customers.models import Customer
from keyuan.leads.models import Lead
from keyuan.pools.models import Pool
from tests.make import make_pool
from tests.visiting import CHIEF, Visit, ids

MODELS = {"customer": Customer, "lead": Lead}


def open_pool(kind: str) -> Any:
    """A pool is open to the owner of these records; the administrator manages it."""

    def make(world: SimpleNamespace, records: SimpleNamespace) -> Pool:
        return make_pool(kind, records.owner, managers=[world.people[CHIEF]])

    return make


def pooled(kind: str) -> Any:
    """The record lies in that pool."""

    def put(world: SimpleNamespace, records: SimpleNamespace) -> None:
        pool = open_pool(kind)(world, records)
        MODELS[kind].rows.filter(pk=getattr(records, kind).pk).update(owner=None, department=None, pool=pool)

    return put


def to_ben(world: SimpleNamespace, records: SimpleNamespace) -> dict[str, Any]:
    return {"to": world.people["ben"].pk}


def chosen(kind: str, **more: Any) -> Any:
    return lambda world, records: {"chosen": getattr(records, kind).pk, **more}


def one(kind: str) -> Any:
    return lambda world, records: {"one": getattr(records, kind).pk}


def chosen_to_ben(kind: str) -> Any:
    return lambda world, records: {"chosen": getattr(records, kind).pk, "to": world.people["ben"].pk}


def visits(kind: str) -> dict[str, Visit]:
    """The pages of one record type that lies in pools."""
    room = f"/{kind}s/"
    of_kind: Any = {"about": kind}
    return {
        f"GET {room}pool/": Visit(before=open_pool(kind)),
        f"GET {room}pool/count/": Visit(before=open_pool(kind)),
        f"POST {room}pool/bulk/": Visit(before=pooled(kind), data=ids(kind, verb="claim"), to=f"{room}pool/"),
        f"POST {room}pool/claim/": Visit(before=pooled(kind), data=one(kind), to=f"{room}pool/"),
        f"POST {room}pool/undo/<int:pk>/": Visit(about=f"{kind}_claim", to=room),
        f"GET {room}assign/": Visit(CHIEF, before=pooled(kind), data=chosen(kind)),
        f"POST {room}assign/": Visit(CHIEF, before=pooled(kind), data=chosen_to_ben(kind), to=f"{room}pool/"),
        f"GET {room}release/": Visit(before=open_pool(kind), data=chosen(kind)),
        f"POST {room}release/": Visit(before=open_pool(kind), data=chosen(kind, reason="no_need"), to=room),
        f"POST {room}<int:pk>/lock/": Visit(CHIEF, data={"on": "1"}, to=room, **of_kind),
    }


LEAD: Any = {"about": "lead"}
POOL_VISITS = {
    **visits("customer"),
    **visits("lead"),
    "POST /api/v1/leads/<int:pk>/claim": Visit(before=pooled("lead"), data={}, **LEAD),
    "POST /api/v1/leads/<int:pk>/assign": Visit(CHIEF, before=pooled("lead"), data=to_ben, **LEAD),
    "POST /api/v1/leads/<int:pk>/release": Visit(before=open_pool("lead"), data={"reason": "no_need"}, **LEAD),
}
