"""Jobs of follow-ups and plans."""

from django.db import connection
from procrastinate.contrib.django import app

from keyuan.activities.reminding import escalate
from keyuan.activities.series_making import continue_series


@app.periodic(cron="7 * * * *")
@app.task(queueing_lock="escalate-plans", lock="escalate-plans", pass_context=False)
def escalate_plans(timestamp: int) -> None:
    """What is overdue goes up to the superior, each plan once."""
    escalate()


@app.periodic(cron="27 2 * * *")
@app.task(queueing_lock="continue-series")
def continue_all_series(timestamp: int) -> None:
    """Every night: the plans of series for the months ahead."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()  # the worker's thread lives on; its connection may have died
    continue_series()
