import os
import signal
import subprocess
import sys
import time

from keyuan.exchange import importing, tasks
from keyuan.exchange.models import Import, ImportRow
from keyuan.exchange.tests.files import checked, upload
from keyuan.exchange.tests.test_crash import wait_for_rollback
from keyuan.opportunities.models import Opportunity, OpportunitySearch, StageMove
from keyuan.records.history import Event
from tests.make import make_customer, make_department, make_role, make_user

ROWS, KILLS, CUSTOMERS = 5000, 4, 50
STAGES = ("初步接洽", "赢单")
JOB = """
import django
django.setup()
from keyuan.exchange import running, tasks
running.CHUNK = 250
tasks.write_import(import_id={pk})
"""


def test_an_import_of_opportunities_that_is_killed_again_and_again_ends_with_every_row_once(own_database):
    role = make_role(
        "rep",
        customer={"view": "own", "create": "own"},
        opportunity=dict.fromkeys(("view", "create", "edit", "import"), "own"),
    )
    anna = make_user("anna", role, department=make_department())
    names = [make_customer(f"客户 {number}", owner=anna).name for number in range(CUSTOMERS)]
    lines = [
        f"{names[number % CUSTOMERS]},第 {number} 单,{STAGES[number % 2]},{number + 1},2026-03-{number % 28 + 1:02}"
        for number in range(ROWS)
    ]
    of = checked(upload(anna, "客户,商机名称,阶段,预计成交金额,预计成交时间", *lines, kind="opportunities"))
    importing.confirm(of, by=anna)

    seen = [kill_in_the_middle(of.pk, own_database) for _time in range(KILLS)]
    tasks.write_import(import_id=of.pk)

    of.refresh_from_db()
    assert seen == sorted(seen)
    assert 0 < seen[-1] < ROWS
    assert (of.state, of.counts["created"], of.counts.get("skipped", 0)) == ("done", ROWS, 0)
    assert Opportunity.rows.count() == Opportunity.rows.values("name").distinct().count() == ROWS
    assert OpportunitySearch.objects.values("record_id").distinct().count() == ROWS
    assert StageMove.objects.count() == ROWS + ROWS // 2
    assert Event.objects.filter(name="created", record_type="opportunity").count() == ROWS
    assert Event.objects.filter(name="won", record_type="opportunity").count() == ROWS // 2
    assert set(ImportRow.objects.filter(of=of).values_list("outcome", flat=True)) == {"created"}


def kill_in_the_middle(pk, address):
    """Start the job in a process of its own and kill it once it has written something more; how many rows are in."""
    before = Import.objects.get(pk=pk).written_to
    environment = {**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "keyuan.settings"}
    job = subprocess.Popen([sys.executable, "-c", JOB.format(pk=pk)], env=environment)
    try:
        deadline = time.monotonic() + 60
        while Import.objects.get(pk=pk).written_to == before and time.monotonic() < deadline:
            time.sleep(0.01)
    finally:
        job.send_signal(signal.SIGKILL)
        job.wait()
    wait_for_rollback(pk)
    return Opportunity.rows.count()
