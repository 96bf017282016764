"""The process that does the jobs."""

import asyncio
import sys
import threading
from collections.abc import Callable

from procrastinate.contrib.django import app

CONCURRENCY = 2
GRACE = 8  # seconds for running jobs when the worker is asked to end; cut ones run again


def work(*beside: Callable[[threading.Event], None]) -> None:
    """Do jobs until SIGTERM or Ctrl-C. Django must be set up.

    Args:
        beside: each runs in a thread of its own all the while, until the event that it is given is set.
    """
    ending = threading.Event()
    helpers = [threading.Thread(target=one, args=[ending], daemon=True) for one in beside]
    for helper in helpers:
        helper.start()
    try:
        _work_on()
    finally:
        ending.set()
        for helper in helpers:
            helper.join(GRACE)


def _work_on() -> None:
    if sys.platform == "win32":
        asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())
    with app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]  # it is Django's
        asyncio.run(_work())


async def _work() -> None:
    async with app.open_async():
        await app.run_worker_async(
            concurrency=CONCURRENCY,
            shutdown_graceful_timeout=GRACE,
            delete_jobs="successful",
            fetch_job_polling_interval=2,
        )
