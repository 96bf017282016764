import os
import signal
import subprocess
import sys
import time

from django.db import connection

from keyuan.customers.models import Contact, ContactSearch, Customer, CustomerSearch
from keyuan.exchange import importing, tasks
from keyuan.exchange.models import Import, ImportRow
from keyuan.exchange.tests.files import checked, upload
from keyuan.records.history import Event
from keyuan.records.keys import DuplicateKey
from tests.make import make_department, make_role, make_user

ROWS, KILLS = 1500, 4
JOB = """
import django
django.setup()
from keyuan.exchange import running, tasks
running.CHUNK = 100
tasks.write_import(import_id={pk})
"""


def test_an_import_that_is_killed_again_and_again_ends_with_every_row_once(own_database):
    role = make_role(
        "rep",
        customer={"view": "own", "create": "own", "edit": "own", "import": "own"},
        contact={"view": "", "create": ""},
    )
    anna = make_user("anna", role, department=make_department())
    lines = [f"客户 {number},139{number:08},联系人 {number}" for number in range(ROWS)]
    of = checked(upload(anna, "客户名称,电话,联系人", *lines))
    importing.confirm(of, by=anna)

    seen = [kill_in_the_middle(of.pk, own_database) for _time in range(KILLS)]
    tasks.write_import(import_id=of.pk)

    of.refresh_from_db()
    assert seen == sorted(seen)
    assert 0 < seen[-1] < ROWS
    assert (of.state, of.counts["created"]) == ("done", ROWS)
    assert Customer.rows.count() == Customer.rows.values("name").distinct().count() == ROWS
    assert Contact.rows.count() == ROWS
    assert Event.objects.filter(name="created", record_type="customer").count() == ROWS
    assert DuplicateKey.objects.filter(kind="name", blocks=True).count() == ROWS
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
    return Customer.rows.count()


def wait_for_rollback(pk):
    """The server notices the death of its client when it next speaks to it."""
    with connection.cursor() as cursor:
        for _attempt in range(200):
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            if not cursor.fetchone()[0]:
                return
            time.sleep(0.05)


DYING = """
import os, django
django.setup()
from keyuan.exchange import beside, running, tasks
running.CHUNK = 100
beside.Beside.commit = lambda self: os._exit(9)
tasks.write_import(import_id={pk})
"""


def test_search_text_that_a_crash_left_out_is_written_when_the_import_goes_on(own_database):
    role = make_role(
        "rep",
        customer={"view": "own", "create": "own", "edit": "own", "import": "own"},
        contact={"view": "", "create": ""},
    )
    anna = make_user("anna", role, department=make_department())
    lines = [f"客户 {number},139{number:08},联系人 {number}" for number in range(250)]
    of = checked(upload(anna, "客户名称,电话,联系人", *lines))
    importing.confirm(of, by=anna)
    environment = {**os.environ, "DATABASE_URL": own_database, "DJANGO_SETTINGS_MODULE": "keyuan.settings"}

    job = subprocess.run([sys.executable, "-c", DYING.format(pk=of.pk)], env=environment, check=False)
    wait_for_rollback(of.pk)
    left_out = (Customer.rows.count(), CustomerSearch.objects.count(), ContactSearch.objects.count())
    tasks.write_import(import_id=of.pk)

    of.refresh_from_db()
    assert (job.returncode, left_out) == (9, (100, 0, 0))
    assert (of.state, of.counts["created"]) == ("done", 250)
    assert CustomerSearch.objects.filter(kind="text").values("record_id").distinct().count() == 250
    assert ContactSearch.objects.filter(kind="text").values("record_id").distinct().count() == 250
    assert CustomerSearch.objects.filter(kind="phone", body="13900000007").exists()
