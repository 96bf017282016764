import asyncio
from collections.abc import Iterator

import pytest
from django.db import connection
from procrastinate.contrib.django import app

from keyuan.engine.tasks import rescue_jobs


@pytest.fixture
def job_of(transactional_db: None) -> Iterator[dict[str, int]]:
    """Two jobs that are being done: one by a worker that was killed a minute ago, one by a living worker."""
    jobs = {}
    with connection.cursor() as cursor:
        for state, age in (("killed", "1 minute"), ("living", "5 seconds")):
            cursor.execute(
                "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s::interval) RETURNING id", [age]
            )
            worker = cursor.fetchone()[0]
            cursor.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, status, worker_id, args, lock) "
                "VALUES ('default', 'some.task', 'doing', %s, '{}', %s) RETURNING id",
                [worker, state],
            )
            jobs[state] = cursor.fetchone()[0]
    yield jobs
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")


def test_only_the_jobs_of_a_killed_worker_are_done_again(job_of: dict[str, int]) -> None:
    with app.replace_connector(app.connector.get_worker_connector()):
        asyncio.run(rescue())

    assert status_of(job_of["killed"]) == "todo"
    assert status_of(job_of["living"]) == "doing"


async def rescue() -> None:
    async with app.open_async():
        await rescue_jobs(timestamp=0)


def status_of(job: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM procrastinate_jobs WHERE id = %s", [job])
        return cursor.fetchone()[0]
