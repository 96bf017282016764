"""Jobs of the engine itself."""

from procrastinate.contrib.django import app

SILENCE = 30  # seconds without a sign of life after which a worker counts as dead


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="rescue-jobs", pass_context=False)
async def rescue_jobs(timestamp: int) -> None:
    """Run those jobs again whose worker was killed. Effects of jobs are idempotent, so twice does no harm."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENCE):
        await app.job_manager.retry_job(job)
