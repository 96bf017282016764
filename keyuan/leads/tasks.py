"""Jobs of leads."""

from django.db import connection
from procrastinate.contrib.django import app

from keyuan.leads.responding.watching import watch


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="watch-responses", lock="watch-responses")
def watch_responses(timestamp: int) -> None:
    """Leads that were not followed up in time. Killed in between, it goes on with the next run."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()  # the worker's thread lives on; its connection may have died
    watch()
