"""What is overdue comes back into its pool by itself (自动回收), a chunk at a time, as one operation of the machine."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from keyuan.org.models import User
from keyuan.pools.claiming import NOBODYS
from keyuan.pools.clock import renew, renew_all
from keyuan.pools.kinds import KINDS
from keyuan.pools.membership import home_pool
from keyuan.pools.models import Pool
from keyuan.records.history import Operation

CHUNK = 5000


def recycle(module: str, today: date | None = None) -> dict[int, int]:
    """Recycle every record of this kind whose last day is over; how many of whom, by the id of the former owner.

    Nothing is lost when the machine stops in between: each chunk commits, and the next night goes on.
    """
    today = today or timezone.localdate()
    renew_all(module)
    operation = Operation.begin(f"{module}.recycled", by=User.objects.robot())
    found: dict[int, int] = defaultdict(int)
    while chunk := _overdue(module, today)[:CHUNK]:
        back = _recycle(module, list(chunk.values_list("pk", flat=True)), today, operation)
        for owner, number in back.items():
            found[owner] += number
        if not any(back.values()):
            break
    return dict(found)


def _overdue(module: str, today: date) -> Any:
    return KINDS[module].model.rows.living().filter(due_on__lt=today).exclude(owner=None).order_by("pk")


@transaction.atomic
def _recycle(module: str, pks: list[int], today: date, operation: Operation) -> dict[int, int]:
    """One chunk: locked, looked at again, given back by owner."""
    model, owners = KINDS[module].model, defaultdict(list)
    list(model.rows.select_for_update(no_key=True).filter(pk__in=pks).order_by("pk").values_list("pk"))
    renew(module, pks)
    for pk, owner in _overdue(module, today).filter(pk__in=pks).values_list("pk", "owner_id"):
        owners[owner].append(pk)
    people = User.objects.in_bulk(list(owners))
    return {owner: _give_back(module, people[owner], found, operation) for owner, found in owners.items()}


def _give_back(module: str, owner: User, pks: list[int], operation: Operation) -> int:
    pool: Pool | None = home_pool(owner.pk, module)
    if pool is None:
        return 0
    values = {**NOBODYS, "pool": pool, "released_at": operation.at, "last_owner": owner}
    rows = KINDS[module].model.rows.filter(pk__in=pks)
    return len(rows.change(by=operation.by, operation=operation, event="recycled", details={"by_rule": True}, **values))
