"""Jobs of follow-ups and plans."""

from procrastinate.contrib.django import app

from keyuan.activities.reminding import escalate


@app.periodic(cron="7 * * * *")
@app.task(queueing_lock="escalate-plans", lock="escalate-plans", pass_context=False)
def escalate_plans(timestamp: int) -> None:
    """What is overdue goes up to the superior, each plan once."""
    escalate()
