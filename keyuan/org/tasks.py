"""Jobs about who people are."""

from django.db import connection
from procrastinate.contrib.django import app

from keyuan.org.sessions import forget_expired
from keyuan.org.shelf import fold_marks


@app.periodic(cron="47 3 * * *")
@app.task(queueing_lock="fold-shelf-marks")
def fold_shelf_marks(timestamp: int) -> None:
    """Every night: keep the table of marks short."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()  # the worker's thread lives on; its connection may have died
    fold_marks()


@app.periodic(cron="17 3 * * *")
@app.task(queueing_lock="forget-expired-sessions")
def forget_expired_sessions(timestamp: int) -> None:
    """Every night: sessions that nobody can use any more."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    forget_expired()
