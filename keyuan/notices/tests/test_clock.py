"""What happens by the clock: once a second, whatever one of the functions does, and not twice by two workers."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from keyuan.notices import clock
from keyuan.notices.models import Notice
from keyuan.org.models import Setting


@pytest.fixture
def functions(monkeypatch):
    kept = []
    monkeypatch.setattr(clock, "_FUNCTIONS", kept)
    return kept


@pytest.mark.django_db
def test_a_function_that_fails_is_logged_and_keeps_no_other_from_its_turn(functions, caplog):
    calls = []

    @clock.every_second
    def broken():
        Setting.objects.create(key="half", value=1)
        raise RuntimeError("broken on purpose")

    clock.every_second(lambda: calls.append(1))
    clock.tick()
    clock.tick()

    assert calls == [1, 1]
    assert "broken on purpose" in caplog.text
    assert not Setting.objects.filter(key="half").exists()


def test_a_function_is_registered_once(functions):
    def one():
        pass

    clock.every_second(one)
    clock.every_second(one)
    assert functions == [one]


def test_it_ticks_each_second_and_ends_at_once_when_asked(functions, monkeypatch):
    monkeypatch.setattr(clock, "SECOND", 0.05)
    ticks, ending = [], threading.Event()
    monkeypatch.setattr(clock, "tick", lambda: ticks.append(time.monotonic()))
    thread = threading.Thread(target=clock.tick_for_ever, args=[ending])
    thread.start()
    time.sleep(0.6)
    ending.set()
    thread.join(1)

    assert not thread.is_alive()
    assert 8 <= len(ticks) <= 14


@pytest.mark.django_db(transaction=True)
def test_after_a_lost_connection_the_next_tick_works(functions):
    clock.every_second(lambda: Setting.objects.update_or_create(key="ticked", defaults={"value": 1}))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    with ThreadPoolExecutor(1) as other:
        other.submit(_kill, pid).result()

    clock.tick()
    clock.tick()

    assert Setting.objects.filter(key="ticked").exists()


def _kill(pid):
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_nothing_twice(functions, cast, told):
    barrier = threading.Barrier(4)
    at_once = []

    @clock.every_second
    def remind():
        barrier.wait()
        if clock.alone("remind"):
            at_once.append(1)
            told(cast.anna, key=f"{len(at_once)}")
            time.sleep(0.3)

    def work(_number):
        try:
            clock.tick()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))

    assert Notice.objects.count() == 1


@pytest.mark.django_db
def test_who_was_alone_lets_the_next_be_alone(db):
    for _time in range(2):
        with transaction.atomic():
            assert clock.alone("x")
