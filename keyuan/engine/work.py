"""The process that does the jobs."""

import asyncio
import sys

from procrastinate.contrib.django import app

CONCURRENCY = 2
GRACE = 8  # seconds for running jobs when the worker is asked to end; cut ones run again


def work() -> None:
    """Do jobs until SIGTERM or Ctrl-C. Django must be set up."""
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
