"""Jobs of pools."""

from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app

from keyuan.org.settings import set_setting, setting
from keyuan.pools.extending import forget_gone
from keyuan.pools.kinds import KINDS
from keyuan.pools.notices import tell_back, tell_soon
from keyuan.pools.recycling import recycle

DONE = "recycled_on"


@app.periodic(cron="7 * * * *")  # the planner's hours are those of Greenwich, the day is the organisation's
@app.task(queueing_lock="recycle", lock="recycle")
def recycle_overdue(timestamp: int) -> None:
    """Once each day, as soon as it has begun: whose last day is over comes back into its pool, and owners are told.

    Killed in between, it begins again with the next hour: what came back is counted, and each is told once a day.
    """
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()  # the worker's thread lives on; its connection may have died
    today = timezone.localdate()
    if setting(DONE) == today.isoformat():
        return
    for module in KINDS:
        recycle(module, today)
        tell_back(module, today)
        tell_soon(module, today)
        forget_gone(module)
    set_setting(DONE, today.isoformat())
