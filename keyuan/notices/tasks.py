"""Jobs: mails about notices, and forgetting old ones."""

from __future__ import annotations

from django.db import connection
from procrastinate.contrib.django import app

from keyuan.engine import mail
from keyuan.notices.forgetting import forget_old
from keyuan.notices.mailing import send_waiting


def _with_fresh_connection() -> None:
    """A worker's thread lives on between jobs; its connection may have died meanwhile."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()


@app.task(retry=mail.AGAIN)
def mail_notice(notice_id: int) -> None:
    """The mail about one notice and what else waits for the same person. A second run finds nothing to send."""
    _with_fresh_connection()
    if not send_waiting(notice_id):
        mail_notice.configure(schedule_in={"seconds": 2}).defer(notice_id=notice_id)


@app.periodic(cron="47 3 * * *")
@app.task(queueing_lock="forget-notices")
def forget_notices(timestamp: int) -> None:
    """Every night: notices that nobody needs any more."""
    _with_fresh_connection()
    forget_old()
