"""Jobs of history itself."""

from __future__ import annotations

from django.db import connection
from procrastinate.contrib.django import app

from keyuan.records.sealing.retaining import keep_up


@app.periodic(cron="7 4 * * *")
@app.task(queueing_lock="keep-up-history")
def keep_up_history(timestamp: int) -> None:
    """Every night: partitions for the months to come, and months go that are older than the organisation keeps."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()  # the worker's thread lives on; its connection may have died
    keep_up()
