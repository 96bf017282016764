"""What is overdue comes back into its pool by itself (自动回收), a chunk at a time, as one operation of the machine."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from keyuan.org.models import User
from keyuan.pools.claiming import NOBODYS
from keyuan.pools.clock import overdue, renew_all
from keyuan.pools.kinds import KINDS
from keyuan.pools.membership import home_pool
from keyuan.pools.models import Pool
from keyuan.records.history import Operation

CHUNK = 1000


def recycle(module: str, today: date | None = None) -> dict[int, int]:
    """Recycle every record of this kind whose last day is over; how many of whom, by the id of the former owner.

    Owner after owner, so that many records go back in one statement. Nothing is lost when the machine stops in between:
    each chunk commits, and the next hour goes on. What stays with its owner has its last day written down after that.
    """
    today = today or timezone.localdate()
    operation = Operation.begin(f"{module}.recycled", by=User.objects.robot())
    over = overdue(module, today)
    people = User.objects.in_bulk(list(over))
    found = {owner: _of_owner(module, people[owner], pks, today, operation) for owner, pks in over.items()}
    renew_all(module)
    return {owner: number for owner, number in found.items() if number}


def _of_owner(module: str, owner: User, pks: list[int], today: date, operation: Operation) -> int:
    """All that is overdue of one person, a chunk after the other."""
    pool: Pool | None = home_pool(owner.pk, module)
    if pool is None:
        return 0
    chunks = (pks[start : start + CHUNK] for start in range(0, len(pks), CHUNK))
    return sum(_give_back(module, owner, pool, chunk, today, operation) for chunk in chunks)


@transaction.atomic
def _give_back(module: str, owner: User, pool: Pool, pks: list[int], today: date, operation: Operation) -> int:
    """One chunk: locked, looked at again, given back."""
    model = KINDS[module].model
    list(model.rows.select_for_update(no_key=True).filter(pk__in=pks).order_by("pk").values_list("pk"))
    still = model.rows.filter(pk__in=overdue(module, today, pks).get(owner.pk, []))
    values = {**NOBODYS, "pool": pool, "released_at": operation.at, "last_owner": owner, "details": {"by_rule": True}}
    return len(still.change(by=operation.by, operation=operation, event="recycled", **values))
