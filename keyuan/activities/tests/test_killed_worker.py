"""Reminders and a worker that is killed in the middle of them."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

from django.utils import timezone

from keyuan.activities.models import PlanReminder
from keyuan.engine.processes import family_of, kill
from keyuan.notices.models import Notice
from keyuan.org.first_start import lay_foundation
from keyuan.org.models import Role
from keyuan.records.options import lay_options
from tests.make import make_plan, make_user
from tests.project import ROOT

MANY = 600
"""More than one transaction of the clock claims."""


def start_worker(database, home):
    environment = {**os.environ, "DATABASE_URL": database, "KEYUAN_HOME": str(home), "KEYUAN_ROLE": "worker"}
    environment.pop("KEYUAN_EMAIL_URL", None)
    return subprocess.Popen([sys.executable, "-m", "keyuan", "worker"], env=environment, cwd=ROOT)


def wait_until(condition, seconds):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def test_a_worker_killed_among_its_reminders_delivers_each_once_within_two_minutes(own_database, tmp_path):
    from django.apps import apps  # noqa: PLC0415  Django is ready only now

    lay_foundation()
    lay_options(apps)
    lin = make_user("lin", Role.objects.get(key="sales"))
    for number in range(MANY):
        make_plan(f"{number}", owner=lin, starts_at=timezone.now() + timedelta(hours=1), reminders=[30])
    PlanReminder.objects.update(at=timezone.now() - timedelta(minutes=1))
    workers = [start_worker(own_database, tmp_path)]
    try:
        assert wait_until(Notice.objects.exists, 60)
        workers[0].send_signal(signal.SIGKILL)
        killed = time.monotonic()
        workers[0].wait()
        workers.append(start_worker(own_database, tmp_path))
        assert wait_until(lambda: not PlanReminder.objects.exists(), 120)
        assert time.monotonic() - killed < 120
    finally:
        for one in workers:
            kill(family_of(one.pid))
            one.wait()

    assert Notice.objects.filter(user=lin, kind="plan.reminder").count() == MANY
    assert Notice.objects.values("record_id").distinct().count() == MANY
