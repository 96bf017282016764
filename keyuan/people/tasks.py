"""Jobs: records follow their owners; mails about accounts."""

from __future__ import annotations

from django.db import connection
from procrastinate.contrib.django import app

from keyuan.engine import mail
from keyuan.people import posting, relocating
from keyuan.people.models import Relocation


def _job(pk: int) -> Relocation | None:
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    return Relocation.objects.select_related("department", "operation__by").filter(pk=pk).first()


@app.task
def relocate(relocation_id: int) -> None:
    """Move the records of some people. Running it twice does no harm: what is there already is no change."""
    job = _job(relocation_id)
    if job is None or job.finished_at is not None:
        return
    relocating.run(job)
    for minutes in relocating.LATER:
        sweep.configure(schedule_in={"minutes": minutes}).defer(relocation_id=relocation_id)


@app.task
def sweep(relocation_id: int) -> None:
    """Look once more for records that were written under the old department meanwhile."""
    job = _job(relocation_id)
    if job is not None:
        relocating.sweep(job)


@app.task(retry=mail.AGAIN)
def send_link(user_id: int) -> None:
    """The link for a forgotten password. A second run sends another link; each works once."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    posting.send_link(user_id)


@app.task(retry=mail.AGAIN)
def tell_place(place_id: int) -> None:
    """The news of a sign-in in a new place."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    posting.tell_place(place_id)
