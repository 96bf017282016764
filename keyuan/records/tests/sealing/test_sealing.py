"""Nothing is left unsealed, nothing sealed twice: with writers that wait, and with a sealer that is killed (D1)."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st
from psycopg import sql

from keyuan.records.history import Event
from keyuan.records.sealing import sealer
from keyuan.records.sealing.leaves import SALT, leaf, salted
from keyuan.records.sealing.seals import Seal
from keyuan.records.tests.sealing.looking import address, sealed, verified

WRITE = """
    INSERT INTO event (at, name, by_id, operation_id, record_type, record_id, source)
    SELECT clock_timestamp(), 'raced', %s, %s, 'race', n, 'web' FROM generate_series(1, %s) n
"""
WRITERS, TIMES = 6, 25
JOB = """
import django
django.setup()
from keyuan.records.sealing import sealer
while True:
    sealer.seal_next(40)
"""


def sealed_ids():
    return [int(line[0]) for seal in Seal.objects.order_by("number") for line in seal.lines()]


def write(writer, operation, many=1, wait=0.0):
    """As the product does: with proof, in a transaction of its own that stays open for a while."""
    with psycopg.connect(address(), options=connection.settings_dict["OPTIONS"]["options"]) as other:
        other.execute(WRITE, [writer.pk, operation, many])
        time.sleep(wait)


def test_an_open_transaction_holds_up_its_own_lines_and_nobody_waits(company):
    sealed()
    operation = Event.objects.latest("pk").operation_id
    with psycopg.connect(address(), options=connection.settings_dict["OPTIONS"]["options"]) as slow:
        slow.execute(WRITE, [company.anna.pk, operation, 3])
        company.customer.edit(by=company.anna, name="乙公司")  # is done while the other is still open
        sealer.seal_all()
        assert not set(sealed_ids()) & set(Event.objects.filter(name="edited").values_list("pk", flat=True))
        slow.commit()

    sealed()

    assert sorted(sealed_ids()) == sorted(Event.objects.values_list("pk", flat=True))
    assert verified().findings == []


def test_writers_and_sealers_at_once_leave_nothing_out_and_take_nothing_twice(company):
    sealed()
    operation = Event.objects.latest("pk").operation_id
    ending, dice = threading.Event(), random.Random(1)
    waits = [[dice.choice((0, 0, 0.01, 0.1)) for _time in range(TIMES)] for _writer in range(WRITERS)]

    def writing(pauses):
        for pause in pauses:
            write(company.anna, operation, dice.randint(1, 9), pause)

    def sealing():
        while not ending.is_set():
            sealer.seal_next(7)
        connection.close()

    sealers = [threading.Thread(target=sealing) for _sealer in range(2)]
    writers = [threading.Thread(target=writing, args=[pauses]) for pauses in waits]
    for thread in [*sealers, *writers]:
        thread.start()
    for thread in writers:
        thread.join()
    ending.set()
    for thread in sealers:
        thread.join()
    sealed()

    ids = sealed_ids()
    assert len(ids) == len(set(ids))
    assert set(ids) == set(Event.objects.values_list("pk", flat=True))
    assert len(Event.objects.filter(name="raced")) >= WRITERS * TIMES
    assert verified().findings == []


def test_a_sealer_that_is_killed_again_and_again_loses_nothing(company):
    sealed()
    operation = Event.objects.latest("pk").operation_id
    environment = {**os.environ, "DATABASE_URL": address(), "DJANGO_SETTINGS_MODULE": "keyuan.settings"}
    # The data folder of the test is empty: the key comes along.
    secrets = os.path.join(os.environ["KEYUAN_HOME"], "secrets")
    os.makedirs(secrets, exist_ok=True)
    with open(os.path.join(secrets, "audit-key"), "w") as file:
        file.write(settings.AUDIT_KEY)
    before = Seal.objects.count()
    for _kill in range(4):
        write(company.anna, operation, 400)
        job = subprocess.Popen([sys.executable, "-c", JOB], env=environment)
        deadline = time.monotonic() + 60
        while Seal.objects.count() < before + 2 and time.monotonic() < deadline:
            time.sleep(0.005)
        job.send_signal(signal.SIGKILL)
        job.wait()
        before = Seal.objects.count()

    sealed()

    ids = sealed_ids()
    assert len(ids) == len(set(ids)) == Event.objects.count()
    assert verified().findings == []


def test_a_seal_is_bounded_even_within_one_transaction(company):
    sealed()
    write(company.anna, Event.objects.latest("pk").operation_id, 50)

    while (waiting := Event.objects.count() - len(sealed_ids())) > 0:
        sealer.seal_all(20)
        time.sleep(0.01 if waiting else 0)

    assert max(Seal.objects.values_list("count", flat=True)) == 20
    assert verified().findings == []


def test_only_one_seals_at_a_time(company):
    with psycopg.connect(address()) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [sealer.LOCK])
        assert sealer.seal_next() is None


def test_what_waits_too_long_is_told(company, monkeypatch):
    sealed()
    monkeypatch.setattr("keyuan.records.sealing.verifying.LATE", timedelta(0))
    company.customer.edit(by=company.anna, name="乙公司")

    found = verified()

    assert found.unsealed == 1
    assert found.notes[0].startswith("1 events since ")


# Leaves

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12) | st.sampled_from(
    ["\\N", "\\", "\t", "\n", "\\t", "a\tb", "\\\\", "", "\r"]
)
ROWS = st.lists(st.tuples(*[st.none() | TEXT] * 4), unique=True, min_size=2, max_size=8)


@pytest.mark.django_db
@trying(suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy
@given(rows=ROWS)
def test_no_two_rows_have_one_line(rows):
    assert len(set(copy_out(rows))) == len(rows)


@given(parts=st.lists(st.tuples(st.binary(max_size=40), st.binary(max_size=40)), unique=True, min_size=2, max_size=8))
def test_no_two_pairs_of_head_and_body_have_one_leaf(parts):
    salt = bytes(SALT)

    assert len({leaf(head, salted(salt, body)) for head, body in parts}) == len(parts)


def copy_out(rows):
    values = sql.SQL(", ").join(sql.SQL("({})").format(sql.SQL(", ").join(map(sql.Literal, row))) for row in rows)
    columns = sql.SQL("c1::text, c2::text, c3::text, c4::text")
    query = sql.SQL("COPY (SELECT {} FROM (VALUES {}) v(c1, c2, c3, c4)) TO STDOUT").format(columns, values)
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        return [bytes(line) for line in copy]
